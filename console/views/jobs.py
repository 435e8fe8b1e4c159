"""Jobs: who holds what, where, since when."""

from collections.abc import Iterable
from datetime import datetime
from math import inf

from backends.model.job import Job
from backends.model.snapshot import Snapshot
from console.views.answered import answered
from console.views.cell import Cell, Column, Row, View
from console.views.marks import aged, text
from console.words import EMPTY, UNKNOWN, rough

COLUMNS = (
    Column(key="job", title="JOB", right=True),
    Column(key="name", title="NAME", flex=True),
    Column(key="user", title="USER"),
    Column(key="state", title="STATE"),
    Column(key="partition", title="PARTITION", priority=3),
    Column(key="count", title="NODES", right=True),
    Column(key="gpus", title="GPUS", right=True),
    Column(key="ran", title="RAN", right=True, priority=2),
    Column(key="left", title="LEFT", right=True, priority=1),
    Column(key="nodes", title="NODE SET", flex=True, least=18),
    Column(key="why", title="WHY PENDING", priority=4),
)


def view(snapshot: Snapshot, now: datetime, ids: Iterable[str] | None = None) -> View:
    """One row a job, in queue order; all of them, or those named."""
    chosen = snapshot.jobs.values() if ids is None else (snapshot.jobs[job] for job in ids)
    rows = tuple(Row(job.id, _cells(job, snapshot, now)) for job in chosen)
    empty = "no job in the queue" if answered(snapshot, "slurm.jobs") else "no job is known yet"
    return View(kind="jobs", columns=COLUMNS, rows=rows, empty=empty)


def _cells(job: Job, snapshot: Snapshot, now: datetime) -> tuple[Cell, ...]:
    old = snapshot.stale(job)
    state = "+".join(job.state).lower() or UNKNOWN
    return (
        Cell(job.id),
        text(job.name),
        text(job.user),
        Cell(state, "stale" if old else state.partition("+")[0]),
        text(job.partition),
        Cell(str(job.node_count) if job.node_count else EMPTY),
        Cell(str(job.gpus) if job.gpus else EMPTY),
        aged(job.started_at, now) if job.running else Cell(EMPTY),
        left(job, now),
        text(job.node_set),
        text(job.pending_reason if not job.running else ""),
    )


def left(job: Job, now: datetime) -> Cell:
    """Time until its limit ends it; `∞` without one."""
    if not job.running:
        return Cell(EMPTY)
    if job.time_limit_s is None:
        return Cell("∞", order=inf)
    if job.ends_at is None:
        return Cell(UNKNOWN, "unknown")
    return Cell(rough((job.ends_at - now).total_seconds()), order=job.ends_at.timestamp())
