"""`scontrol`: ping, show, update, version."""

from collections.abc import Callable

from backends.simulator.commands.answer import Answer, refusal
from backends.simulator.commands.document import document
from backends.simulator.commands.jobs import job_record
from backends.simulator.commands.json_jobs import job_object
from backends.simulator.commands.json_nodes import node_object
from backends.simulator.commands.nodes import node_record
from backends.simulator.commands.plant import config, partition_record, topology
from backends.simulator.commands.stamp import Stamp
from backends.simulator.commands.update import update
from backends.simulator.folding import fold, unfold
from backends.simulator.job import SimJob
from backends.simulator.node import SimNode
from backends.simulator.world import World

_FLAGS = {
    "-d": "detail",
    "-dd": "detail",
    "--details": "detail",
    "-o": "oneliner",
    "--oneliner": "oneliner",
    "-a": "all",
    "--all": "all",
    "-Q": "quiet",
    "--quiet": "quiet",
    "-F": "future",
    "--future": "future",
}
_DOWN = """Slurmctld(primary) at {} is DOWN
*****************************************
** RESTORE SLURMCTLD DAEMON TO SERVICE **
*****************************************
"""


def scontrol(world: World, words: list[str], stamp: Stamp) -> Answer:
    """Run scontrol with these arguments. Options are taken wherever they stand, as GNU getopt does."""
    options: set[str] = set()
    rest: list[str] = []
    for word in words:
        option = "json" if word.partition("=")[0] == "--json" else _FLAGS.get(word)
        if option:
            options.add(option)
        elif word.startswith("-"):
            what = "unrecognized option" if word.startswith("--") else "invalid option --"
            return refusal(f"scontrol: {what} '{word.lstrip('-')}'\nTry \"scontrol --help\" for more information")
        else:
            rest.append(word)
    return _run(world, stamp, options, rest)


def _run(world: World, stamp: Stamp, options: set[str], rest: list[str]) -> Answer:
    match rest:
        case ["ping"]:
            return Answer(stdout=f"Slurmctld(primary) at {world.shape.head} is UP\n")
        case ["update", *assignments]:
            return update(world, assignments)
        case ["requeue", numbers]:
            return _requeue(world, numbers)
        case ["show", entity, *names]:
            return _show(world, stamp, options, entity.lower(), names)
    if rest[:1] in ([], ["show"]):
        return refusal("too few arguments" + (" for keyword:show" if rest else ""))
    return refusal(f"invalid keyword: {rest[0]}")


def _show(world: World, stamp: Stamp, options: set[str], entity: str, names: list[str]) -> Answer:
    if names and entity in ("hostname", "hostnames"):
        return Answer(stdout="".join(f"{name}\n" for name in unfold(names[0])))
    if names and entity in ("hostlist", "hostlistsorted"):
        return Answer(stdout=f"{fold(unfold(names[0]))}\n")
    return _Show(world, stamp, options).answer(entity, names)


def _requeue(world: World, numbers: str) -> Answer:
    """Every job that can be is requeued; the first that cannot makes the command fail."""
    for number in numbers.split(","):
        job = world.scheduler.jobs.get(int(number)) if number.isdecimal() else None
        if job is None:
            return refusal(f"Invalid job id specified for job {number}")
        if job.state != "RUNNING":
            return refusal(f"Job is pending execution for job {number}")
        world.scheduler.requeue(job)
    return Answer()


def ping_down(world: World) -> Answer:
    """`scontrol ping` where nothing answers: quick, and status 1."""
    return Answer(status=1, stdout=_DOWN.format(world.shape.head))


class _Show:
    """`scontrol show ENTITY [NAME]`."""

    def __init__(self, world: World, stamp: Stamp, options: set[str]) -> None:
        self._world = world
        self._stamp = stamp
        self._options = options

    def answer(self, entity: str, names: list[str]) -> Answer:
        """What the entity looks like, or why it cannot be shown."""
        kinds: dict[str, Callable[[list[str]], Answer]] = {
            "node": self._nodes,
            "job": self._jobs,
            "partition": self._partitions,
            "reservation": self._reservations,
            "topology": lambda _: Answer(stdout=topology(self._world)),
            "config": lambda _: Answer(stdout=config(self._world, self._stamp)),
        }
        show = kinds.get(entity) or kinds.get(entity.removesuffix("s"))
        return show(names) if show else refusal(f"invalid entity:{entity} for keyword:show ")

    def _nodes(self, names: list[str]) -> Answer:
        wanted = unfold(names[0]) if names else tuple(self._world.nodes)
        nodes = [self._world.nodes[name] for name in wanted if name in self._world.nodes]
        missing = [name for name in wanted if name not in self._world.nodes] or ([] if wanted else names)
        if "json" in self._options:
            rows = [node_object(self._world, node, self._stamp) for node in nodes]
            return document(self._world, "show", "nodes", [*rows], self._stamp.epoch(self._world.now_s))
        if missing and not nodes:
            return Answer(status=1, stdout=f"Node {missing[0]} not found\n")
        return Answer(stdout=self._records([self._node(node) for node in nodes]), status=1 if missing else 0)

    def _node(self, node: SimNode) -> list[str]:
        return node_record(self._world, node, self._stamp, detail="detail" in self._options)

    def _jobs(self, names: list[str]) -> Answer:
        jobs = list(self._world.scheduler.jobs.values())
        if names:
            jobs = [job for job in jobs if str(job.number) in names[0].split(",")]
            if not jobs:
                return refusal("slurm_load_jobs error: Invalid job id specified")
        if "json" in self._options:
            rows = [job_object(self._world, job, self._stamp) for job in jobs]
            return document(self._world, "show", "jobs", [*rows], self._stamp.epoch(self._world.now_s))
        if not jobs:
            return Answer(stdout="No jobs in the system\n")
        return Answer(stdout=self._records([self._job(job) for job in jobs]))

    def _job(self, job: SimJob) -> list[str]:
        return job_record(self._world, job, self._stamp, detail="detail" in self._options)

    def _partitions(self, names: list[str]) -> Answer:
        found = [each for each in self._world.partitions.values() if not names or each.name == names[0]]
        if not found:
            return refusal(f"Partition {names[0]} not found")
        return Answer(stdout=self._records([partition_record(self._world, each) for each in found]))

    def _reservations(self, names: list[str]) -> Answer:
        if names:
            return refusal(f"Reservation {names[0]} not found")
        return Answer(stdout="No reservations in the system\n")

    def _records(self, records: list[list[str]]) -> str:
        if "oneliner" in self._options:
            return "".join(f"{' '.join(lines)}\n" for lines in records)
        return "".join("\n   ".join(lines) + "\n\n" for lines in records)
