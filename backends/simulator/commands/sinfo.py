"""`sinfo`: partitions and nodes in any format one asks for, and as JSON."""

from msgspec import Struct

from backends.simulator.commands.answer import Answer, refusal
from backends.simulator.commands.document import document
from backends.simulator.commands.json_nodes import sinfo_objects
from backends.simulator.commands.nodes import address, cpu_load, gres
from backends.simulator.commands.options import OptionError, read_options
from backends.simulator.commands.stamp import Stamp, short_clock
from backends.simulator.commands.template import Column, Template
from backends.simulator.folding import fold, unfold
from backends.simulator.gpu import SLURM_TYPE
from backends.simulator.node import CPUS, MEMORY_MB, SOCKETS, SimNode
from backends.simulator.partition import SimPartition
from backends.simulator.world import World

_DEFAULT = "%9P %.5a %.10l %.6D %.6t %N"
_BY_NODE = "%14N %.6D %.9P %.6T"
_FLAGS = {"h": "noheader", "N": "Node", "a": "all", "e": "exact", "l": "long", "R": "list-reasons"}
_VALUED = {"o": "format", "n": "nodes", "p": "partition", "t": "states"}
_PER_GROUP = "DNnoFCA"


class Group(Struct, frozen=True):
    """Nodes of one partition that print alike."""

    partition: SimPartition
    nodes: list[SimNode]

    @property
    def first(self) -> SimNode:
        """The node the others are like."""
        return self.nodes[0]


def sinfo(world: World, words: list[str], stamp: Stamp) -> Answer:
    """Run sinfo with these arguments."""
    try:
        options = read_options("sinfo", words, _FLAGS, _VALUED)
    except OptionError as error:
        return refusal(f'{error}\nTry "sinfo --help" for more information')
    if "json" in options:
        return document(world, "sinfo", "sinfo", sinfo_objects(world), stamp.epoch(world.now_s))
    columns = _columns(world, stamp)
    template = Template(options.get("format", _BY_NODE if "Node" in options else _DEFAULT), columns, "sinfo")
    wanted = set(unfold(options.get("nodes"))) if "nodes" in options else None
    groups: dict[tuple[str, ...], Group] = {}
    keys = [spec.letter for spec in template.specs if spec.letter and spec.letter not in _PER_GROUP]
    for partition in world.partitions.values():
        if not options.words("partition") or partition.name in options.words("partition"):
            for node in partition.nodes:
                if wanted is None or node.name in wanted:
                    alone = Group(partition, [node])
                    own = (node.name,) if "Node" in options else ()
                    key = (partition.name, *own, *(columns[letter].value(alone) for letter in keys))
                    groups.setdefault(key, Group(partition, [])).nodes.append(node)
    rows = list(groups.values())
    if "Node" in options:
        rows.sort(key=lambda group: group.first.name)
    lines = [] if "noheader" in options else [template.header()]
    lines += map(template.values, rows)
    return Answer(stdout="".join(f"{line}\n" for line in lines), stderr=template.errors)


def state_word(node: SimNode, *, compact: bool) -> str:
    """One word for a node's state, as sinfo has it: `draining`, `drained`, `down*`, `mixed`, ..."""
    mark = "" if node.responding else "*"
    if node.drain:
        draining = bool(node.jobs or node.completing)
        return (("drng" if compact else "draining") if draining else ("drain" if compact else "drained")) + mark
    if node.completing:
        return ("comp" if compact else "completing") + mark
    word = node.base.lower()
    return ({"mixed": "mix", "allocated": "alloc"}.get(word, word) if compact else word) + mark


def _columns(world: World, stamp: Stamp) -> dict[str, Column[Group]]:
    return {**_node_columns(stamp), **_size_columns(world), **_partition_columns()}


def _node_columns(stamp: Stamp) -> dict[str, Column[Group]]:
    return {
        "b": Column("ACTIVE_FEATURES", lambda _: f"{SLURM_TYPE},nvl72"),
        "E": Column("REASON", lambda group: group.first.reason or "none"),
        "f": Column("AVAIL_FEATURES", lambda _: f"{SLURM_TYPE},nvl72"),
        "G": Column("GRES", lambda group: gres(group.first)),
        "H": Column("TIMESTAMP", lambda group: stamp(group.first.reason_s if group.first.reason else None)),
        "n": Column("HOSTNAMES", lambda group: fold(node.name for node in group.nodes)),
        "N": Column("NODELIST", lambda group: fold(node.name for node in group.nodes)),
        "o": Column("NODE_ADDR", lambda group: ",".join(map(address, group.nodes))),
        "t": Column("STATE", lambda group: state_word(group.first, compact=True)),
        "T": Column("STATE", lambda group: state_word(group.first, compact=False)),
        "u": Column("USER", lambda group: group.first.reason_by or "Unknown"),
        "U": Column("USER", lambda group: f"{group.first.reason_by}(0)" if group.first.reason_by else "Unknown"),
        "w": Column("WEIGHT", lambda _: "1"),
    }


def _size_columns(world: World) -> dict[str, Column[Group]]:
    return {
        "c": Column("CPUS", lambda _: str(CPUS)),
        "C": Column("CPUS(A/I/O/T)", _cpus),
        "d": Column("TMP_DISK", lambda _: "0"),
        "D": Column("NODES", lambda group: str(len(group.nodes))),
        "A": Column("NODES(A/I)", lambda group: "/".join(map(str, _counts(group)[:2]))),
        "F": Column("NODES(A/I/O/T)", lambda group: "/".join(map(str, _counts(group)))),
        "e": Column("FREE_MEM", lambda group: str(MEMORY_MB - group.first.memory_used_mb)),
        "m": Column("MEMORY", lambda _: str(MEMORY_MB)),
        "O": Column("CPU_LOAD", lambda group: f"{cpu_load(group.first, world):.2f}"),
        "X": Column("SOCKETS", lambda _: str(SOCKETS)),
        "Y": Column("CORES", lambda _: str(CPUS // SOCKETS)),
        "z": Column("S:C:T", lambda _: f"{SOCKETS}:{CPUS // SOCKETS}:1"),
        "Z": Column("THREADS", lambda _: "1"),
    }


def _partition_columns() -> dict[str, Column[Group]]:
    return {
        "a": Column("AVAIL", lambda _: "up"),
        "g": Column("GROUPS", lambda _: "all"),
        "l": Column("TIMELIMIT", lambda group: _limit(group.partition)),
        "P": Column("PARTITION", lambda group: group.partition.name + ("*" if group.partition.default else "")),
        "R": Column("PARTITION", lambda group: group.partition.name),
    }


def _limit(partition: SimPartition) -> str:
    return "infinite" if partition.limit_s is None else short_clock(partition.limit_s)


def _counts(group: Group) -> tuple[int, int, int, int]:
    busy = sum(bool(node.jobs) for node in group.nodes)
    idle = sum(node.available and not node.jobs for node in group.nodes)
    return busy, idle, len(group.nodes) - busy - idle, len(group.nodes)


def _cpus(group: Group) -> str:
    used = sum(node.cpus_used for node in group.nodes)
    out = sum(CPUS - node.cpus_used for node in group.nodes if not node.available)
    total = CPUS * len(group.nodes)
    return f"{used}/{total - used - out}/{out}/{total}"
