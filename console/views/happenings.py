"""What has happened, newest first: changes we saw, what controllers said, what was done from here and said here."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.stream import Event
from console.operations.operation import Operation
from console.operations.result import Outcome
from console.state.chronicle import Happening
from console.targets import fold
from console.views.cell import Cell, Column, Row, View
from console.views.marks import at, severity, text
from console.views.section import Fact, Section, severity_style
from console.words import count, duration

COLUMNS = (
    Column(key="at", title="WHEN"),
    Column(key="severity", title="SEVERITY"),
    Column(key="source", title="BY"),
    Column(key="entity", title="ABOUT", priority=1),
    Column(key="what", title="WHAT HAPPENED", flex=True),
)


_DIGITS = re.compile(r"\d+")

OURSELVES = "megapod"
"""The source of what was only said to the operator: it changed nothing."""


class Told(Struct, frozen=True, kw_only=True):
    """One thing that happened, whoever tells it. `key` stays the same; `entity` is what one can go to.

    `heard`: a controller says so, and nobody has looked yet.
    """

    key: str
    at: datetime
    severity: Severity
    source: str
    entity: str
    text: str
    heard: bool = False


def of_change(one: Happening) -> Told:
    """A change between two snapshots."""
    change = one.change
    return Told(
        key=f"change:{one.number}",
        at=change.at,
        severity=change.severity,
        source=change.source,
        entity=change.entity,
        text=change.text,
    )


def systems(snapshot: Snapshot) -> dict[str, str]:
    """Nodes by the resource their controller has for them: events name those."""
    return {node.hardware.system: name for name, node in snapshot.nodes.items() if node.hardware}


def of_event(event: Event, nodes: Mapping[str, str]) -> Told:
    """What a controller said on its event stream: its word, not ours. `nodes` as `systems` gives them."""
    parts = event.origin.split("/")
    owner = next((nodes[path] for end in range(len(parts), 0, -1) if (path := "/".join(parts[:end])) in nodes), "")
    part = parts[-1] if event.origin not in nodes else ""
    name = " of ".join(one for one in (part, owner) if one)
    return Told(
        key=f"event:{event.number}",
        at=event.received_at,
        severity=event.severity,
        source=event.source,
        entity=f"node:{owner}" if owner else "/".join(parts[-2:]),
        text=event.text.replace(f"'{event.origin}'", name) if event.origin else event.text,
        heard=True,
    )


def of_operation(operation: Operation) -> list[Told]:
    """That it began, and how it ended."""
    plan = operation.plan
    who = f"{operation.begun_by.user}@{operation.begun_by.host}"
    reason = f": {plan.reason}" if plan.reason else ""
    entity = f"operation:{plan.operation}"
    began = Told(
        key=f"{entity}:began",
        at=operation.begun_at,
        severity=Severity.OK,
        source=who,
        entity=entity,
        text=f"began {plan.verb} {plan.targets}{reason}",
    )
    if operation.ended_at is None:
        return [began]
    done = operation.result.outcome is Outcome.DONE
    ended = Told(
        key=f"{entity}:ended",
        at=operation.ended_at,
        severity=Severity.OK if done else Severity.WARNING,
        source=who,
        entity=entity,
        text=operation.text or f"{plan.verb} {plan.targets}: {operation.result.outcome.value}",
    )
    return [began, ended]


def newest(told: Iterable[Told]) -> list[Told]:
    """Newest first; of one instant, the worst first, then by what they are about."""
    return sorted(told, key=lambda one: (-one.at.timestamp(), one.severity.rank, one.entity, one.key))


def view(told: Iterable[Told], now: datetime) -> View:
    """One row each, newest first. A day that is not today is told."""
    rows = tuple(Row(one.key, _cells(one, now)) for one in newest(told))
    return View(kind="happenings", columns=COLUMNS, rows=rows, empty="nothing has happened since megapod looks")


def whole(one: Told) -> Section:
    """One of them in full."""
    said = Fact("", one.text, style=severity_style(one.severity))
    about = (Fact("about", one.entity.removeprefix("node:")),) if one.entity else ()
    return Section(f"{one.at:%Y-%m-%d %H:%M:%S} UTC {one.source}", (said, *about))


def lately(told: Iterable[Told], now: datetime, within: timedelta, since: datetime) -> Section:
    """What happened within a time; where we have looked for less than that, since when is said."""
    recent = [one for one in newest(told) if now - one.at <= within and _changes(one)]
    facts = tuple(
        Fact(f"{one.at:%H:%M:%S}", text, "", severity_style(one.severity)) for one, text in _alike_together(recent)
    )
    short = now - since < within
    word = f"watched since {since:%H:%M}" if short else count(len(recent), "change")
    title = f"what changed in the last {duration(within.total_seconds()).removesuffix('00s')}"
    return Section(title, facts or (Fact("", "nothing"),), word, "warning" if short else "muted")


def _alike_together(told: Iterable[Told]) -> Iterator[tuple[Told, str]]:
    """What controllers say of one part after the other stands once, where it was said last: the rest is counted."""
    alike: dict[tuple[str, Severity, str], list[Told]] = {}
    for one in told:
        name = one.entity.removeprefix("node:")
        shape = _DIGITS.sub("", one.text.replace(name, "") if name else one.text) if one.heard else one.key
        alike.setdefault((one.source, one.severity, shape), []).append(one)
    for last, *others in alike.values():
        yield last, f"{last.source}: {last.text}{_like_it(last, others)}" if last.heard else last.text


def _like_it(last: Told, others: list[Told]) -> str:
    if not others:
        return ""
    nodes = {one.entity.removeprefix("node:") for one in (last, *others) if one.entity.startswith("node:")}
    return f" (and {len(others)} like it{f', on {fold(nodes)}' if nodes else ''})"


def _changes(one: Told) -> bool:
    """Whether it is more than talk: what a controller says counts where it is critical, what we said never."""
    return one.source != OURSELVES and (not one.heard or one.severity is Severity.CRITICAL)


def _cells(one: Told, now: datetime) -> tuple[Cell, ...]:
    return (
        at(one.at, now),
        severity(one.severity),
        Cell(one.source),
        text(one.entity.removeprefix("node:")),
        Cell(one.text),
    )
