"""Where work still fits: free nodes and GPUs by partition, rack and NVLink domain, the biggest gang, and who waits."""

from collections.abc import Collection, Iterator
from datetime import datetime

from msgspec import Struct

from backends.model.job import Job
from backends.model.node import Node, Service
from backends.model.snapshot import Snapshot
from backends.model.topology import Kind
from console.targets import fold
from console.views.cell import Cell, Column, Row, View
from console.views.racks import groups
from console.views.section import Fact, Section
from console.words import EMPTY, UNKNOWN, count

COLUMNS = (
    Column(key="where", title="WHERE"),
    Column(key="nodes", title="NODES", right=True),
    Column(key="free", title="FREE", right=True),
    Column(key="gpus_free", title="GPUS FREE", right=True),
    Column(key="fragments", title="IN PARTS", right=True),
    Column(key="out", title="OUT", right=True),
    Column(key="free_set", title="WHICH", flex=True, priority=1),
)
SOURCE = "slurm.nodes"


class Room(Struct, frozen=True):
    """What is left in a set of nodes. `fragments` are GPUs free on nodes that something else runs on."""

    nodes: int
    free: tuple[str, ...]
    gpus_free: int
    fragments: int
    out: int


def room(snapshot: Snapshot, names: Collection[str]) -> Room:
    """What of these nodes the scheduler could give out whole now, and what in parts."""
    nodes = [snapshot.nodes[name] for name in names if name in snapshot.nodes]
    reserved = {name for one in snapshot.reservations.values() if one.active for name in one.nodes}
    free = [node for node in nodes if _free(node) and node.name not in reserved]
    partly = [node for node in nodes if node.service is Service.MIXED and node.name not in reserved]
    fragments = sum(node.gpu_count - node.scheduler.gpus_used for node in partly if node.scheduler)
    return Room(
        nodes=len(nodes),
        free=tuple(node.name for node in free),
        gpus_free=sum(node.gpu_count for node in free) + fragments,
        fragments=fragments,
        out=sum(node.service.out for node in nodes),
    )


def _free(node: Node) -> bool:
    return node.service is Service.IDLE and node.scheduler is not None and node.scheduler.responding


def view(snapshot: Snapshot, now: datetime) -> View:  # noqa: ARG001 - every view is called alike
    """One row a partition, an NVLink domain and a rack, those with most room first."""
    rows = tuple(_row(snapshot, f"{kind} {name}", names) for kind, name, names in _places(snapshot))
    return View(kind="capacity", columns=COLUMNS, rows=rows, empty="no scheduler tells what is free")


def phrases(snapshot: Snapshot, whole: Room | None = None) -> tuple[Cell, ...]:
    """What is free, the biggest gang that fits now, and why the next job waits.

    `whole` is the room in the pod, where it is known already.
    """
    status = snapshot.sources.get(SOURCE)
    if status is None or status.observed_at is None:
        return ()
    old = "" if status.trusted else "stale"
    return tuple(
        Cell(cell.text, old or cell.style) for cell in _phrases(snapshot, whole or room(snapshot, snapshot.nodes))
    )


def drain_takes(snapshot: Snapshot, names: Collection[str], whole: Room | None = None) -> Section:
    """What a drain of these nodes would take away: jobs with their gangs, GPUs, and room.

    `whole` is the room in the pod, where it is known already.
    """
    chosen = frozenset(names)
    jobs = {job.id: job for name in names for job in snapshot.jobs_on(name)}
    waits = {node for job in jobs.values() for node in job.nodes} - chosen
    before, taken = whole or room(snapshot, snapshot.nodes), room(snapshot, chosen)
    gpus = sum(snapshot.nodes[name].gpu_count for name in chosen if name in snapshot.nodes)
    facts = [
        Fact("gpus", f"{gpus} leave service; {taken.gpus_free} of them are free now"),
        Fact("jobs", ", ".join(jobs) or "none", "", "warning" if jobs else "ok"),
    ]
    if waits:
        facts.append(Fact("gangs", f"also run on {fold(waits)}"))
    free, gpus_free = len(before.free) - len(taken.free), before.gpus_free - taken.gpus_free
    facts.append(Fact("room after", f"{count(free, 'free node')}, {gpus_free} GPUs"))
    return Section(f"a drain of {fold(names)} takes", tuple(facts))


def _phrases(snapshot: Snapshot, whole: Room) -> Iterator[Cell]:
    free = frozenset(whole.free)
    parts = f", {whole.fragments} of them in parts" if whole.fragments else ""
    style = "ok" if whole.free else "warning"
    yield Cell(f"free {count(len(whole.free), 'node')}, {whole.gpus_free} GPUs{parts}", style)
    yield Cell(_gang(snapshot, free), style)
    waiting = [job for job in snapshot.jobs.values() if "PENDING" in job.state]
    if waiting:
        yield Cell(_next(snapshot, waiting, free), "warning")


def _gang(snapshot: Snapshot, free: frozenset[str]) -> str:
    """The biggest gang now: in one partition, as a job has to be; and within one NVLink domain, as it would like."""
    fits = [(kind, len(free.intersection(names)), name) for kind, name, names in _places(snapshot)]
    most, where = max((one[1:] for one in fits if one[0] == "partition"), default=(len(free), ""))
    inside, domain = max((one[1:] for one in fits if one[0] != "partition"), default=(0, ""))
    said = f"biggest gang now {count(most, 'node')}" + (f" in {where}" if where and most else "")
    return said + (f", {inside} within {domain}" if domain and 0 < inside < most else "")


def _next(snapshot: Snapshot, waiting: list[Job], free: frozenset[str]) -> str:
    job = waiting[0]
    partition = snapshot.partitions.get(job.partition)
    have = f", {len(free.intersection(partition.nodes))} free in {job.partition}" if partition else ""
    more = f"; {len(waiting) - 1} behind it" if len(waiting) > 1 else ""
    wants = f"wants {count(job.node_count, 'node')}, {count(job.gpus, 'GPU')}"
    return f"next {job.id} {wants}{have}: {job.pending_reason or UNKNOWN}{more}"


def _places(snapshot: Snapshot) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for name, partition in snapshot.partitions.items():
        yield "partition", name, partition.nodes
    topology = snapshot.topology
    domains = [
        ("domain", topology.label(domain.id), tuple(_nodes_of(snapshot, domain.id)))
        for domain in topology.of_kind(Kind.NVLINK_DOMAIN)
    ]
    yield from (one for one in domains if one[2])
    for name, nodes in groups(snapshot).items():
        yield "rack", name, tuple(node.name for node in nodes)


def _nodes_of(snapshot: Snapshot, identity: str) -> Iterator[str]:
    for reached in snapshot.topology.downstream(identity):
        name = reached.removeprefix("node:")
        if name != reached and name in snapshot.nodes:
            yield name


def _row(snapshot: Snapshot, name: str, names: Collection[str]) -> Row:
    found = room(snapshot, names)
    old = any(snapshot.stale(snapshot.nodes[one].scheduler) for one in names if one in snapshot.nodes)
    return Row(
        name,
        (
            Cell(name),
            Cell(str(found.nodes)),
            Cell(str(len(found.free)), "stale" if old else "ok" if found.free else ""),
            Cell(str(found.gpus_free), "stale" if old else ""),
            Cell(str(found.fragments) if found.fragments else EMPTY, "stale" if old else ""),
            Cell(str(found.out) if found.out else EMPTY, "stale" if old else "draining" if found.out else ""),
            Cell(fold(found.free) if found.free else EMPTY, "stale" if old else ""),
        ),
    )
