"""What is known of one thing as sections of facts, a section a source, each with its age: for a pane or a terminal."""

from datetime import datetime

from msgspec import Struct

from backends.model.severity import Severity
from backends.model.snapshot import Facts, Snapshot
from console.words import ago


class Fact(Struct, frozen=True):
    """One fact. `age` is a ready-made text, told where it is old.

    `history` is what it was, oldest first: seconds of the clock, and the number that the value is written with.

    `style` is a word of the palette, as in `console.views.cell`.
    """

    label: str
    value: str
    age: str = ""
    style: str = ""
    stale: bool = False
    history: tuple[tuple[float, float], ...] = ()


class Section(Struct, frozen=True):
    """Facts of one source under its name; the note is their age, or what is wrong with the source."""

    title: str
    facts: tuple[Fact, ...] = ()
    note: str = ""
    note_style: str = "muted"


def seen(snapshot: Snapshot, facts: Facts | None, now: datetime) -> tuple[str, str]:
    """A section's note: how old its facts are, and whether they may be trusted."""
    if facts is None:
        return "", "muted"
    since = ago(snapshot.observed_at(facts), now)
    if not snapshot.stale(facts):
        return f"{since} ago", "muted"
    status = snapshot.sources.get(facts.source)
    word = status.state.value if status and not status.trusted else "missing"
    return f"{word}, as it was {since} ago", "warning"


def old(snapshot: Snapshot, facts: Facts, now: datetime) -> str:
    """The age of facts that are old; empty for those that are not."""
    return ago(snapshot.observed_at(facts), now) if snapshot.stale(facts) else ""


def severity_style(severity: Severity) -> str:
    """The palette's word for a severity; a thing that is well needs none."""
    return {Severity.OK: "", Severity.UNKNOWN: "unknown"}.get(severity, severity.value.lower())
