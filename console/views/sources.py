"""The sources of a pod as a view: what each one last said of itself, and what it costs to ask."""

from collections.abc import Iterator
from datetime import datetime
from math import inf

from backends.model.snapshot import Snapshot
from backends.model.source import SourceState, SourceStatus
from backends.model.stream import StreamState, StreamStatus
from console.views.cell import Cell, Column, Row, View
from console.views.marks import aged, text
from console.words import EMPTY, UNKNOWN, age, ago

COLUMNS = (
    Column(key="source", title="SOURCE"),
    Column(key="state", title="STATE"),
    Column(key="seen", title="ANSWERED", right=True),
    Column(key="failing", title="FAILING", right=True, priority=1),
    Column(key="events", title="EVENTS", priority=1),
    Column(key="took", title="TOOK S", right=True, priority=2),
    Column(key="requests", title="REQ", right=True, priority=3),
    Column(key="error", title="WHAT IS WRONG", flex=True),
)

STYLE = {
    SourceState.PENDING: "unknown",
    SourceState.OK: "ok",
    SourceState.SLOW: "warning",
    SourceState.STALE: "warning",
    SourceState.FAILED: "critical",
    SourceState.DENIED: "critical",
}


def view(snapshot: Snapshot, now: datetime) -> View:
    """One row a source."""
    rows = tuple(Row(status.name, _cells(status, now)) for status in snapshot.sources.values())
    return View(kind="sources", columns=COLUMNS, rows=rows, empty="this pod has no source")


def _cells(status: SourceStatus, now: datetime) -> tuple[Cell, ...]:
    partial = " (partial)" if status.partial else ""
    return (
        Cell(status.name),
        Cell(status.state.value + partial, "warning" if partial and status.trusted else STYLE[status.state]),
        Cell("live", order=-inf) if status.trusted else aged(status.observed_at, now, "stale"),
        aged(status.failing_since, now) if status.failing_since else Cell(EMPTY),
        _events(status.events, now),
        Cell(f"{status.took_s:.2f}" if status.state is not SourceState.PENDING else UNKNOWN),
        Cell(str(status.requests)),
        text(_wrong(status)),
    )


def hearing(stream: StreamStatus, now: datetime) -> str:
    """Whether we are told what changes or have to ask, and since when: `live 4m`, `polling <1m`."""
    return f"{'live' if stream.state is StreamState.LIVE else 'polling'} {ago(stream.since, now)}"


def _events(stream: StreamStatus | None, now: datetime) -> Cell:
    if stream is None:
        return Cell(EMPTY)
    style = "warning" if stream.state is StreamState.LOST else ""
    return Cell(hearing(stream, now), style, order=-stream.since.timestamp())


def _wrong(status: SourceStatus) -> str:
    """What is wrong: with its answers first, else with its event stream where it should have one."""
    lost = status.events is not None and status.events.state is StreamState.LOST
    return status.error or (f"events: {status.events.why}" if lost and status.events else "")


def waiting(snapshot: Snapshot, now: datetime, families: tuple[str, ...] = ("slurm", "redfish")) -> str:
    """What is still awaited, in one line; empty once some source of these families has answered."""
    statuses = [status for status in snapshot.sources.values() if status.name.startswith(families)]
    if not statuses:
        return "no source of this pod tells that; see the config"
    if any(status.observed_at for status in statuses):
        return ""
    return " · ".join(_awaited(statuses, now))


def _awaited(statuses: list[SourceStatus], now: datetime) -> Iterator[str]:
    pending = [status.name for status in statuses if status.state is SourceState.PENDING]
    for status in statuses:
        if status.error:
            yield f"{status.name} {status.state.value} for {age(status.failing_since, now)}: {status.error}"
    if pending:
        yield f"waiting for {', '.join(pending)} …"
