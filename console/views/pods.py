"""Pods: one line each, with how fresh it is and what it costs its controllers to know."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState
from console.views.answered import answered
from console.views.cell import Cell, Column, Row, View
from console.words import UNKNOWN, age

COLUMNS = (
    Column(key="pod", title="POD"),
    Column(key="mode", title="MODE", priority=1),
    Column(key="nodes", title="NODES", right=True),
    Column(key="out", title="OUT", right=True),
    Column(key="gpus", title="GPUS", right=True),
    Column(key="jobs", title="JOBS", right=True),
    Column(key="findings", title="FINDINGS"),
    Column(key="sources", title="SOURCES", flex=True),
    Column(key="seen", title="SEEN", right=True),
    Column(key="requests", title="REQ/MIN", right=True, priority=2),
)


def view(snapshots: Iterable[Snapshot], now: datetime) -> View:
    """One row a pod, in the config's order."""
    rows = tuple(Row(snapshot.pod, _cells(snapshot, now)) for snapshot in snapshots)
    return View(kind="pods", columns=COLUMNS, rows=rows, empty="no pod is configured")


def _cells(snapshot: Snapshot, now: datetime) -> tuple[Cell, ...]:
    known = any(status.observed_at for status in snapshot.sources.values())
    scheduled = answered(snapshot, "slurm.nodes")
    queued = answered(snapshot, "slurm.jobs")
    nodes = snapshot.nodes.values()
    out = sum(node.service.out for node in nodes)
    used = sum(node.scheduler.gpus_used for node in nodes if node.scheduler)
    running = sum(job.running for job in snapshot.jobs.values())
    return (
        Cell(snapshot.pod),
        Cell("read-only" if snapshot.read_only else "read-write", "" if snapshot.read_only else "warning"),
        Cell(str(len(nodes)) if known else UNKNOWN),
        Cell(str(out) if scheduled else UNKNOWN, "draining" if out else ""),
        Cell(f"{used if scheduled else UNKNOWN}/{sum(node.gpu_count for node in nodes)}" if known else UNKNOWN),
        Cell(f"{running}+{len(snapshot.jobs) - running}" if queued else UNKNOWN),
        _worst(snapshot),
        sources(snapshot),
        seen(snapshot, now),
        Cell(f"{snapshot.requests_last_min}/{snapshot.request_budget_per_min}"),
    )


def _worst(snapshot: Snapshot) -> Cell:
    """How many findings of each severity; `none` only where every source has had its say, `?` before."""
    counts = Counter(finding.severity for finding in snapshot.findings)
    if not counts and not all(status.observed_at for status in snapshot.sources.values()):
        return Cell(UNKNOWN, "unknown")
    said = ((Severity.CRITICAL, "critical"), (Severity.WARNING, "warning"))
    words = [f"{counts[severity]} {word}" for severity, word in said if counts[severity]]
    style = next((word for severity, word in said if counts[severity]), "ok")
    return Cell(", ".join(words) or "none", style)


def sources(snapshot: Snapshot) -> Cell:
    """`4 ok`, or each source that is not."""
    states = snapshot.sources.values()
    bad = [f"{status.name} {status.state.value}" for status in states if not status.trusted]
    bad += [f"{status.name} partial" for status in states if status.trusted and status.partial]
    if not bad:
        return Cell(f"{len(snapshot.sources)} ok", "ok")
    waiting = all(status.state is SourceState.PENDING for status in states if not status.trusted)
    return Cell(", ".join(bad), "unknown" if waiting else "warning")


def seen(snapshot: Snapshot, now: datetime) -> Cell:
    """The age of the source that has been silent longest."""
    statuses = snapshot.sources.values()
    times = [status.observed_at for status in statuses if status.observed_at]
    old = any(not status.trusted for status in statuses)
    return Cell(age(min(times, default=None), now), "stale" if old else "")
