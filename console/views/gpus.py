"""GPUs: the controller's readings beside what the scheduler gave out."""

from collections.abc import Iterator
from datetime import datetime

from backends.model.node import Gpu, Node
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.views.cell import Cell, Column, Row, View
from console.views.marks import number, severity, text
from console.words import UNKNOWN

COLUMNS = (
    Column(key="gpu", title="GPU"),
    Column(key="model", title="MODEL", flex=True),
    Column(key="job", title="JOB"),
    Column(key="health", title="HEALTH"),
    Column(key="temp_c", title="°C", right=True),
    Column(key="power_w", title="WATTS", right=True),
    Column(key="limit_w", title="LIMIT W", right=True, priority=1),
)

FREE = "free"
HELD = "held"


def view(snapshot: Snapshot, now: datetime) -> View:  # noqa: ARG001 - every view is called alike
    """One row a GPU: those the controller lists, and those only the scheduler counts."""
    rows = tuple(row for node in snapshot.nodes.values() for row in _rows(node, snapshot))
    return View(kind="gpus", columns=COLUMNS, rows=rows, empty="no GPU is known yet")


def gpus_of(node: Node) -> tuple[Gpu, ...]:
    """The controller's GPUs; where it lists none, the scheduler's count as GPUs nobody has readings of."""
    if node.hardware and node.hardware.gpus:
        return node.hardware.gpus
    model = node.scheduler.gpu_model if node.scheduler else ""
    return tuple(Gpu(index=index, model=model, health=Severity.UNKNOWN) for index in range(node.gpu_count))


def holder(node: Node, index: int, snapshot: Snapshot) -> str:
    """The job that holds a GPU, `free`, `held` by one of several, or `?`: only what the scheduler said."""
    jobs = snapshot.jobs_on(node.name)
    for job in jobs:
        if index in job.gpu_indices.get(node.name, ()):
            return job.id
    facts = node.scheduler
    if facts is None or facts.gpus == 0:
        return UNKNOWN  # a scheduler that does not count GPUs gives none out, and frees none
    if facts.gpus_used == 0:
        return FREE
    if facts.gpu_indices_used:
        return HELD if index in facts.gpu_indices_used else FREE
    return UNKNOWN


def _rows(node: Node, snapshot: Snapshot) -> Iterator[Row]:
    old = snapshot.stale(node.hardware)
    for gpu in gpus_of(node):
        yield Row(
            f"{node.name}/{gpu.index}",
            (
                Cell(f"{node.name}/{gpu.index}"),
                text(gpu.model),
                Cell(holder(node, gpu.index, snapshot), "stale" if snapshot.stale(node.scheduler) else ""),
                severity(gpu.health, stale=old),
                number(gpu.temp_c, node.hardware, snapshot),
                number(gpu.power_w, node.hardware, snapshot),
                number(gpu.power_limit_w, node.hardware, snapshot),
            ),
        )
