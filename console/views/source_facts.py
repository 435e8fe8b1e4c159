"""A source whole: what is wrong with it in full, since when, how it is heard, and what asking it costs."""

from collections.abc import Iterator
from datetime import datetime

from backends.model.snapshot import Snapshot
from backends.model.source import SourceState, SourceStatus
from console.views.section import Fact, Section
from console.views.sources import STYLE, hearing
from console.words import UNKNOWN, ago, count, duration


def whole(snapshot: Snapshot, name: str, now: datetime) -> list[Section]:
    """A source; nothing for a name the pod has no source of."""
    status = snapshot.sources.get(name)
    if status is None:
        return []
    return [Section(name, tuple(_facts(status, now)), status.state.value, STYLE[status.state])]


def _facts(status: SourceStatus, now: datetime) -> Iterator[Fact]:
    if status.error:
        yield Fact("wrong", status.error, "", "warning" if status.trusted else "critical")
    if status.events is not None and status.events.why:
        yield Fact("events", f"{hearing(status.events, now)}: {status.events.why}", "", "warning")
    if status.failing_since:
        left = "its facts stay, as they were" if status.observed_at else "nothing is known from it"
        yield Fact("failing", f"for {ago(status.failing_since, now)}; {left}")
    never = UNKNOWN if status.state is SourceState.PENDING else "never"
    yield Fact("answered", f"{ago(status.observed_at, now)} ago" if status.observed_at else never)
    if status.state is not SourceState.PENDING:
        every = f", asked every {duration(status.interval_s)}" if status.interval_s else ""
        yield Fact("costs", f"{count(status.requests, 'request')}, {status.took_s:.2f} s{every}")
