"""Severity, service state and ages as cells: a letter or a word, never colour alone."""

from datetime import datetime
from functools import lru_cache

from backends.model.node import HardwareFacts, Node, SchedulerFacts
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.views.cell import Cell
from console.words import EMPTY, UNKNOWN, ago

STYLE = {
    Severity.OK: "ok",
    Severity.WARNING: "warning",
    Severity.CRITICAL: "critical",
    Severity.UNKNOWN: "unknown",
}


@lru_cache
def severity(value: Severity, *, stale: bool = False) -> Cell:
    """`OK`, `Warning`, `Critical`, or `?`."""
    text = UNKNOWN if value is Severity.UNKNOWN else value.value
    return Cell(text, "stale" if stale else STYLE[value], order=value.rank)


def service(node: Node, *, stale: bool) -> Cell:
    """The service state, with `*` where the scheduler itself doubts it; `?` where no scheduler knows the node."""
    if node.scheduler is None:
        return Cell(UNKNOWN, "unknown")
    doubt = "" if node.scheduler.responding else "*"
    return Cell(f"{node.service.value}{doubt}", "stale" if stale else node.service.value)


def number(value: float | None, facts: SchedulerFacts | HardwareFacts | None, snapshot: Snapshot) -> Cell:
    """A whole number, `?` when it is not known, dim when it is old."""
    if value is None:
        return Cell(UNKNOWN, "unknown")
    return Cell(f"{value:.0f}", "stale" if snapshot.stale(facts) else "")


def text(value: str, *, stale: bool = False) -> Cell:
    """Text, or the dot of an empty cell."""
    return Cell(value or EMPTY, "stale" if stale and value else "")


def aged(since: datetime | None, now: datetime, style: str = "") -> Cell:
    """An age to the minute, `?` where it is not known since when; the youngest first."""
    return Cell(ago(since, now), style, order=-since.timestamp() if since is not None else None)


def at(when: datetime, now: datetime) -> Cell:
    """An instant, with its day where that is not today's; the earliest first."""
    same = when.date() == now.date()
    return Cell(f"{when:%H:%M:%S}" if same else f"{when:%m-%d %H:%M:%S}", order=when.timestamp())
