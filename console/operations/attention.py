"""Who looks after a finding, until when it may rest, and what one shift tells the next. Kept in the journal.

Attention never hides a finding: what has become worse than it was when somebody took it is nobody's again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from backends.model.finding import Finding
from backends.model.severity import Severity
from console.operations.event import Attended, Care, Entry

STANDS = timedelta(hours=24)
"""How long somebody is on it without a further word: longer than a shift, shorter than a forgotten one."""

KEPT = 8
"""Notes of a finding that are kept in view; the audit has all of them."""

OPERATION = "triage"
"""What such events are filed under in the journal: they belong to no operation."""


class Note(Struct, frozen=True, kw_only=True):
    """What somebody left for the next one."""

    at: datetime
    by: str
    text: str


class Attention(Struct, frozen=True, kw_only=True):
    """What people have said of one finding. `by` is who is on it, "" for nobody; `until` is how long it may rest."""

    by: str = ""
    since: datetime | None = None
    until: datetime | None = None
    severity: Severity = Severity.UNKNOWN
    notes: tuple[Note, ...] = ()

    def taken(self, finding: Finding, now: datetime) -> bool:
        """Whether somebody is on it now, and it is no worse than when they took it."""
        recent = self.since is not None and now - self.since < STANDS
        return bool(self.by) and (recent or self.rests(finding, now)) and not self._worse(finding)

    def rests(self, finding: Finding, now: datetime) -> bool:
        """Whether it may rest until later."""
        return self.until is not None and now < self.until and not self._worse(finding)

    def _worse(self, finding: Finding) -> bool:
        return finding.severity.rank < self.severity.rank


def told(finding: Finding, pod: str, care: Care, text: str = "", until: datetime | None = None) -> Attended:
    """The event that says it."""
    return Attended(pod=pod, finding=finding.id, care=care, severity=finding.severity, text=text, until=until)


def fold(entries: Iterable[Entry]) -> dict[str, Attention]:
    """What a pod's events come to, by finding."""
    found: dict[str, Attention] = {}
    for entry in entries:
        if isinstance(entry.event, Attended):
            event = entry.event
            found[event.finding] = _next(found.get(event.finding, Attention()), entry, event)
    return found


def _next(before: Attention, entry: Entry, event: Attended) -> Attention:
    who = entry.actor.user
    note = (Note(at=entry.at, by=who, text=event.text),) if event.text else ()
    after = replace(before, notes=(*before.notes, *note)[-KEPT:])
    match event.care:
        case Care.ACK:
            return replace(after, by=who, since=entry.at, until=None, severity=event.severity)
        case Care.SNOOZE:
            return replace(after, by=who, since=entry.at, until=event.until, severity=event.severity)
        case Care.UNACK:
            return replace(after, by="", since=None, until=None)
    return after
