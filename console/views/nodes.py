"""Nodes: what each source says, in one line."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from backends.model.job import Job
from backends.model.node import HardwareFacts, Node, Power
from backends.model.snapshot import Snapshot
from console.operations.hold import said_of
from console.views.cell import Cell, Column, Row, View
from console.views.marks import number, service, severity, text
from console.words import EMPTY, UNKNOWN, age

COLUMNS = (
    Column(key="node", title="NODE"),
    Column(key="state", title="STATE"),
    Column(key="gpus", title="GPUS", right=True),
    Column(key="jobs", title="JOBS", priority=1),
    Column(key="health", title="HEALTH"),
    Column(key="power", title="POWER", priority=1),
    Column(key="temp_c", title="GPU °C", right=True, priority=2),
    Column(key="power_w", title="WATTS", right=True, priority=3),
    Column(key="group", title="GROUP", priority=2),
    Column(key="partitions", title="PARTITIONS", priority=4),
    Column(key="reason", title="REASON", flex=True, priority=1),
    Column(key="seen", title="SEEN", right=True, priority=3),
)


class Around(NamedTuple):
    """What a node's row is made of beside the node: whether its facts are old, its jobs, its hold, when it was seen.

    `jobs` is None where nobody has told of any yet.
    """

    old: bool
    hardware_old: bool
    jobs: tuple[Job, ...] | None
    said: str
    seen: Cell


Known = dict[str, tuple[Node, Around, Row]]
"""Rows that were made before, by node, each with what it was made of."""


def view(snapshot: Snapshot, now: datetime, names: Iterable[str] | None = None, known: Known | None = None) -> View:
    """One row a node, in the scheduler's order; all of them, or those named.

    A node of which nothing reads otherwise keeps its row of `known`, which is kept up for the next view.
    """
    chosen = snapshot.nodes.values() if names is None else (snapshot.nodes[name] for name in names)
    before: Known = {} if known is None else known
    told = _Told(snapshot, now)
    rows = tuple(_row(node, snapshot, told, before) for node in chosen)
    return View(kind="nodes", columns=COLUMNS, rows=rows, empty="no node is known yet")


class _Told:
    """How old what is told of a node is: the same for all that the same sources tell of, and asked once for them."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.now = now
        queue = snapshot.sources.get("slurm.jobs")
        self.queue = queue is None or queue.observed_at is not None
        self._snapshot = snapshot
        self._known: dict[tuple[str, str], tuple[bool, bool, Cell]] = {}

    def of(self, node: Node) -> tuple[bool, bool, Cell]:
        """Whether the scheduler's facts are old, whether the hardware's are, and when it was seen."""
        scheduler, hardware = node.scheduler, node.hardware
        if (scheduler and scheduler.missing_since) or (hardware and hardware.missing_since):
            return self._ask(node)
        sources = scheduler.source if scheduler else "", hardware.source if hardware else ""
        found = self._known.get(sources)
        if found is None:
            found = self._known[sources] = self._ask(node)
        return found

    def _ask(self, node: Node) -> tuple[bool, bool, Cell]:
        snapshot = self._snapshot
        return snapshot.stale(node.scheduler), snapshot.stale(node.hardware), _seen(node, snapshot, self.now)


def _row(node: Node, snapshot: Snapshot, told: _Told, known: Known) -> Row:
    old, hardware_old, seen = told.of(node)
    said = said_of(node, told.now) if node.scheduler and node.scheduler.reason else ""
    around = Around(old, hardware_old, snapshot.jobs_on(node.name) if told.queue else None, said, seen)
    before = known.get(node.name)
    if before is not None and before[0] is node and before[1] == around:
        return before[2]
    measured = _measured(node, snapshot, stale=around.hardware_old)
    if before is not None and before[1] == around and _but_measured(node, before[0]):
        cells = before[2].cells
        row = Row(node.name, (*cells[:_MEASURED], *measured, *cells[_MEASURED + len(measured) :]))
    else:
        row = Row(node.name, _cells(node, around, measured))
    known[node.name] = node, around, row
    return row


_MEASURED = 4
"""The first of the columns that a controller tells: readings change all the time, the rest of a row hardly ever."""


def _but_measured(node: Node, before: Node) -> bool:
    """Whether all the rest of a row stays."""
    same = node.scheduler is before.scheduler and node.group == before.group
    return same and node.gpu_count == before.gpu_count


def _measured(node: Node, snapshot: Snapshot, *, stale: bool) -> tuple[Cell, ...]:
    return (
        severity(node.health, stale=stale),
        Cell(UNKNOWN, "unknown") if node.power is Power.UNKNOWN else text(node.power.value, stale=stale),
        number(hottest_c(node.hardware), node.hardware, snapshot),
        number(node.hardware.power_w if node.hardware else None, node.hardware, snapshot),
    )


def _cells(node: Node, around: Around, measured: tuple[Cell, ...]) -> tuple[Cell, ...]:
    old, _, jobs, said, seen = around
    reason = node.scheduler.reason.text if node.scheduler and node.scheduler.reason else ""
    return (
        Cell(node.name),
        service(node, stale=old),
        gpus(node, stale=old),
        Cell(UNKNOWN, "unknown") if jobs is None else text(",".join(job.id for job in jobs), stale=old),
        *measured,
        text(node.group),
        text(",".join(node.scheduler.partitions) if node.scheduler else ""),
        text(said or reason, stale=old),
        seen,
    )


def gpus(node: Node, *, stale: bool) -> Cell:
    """`4/8`: held by jobs of all; only the count where no scheduler gives them out."""
    total = node.gpu_count
    if node.scheduler is None:
        return Cell(f"{UNKNOWN}/{total}" if total else UNKNOWN, "unknown")
    return Cell(f"{node.scheduler.gpus_used}/{total}" if total else EMPTY, "stale" if stale else "")


def hottest_c(facts: HardwareFacts | None) -> float | None:
    """The hottest GPU's temperature, the system's own where no GPU tells."""
    if facts is None:
        return None
    return max((gpu.temp_c for gpu in facts.gpus if gpu.temp_c is not None), default=facts.temp_c)


def _seen(node: Node, snapshot: Snapshot, now: datetime) -> Cell:
    """The age of the oldest source that speaks of it."""
    facts = [known for known in (node.scheduler, node.hardware) if known is not None]
    times = [at for at in map(snapshot.observed_at, facts) if at is not None]
    oldest = min(times, default=None)
    # As its text, never below 0: where `now` moves on once a minute, all rows would be made anew with each round.
    order = max(0, int((now - oldest).total_seconds())) if oldest is not None else None
    return Cell(age(oldest, now), "stale" if any(map(snapshot.stale, facts)) else "", order=order)
