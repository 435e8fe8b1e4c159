"""What a pod should consist of: its bill of materials in TOML, taken from what is there or written by hand.

Pure: a bill and a snapshot give deviations. What cannot be seen just now is no deviation: it is listed as unknown.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import fields

from backends.model.node import Node
from backends.model.snapshot import Snapshot
from backends.model.topology import Kind
from console.target_error import TargetError
from console.targets import expand, fold

KINDS = (Kind.RACK, Kind.TRAY, Kind.SWITCH, Kind.POWER_SHELF, Kind.POWER_SUPPLY, Kind.PDU, Kind.CDU, Kind.LEAK_DETECTOR)


class Group(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nodes that should be alike. What is None or empty is not looked at.

    `gpus` and `links` are for each node: GPUs that are there and not absent, NVLinks of them that are trained.
    """

    nodes: str
    model: str = ""
    gpus: int | None = None
    gpu_model: str = ""
    links: int | None = None
    bios: str = ""
    rack: str = ""


class Bill(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pod's bill of materials. `components` names the plant's, by kind."""

    group: tuple[Group, ...] = ()
    components: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def problem(self) -> str:
        """What of it cannot be meant, and where; "" where all can."""
        groups: dict[str, int] = {}
        for number, group in enumerate(self.group, 1):
            try:
                names = expand(group.nodes)
            except TargetError as error:
                return f"group[{number}].nodes: {error}"
            if twice := [name for name in names if name in groups]:
                return f"group[{number}].nodes: {fold(twice)}: in group[{groups[twice[0]]}], too"
            groups |= dict.fromkeys(names, number)
        known = [kind.value for kind in KINDS]
        for kind in self.components:
            if kind not in known:
                close = get_close_matches(kind, known, n=1)
                return f"components.{kind}: no such kind; {f'did you mean {close[0]}?' if close else ', '.join(known)}"
        return ""


class Deviation(Struct, frozen=True, kw_only=True):
    """One thing that is not as the bill has it. `how` is `unknown` where it cannot be seen now."""

    entity: str
    what: str
    how: Literal["missing", "unexpected", "differs", "unknown"]
    expected: str = ""
    found: str = ""


def taken(snapshot: Snapshot) -> Bill:
    """The bill of what is there now. Nodes alike stand together."""
    alike: dict[Group, list[str]] = {}
    for node in snapshot.nodes.values():
        alike.setdefault(_seen(node), []).append(node.name)
    groups = tuple(
        Group(**{**{one.name: getattr(group, one.name) for one in fields(group)}, "nodes": fold(names)})
        for group, names in alike.items()
    )
    return Bill(group=groups, components={kind: tuple(names) for kind, names in _plant(snapshot).items() if names})


def deviations(bill: Bill, snapshot: Snapshot, *, whole: bool) -> tuple[Deviation, ...]:
    """Everything that is not as the bill has it, by node, then the plant.

    `whole`: every source has answered in full. Otherwise what is not seen is unknown, and not missing.
    """
    absent: Literal["missing", "unknown"] = "missing" if whole else "unknown"
    return (*_nodes(bill, snapshot, absent), *_components(bill, snapshot, absent))


def _nodes(bill: Bill, snapshot: Snapshot, absent: Literal["missing", "unknown"]) -> Iterator[Deviation]:
    wanted = {name: group for group in bill.group for name in expand(group.nodes)}
    for name, group in wanted.items():
        node = snapshot.nodes.get(name)
        if node is None or _gone(node):
            yield Deviation(entity=name, what="node", how=absent)
        else:
            yield from _node(node, group)
    for name in snapshot.nodes:
        if name not in wanted:
            yield Deviation(entity=name, what="node", how="unexpected")


def _node(node: Node, group: Group) -> Iterator[Deviation]:
    seen = _seen(node)
    for one in fields(Group):
        wanted, found = getattr(group, one.name), getattr(seen, one.name)
        if one.name == "nodes" or wanted in (None, ""):
            continue
        if found in (None, ""):
            yield Deviation(entity=node.name, what=one.name, how="unknown", expected=str(wanted))
        elif wanted != found:
            yield Deviation(entity=node.name, what=one.name, how="differs", expected=str(wanted), found=str(found))


def _seen(node: Node) -> Group:
    """A node as a group of its own, nameless."""
    hardware = node.hardware
    if hardware is None:
        scheduler = node.scheduler
        return Group(nodes="", rack=node.rack, gpus=scheduler.gpus if scheduler else None)
    gpus = hardware.gpus
    trained = [gpu.nvlinks_up for gpu in gpus if gpu.nvlinks]
    models = {gpu.model for gpu in gpus if gpu.model}
    return Group(
        nodes="",
        model=hardware.model,
        gpus=len(gpus),
        gpu_model=" + ".join(sorted(models)),
        links=None if not trained or None in trained else sum(up or 0 for up in trained),
        bios=hardware.bios,
        rack=node.rack,
    )


def _gone(node: Node) -> bool:
    """Whether every source that knew it has answered since without it."""
    known = [facts for facts in (node.scheduler, node.hardware) if facts is not None]
    return bool(known) and all(facts.missing_since is not None for facts in known)


def _plant(snapshot: Snapshot) -> Mapping[str, list[str]]:
    return {
        kind.value: sorted(
            component.id.partition(":")[2]  # unique, which names are not: every shelf has a psu1
            for component in snapshot.topology.of_kind(kind)
            if (facts := snapshot.components.get(component.id)) is None
            or (facts.missing_since is None and facts.state != "Absent")
        )
        for kind in KINDS
    }


def _components(bill: Bill, snapshot: Snapshot, absent: Literal["missing", "unknown"]) -> Iterator[Deviation]:
    there = _plant(snapshot)
    for kind, names in bill.components.items():
        seen = there.get(kind, [])
        for name in names:
            if name not in seen:
                yield Deviation(entity=name, what=kind, how=absent)
        for name in seen:
            if name not in names:
                yield Deviation(entity=name, what=kind, how="unexpected")
