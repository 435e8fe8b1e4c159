"""The two lines around every view: what one looks at and how far it can be trusted, and what the keys do.

An idle line reads the same from second to second: an age is told only where something is old, and to the minute: a
clock that ticks in a corner costs a slow link bytes and tells an operator nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState, SourceStatus
from console.words import UNKNOWN, ago, count
from widgets.glyphs import GlyphSet
from widgets.statusline import Segment

HEALTH, FLEET = "view('health')", "view('fleet')"
"""Where a click on what is not well leads."""


class Place(Struct, frozen=True, kw_only=True):
    """Where the operator is: the views that led here, this one, how much of it is shown, what narrows it."""

    title: str
    path: tuple[str, ...] = ()
    counted: str = ""
    filtered: str = ""
    marked: int = 0


def left(pod: str, place: Place, snapshot: Snapshot | None) -> list[Segment]:
    """Pod, mode, view, filter, marks."""
    segments = [Segment(f" {pod} ", "badge", action="pods")]
    if snapshot is not None and snapshot.read_only:
        segments.append(Segment("READ-ONLY", "accent", 1))
    if place.path:
        segments.append(Segment("".join(f"{one}  >  " for one in place.path).rstrip(), "muted", 3, action="back"))
    segments.append(Segment(place.title, "title"))
    if place.marked:
        segments.append(Segment(f"{place.marked} marked", "mark"))
    if place.filtered:
        segments.append(Segment(f"/{place.filtered}", "accent"))
    if place.counted:
        segments.append(Segment(place.counted, "muted", 4))
    return segments


def right(
    snapshots: Mapping[str, Snapshot], pod: str, now: datetime, glyphs: GlyphSet, *, running: int, requests: int | None
) -> list[Segment]:
    """Operations under way, findings, freshness, the requests it costs a minute, the other pods."""
    segments: list[Segment] = []
    if running:
        segments.append(Segment(count(running, "op"), "badge", 1, action="operations"))
    snapshot = snapshots.get(pod)
    if snapshot is not None:
        segments.extend(_freshness(snapshot, now, glyphs))
        segments.append(
            Segment(
                f"{UNKNOWN if requests is None else requests}/{snapshot.request_budget_per_min} req/min", "muted", 3
            )
        )
    segments.extend(_others(snapshots, pod))
    return segments


def _freshness(snapshot: Snapshot, now: datetime, glyphs: GlyphSet) -> list[Segment]:
    """`live`; or each source that is not, with the age of what it last said."""
    states = snapshot.sources.values()
    bad = [status for status in states if not status.trusted and status.state is not SourceState.PENDING]
    waiting = [status for status in states if status.state is SourceState.PENDING]
    segments = [
        Segment(_said(status, now, glyphs), "critical" if _dead(status) else "warning", action=HEALTH)
        for status in bad[:1]
    ]
    if len(bad) > 1:
        segments.append(Segment(f"+{len(bad) - 1}", "warning"))
    if waiting and not bad:
        done = len(snapshot.sources) - len(waiting)
        segments.append(Segment(f"loading {done}/{len(snapshot.sources)}", "unknown"))
    if not segments:
        partial = [status.name for status in states if status.partial]
        word = f"live, {partial[0]} partial" if partial else "live"
        segments.append(Segment(word, "warning" if partial else "ok", 2))
    return segments


def _dead(status: SourceStatus) -> bool:
    return status.state in (SourceState.FAILED, SourceState.DENIED)


def _said(status: SourceStatus, now: datetime, glyphs: GlyphSet) -> str:
    if status.observed_at is None:
        return f"{status.name} {status.state.value} {ago(status.failing_since, now)}"
    return f"{status.name} {status.state.value} {glyphs.stale}{ago(status.observed_at, now)}"


def _others(snapshots: Mapping[str, Snapshot], pod: str) -> list[Segment]:
    """The other pods: those where something is critical, and those that are not heard in full."""
    others = [snapshot for name, snapshot in snapshots.items() if name != pod]
    if not others:
        return []
    ill = [one.pod for one in others if any(found.severity is Severity.CRITICAL for found in one.findings)]
    deaf = [one.pod for one in others if one.partial and one.pod not in ill]
    found = [Segment(f"{_first(ill)} critical", "critical", 2, action=FLEET)] if ill else []
    if deaf:
        found.append(Segment(f"also {_first(deaf)}", "warning", 4 if ill else 2, action=FLEET))
    if found:
        return found
    return [Segment(f"{count(len(others), 'other pod')} live", "muted", 5, action=FLEET)]


def _first(names: Sequence[str]) -> str:
    return f"{names[0]} +{len(names) - 1}" if len(names) > 1 else names[0]


def hints(keys: Iterable[tuple[str, str]], note: str = "") -> list[Segment]:
    """The key line: the first keys matter most and go last when it is narrow. `note` says why some are not there."""
    said: Sequence[tuple[str, str]] = tuple(keys)
    segments = [Segment(text, "muted", at + 1, key) for at, (key, text) in enumerate(said)]
    return [Segment(note, "accent", 1), *segments] if note else segments
