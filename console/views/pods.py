"""Pods: one line each, with how fresh it is and what it costs its controllers to know."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from math import inf

from backends.model.node import Service
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState, SourceStatus
from backends.model.topology import Kind
from console.views import power
from console.views.answered import answered
from console.views.cell import Cell, Column, Row, View
from console.views.marks import aged
from console.views.section import Fact, Section, severity_style
from console.words import EMPTY, UNKNOWN, ago, count

COLUMNS = (
    Column(key="pod", title="POD"),
    Column(key="mode", title="MODE", priority=2),
    Column(key="nodes", title="NODES", right=True),
    Column(key="up", title="UP", right=True, priority=3),
    Column(key="draining", title="DRAIN", right=True),
    Column(key="down", title="DOWN", right=True),
    Column(key="gpus", title="GPUS", right=True),
    Column(key="jobs", title="JOBS", right=True, priority=3),
    Column(key="findings", title="FINDINGS"),
    Column(key="power_kw", title="kW", right=True, priority=1),
    Column(key="sources", title="SOURCES", flex=True),
    Column(key="seen", title="SEEN", right=True),
    Column(key="requests", title="REQ/MIN", right=True, priority=4),
)


def view(snapshots: Iterable[Snapshot], now: datetime) -> View:
    """One row a pod, in the config's order."""
    return of_rows(row(snapshot, now) for snapshot in snapshots)


def of_rows(rows: Iterable[Row]) -> View:
    """The view of rows that are made already."""
    return View(kind="pods", columns=COLUMNS, rows=tuple(rows), empty="no pod is configured")


def row(snapshot: Snapshot, now: datetime) -> Row:
    """A pod's row."""
    return Row(snapshot.pod, _cells(snapshot, now))


def _cells(snapshot: Snapshot, now: datetime) -> tuple[Cell, ...]:
    known = any(status.observed_at for status in snapshot.sources.values())
    return (
        Cell(snapshot.pod),
        Cell("read-only" if snapshot.read_only else "read-write", "" if snapshot.read_only else "warning"),
        Cell(str(len(snapshot.nodes)) if known else UNKNOWN),
        *_service(snapshot),
        _gpus(snapshot, known=known),
        _jobs(snapshot),
        _worst(snapshot),
        _power(snapshot),
        sources(snapshot),
        seen(snapshot, now),
        Cell(f"{snapshot.requests_last_min}/{snapshot.request_budget_per_min}"),
    )


def _service(snapshot: Snapshot) -> Iterator[Cell]:
    """How many nodes are up, on their way out or out, and down: the scheduler's word, `?` before it has spoken."""
    if not answered(snapshot, "slurm.nodes"):
        yield from (Cell(UNKNOWN, "unknown"),) * 3
        return
    counts = Counter(node.service for node in snapshot.nodes.values())
    down = counts[Service.DOWN] + counts[Service.FAILED]
    out = sum(number for service, number in counts.items() if service.out) - down
    unknown = counts[Service.UNKNOWN]
    old = any(not status.trusted for name, status in snapshot.sources.items() if name == "slurm.nodes")
    yield Cell(str(len(snapshot.nodes) - out - down - unknown), "stale" if old else "")
    yield Cell(str(out) if out else EMPTY, "stale" if old else "draining" if out else "")
    yield Cell(str(down) if down else EMPTY, "stale" if old else "down" if down else "")


def _gpus(snapshot: Snapshot, *, known: bool) -> Cell:
    if not known:
        return Cell(UNKNOWN, "unknown")
    used = sum(node.scheduler.gpus_used for node in snapshot.nodes.values() if node.scheduler)
    total = sum(node.gpu_count for node in snapshot.nodes.values())
    return Cell(f"{used if answered(snapshot, 'slurm.nodes') else UNKNOWN}/{total}")


def _jobs(snapshot: Snapshot) -> Cell:
    """Running and waiting: `23+3`."""
    if not answered(snapshot, "slurm.jobs"):
        return Cell(UNKNOWN, "unknown")
    running = sum(job.running for job in snapshot.jobs.values())
    return Cell(f"{running}+{len(snapshot.jobs) - running}")


def _power(snapshot: Snapshot) -> Cell:
    """What the pod draws of what it may, `147/253`; what its nodes draw, where nobody tells of the whole."""
    rows = power.view(snapshot, snapshot.at, (Kind.POD,)).rows
    if not rows:
        return Cell(UNKNOWN, "unknown")
    _, drawn, budget, *_ = rows[0].cells
    kilowatts = f"{float(drawn.text):.0f}"
    return Cell(kilowatts if budget.text == UNKNOWN else f"{kilowatts}/{float(budget.text):.0f}", drawn.style)


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
    bad = _alike(status for status in states if not status.trusted)
    bad += [f"{status.name} partial" for status in states if status.trusted and status.partial]
    if not bad:
        return Cell(f"{len(snapshot.sources)} ok", "ok")
    waiting = all(status.state is SourceState.PENDING for status in states if not status.trusted)
    return Cell(", ".join(bad), "unknown" if waiting else "warning")


def _alike(states: Iterable[SourceStatus]) -> list[str]:
    """Each in its own words; `slurm failed` once for several of the questions that go one way to it."""
    families: dict[tuple[str, str], list[str]] = {}
    for status in states:
        families.setdefault((status.name.partition(".")[0], status.state.value), []).append(status.name)
    return [f"{names[0] if len(names) == 1 else family} {word}" for (family, word), names in families.items()]


def seen(snapshot: Snapshot, now: datetime) -> Cell:
    """`live`; where a source is not, the age of the one that has been silent longest."""
    statuses = snapshot.sources.values()
    times = [status.observed_at for status in statuses if status.observed_at]
    old = any(not status.trusted for status in statuses)
    return aged(min(times, default=None), now, "stale") if old else Cell("live", order=-inf)


def wrong(snapshot: Snapshot, now: datetime) -> Section:
    """What is wrong with one pod, the worst first, each with its age."""
    facts = tuple(
        Fact(found.severity.value, found.title, ago(found.since, now), severity_style(found.severity))
        for found in snapshot.findings
    )
    return Section(f"what is wrong with {snapshot.pod}", facts, count(len(facts), "finding"))
