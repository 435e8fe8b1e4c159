"""A part of the plant whole: what it says of itself, every reading with its limits, and what it is part of."""

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from backends.model.measurement import CAPACITIES, Measurement, Quantity
from backends.model.plant import ComponentFacts, Condition
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.topology import Relation
from console.views import finding_facts
from console.views.plant import history, named, reading, unit_of, word_of
from console.views.section import Fact, Section, seen, severity_style
from console.words import EMPTY, UNKNOWN, count

_SAID = {
    Relation.CONTAINS: "stands in",
    Relation.POWERS: "powered by",
    Relation.COOLS: "cooled by",
    Relation.CONNECTS: "linked by",
}
_UNSAID = {
    Quantity.POWER: "power",
    Quantity.TEMPERATURE: "temp",
    Quantity.VOLTAGE: "voltage",
    Quantity.CURRENT: "current",
}
"""What a unit says by itself in a row of readings, and not in a line of its own."""
MOST = 6


def whole(snapshot: Snapshot, identity: str, now: datetime) -> list[Section]:
    """A component. One that no controller tells of any more says so."""
    component = snapshot.topology.components.get(identity)
    facts = snapshot.components.get(identity)
    if component is None or facts is None:
        return [Section(identity, (Fact("", "no controller tells of it any more"),))]
    name = named(snapshot, component)
    wrong = [one for one in snapshot.findings if one.entity == identity]
    about = [section for one in wrong for section in finding_facts.whole(one, now)]
    conditions = snapshot.conditions_about.get(identity, ())
    said = (*_state(facts), *map(_says, conditions))
    readings = tuple(_reading(snapshot, identity, one, facts) for one in facts.measurements)
    sections = [Section(name, tuple(_place(snapshot, identity)), component.model), *about]
    sections.append(Section(facts.source, _marked(said, stale=snapshot.stale(facts)), *seen(snapshot, facts, now)))
    if readings:
        sections.append(Section("readings", _marked(readings, stale=snapshot.stale(facts))))
    return sections


def _state(facts: ComponentFacts) -> Iterator[Fact]:
    yield Fact("health", facts.health.value, "", severity_style(facts.health))
    yield Fact("state", " · ".join(dict.fromkeys(word for word in (facts.state, facts.detail) if word)) or UNKNOWN)
    for group in facts.redundancy:
        needs = f"{group.needed} of {len(group.members)} needed" if group.needed is not None else group.kind
        style = severity_style(group.health)
        yield Fact("redundancy", f"{group.name}: {needs}, {group.health.value}", "", style)


def _says(one: Condition) -> Fact:
    return Fact("says", one.message, "", severity_style(one.severity))


def _reading(snapshot: Snapshot, identity: str, one: Measurement, facts: ComponentFacts) -> Fact:
    style = severity_style(one.severity) if one.severity is not Severity.OK else ""
    if one.quantity in CAPACITIES:
        value = f"{one.value / 1000:.1f} kW" if one.value is not None else UNKNOWN
        return Fact("capacity", f"{value} ({one.label})" if one.label else value)
    word = word_of(one.quantity)
    told = reading(replace(one, label=""), facts)  # its label stands before it, or else its word
    told = told if one.label else told.removeprefix(word).strip()
    said = " ".join(part for part in (told, _limits(one)) if part)
    return Fact(
        one.label or word or _UNSAID.get(one.quantity, ""), said, "", style, history=history(snapshot, identity, one)
    )


def _limits(one: Measurement) -> str:
    """`(25 to 40 °C)`: what it may be, by its critical limits, else by those of caution."""
    low = one.low_critical if one.low_critical is not None else one.low_caution
    high = one.high_critical if one.high_critical is not None else one.high_caution
    if low is None and high is None:
        return ""
    unit = unit_of(one.quantity)
    if low is None or high is None:
        word, value = ("below", high) if low is None else ("above", low)
        return f"(must stay {word} {value:.4g} {unit})"
    return f"(must stay in {low:.4g} to {high:.4g} {unit})"


def _place(snapshot: Snapshot, identity: str) -> Iterator[Fact]:
    incoming = snapshot.topology.incoming.get(identity, ())
    for relation, word in _SAID.items():
        names = [edge.source for edge in incoming if edge.relation is relation]
        if names:
            more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
            yield Fact(word, ", ".join(_called(snapshot, one) for one in names[:MOST]) + more)
    carries = [edge.target for edge in snapshot.topology.outgoing.get(identity, ())]
    if carries:
        yield Fact("carries", f"{count(len(carries), 'thing')}; its blast radius tells which")
    if not incoming and not carries:
        yield Fact("", EMPTY)


def _called(snapshot: Snapshot, identity: str) -> str:
    component = snapshot.topology.components.get(identity)
    return named(snapshot, component) if component is not None else identity


def _marked(facts: tuple[Fact, ...], *, stale: bool) -> tuple[Fact, ...]:
    if not stale:
        return facts
    return tuple(Fact(one.label, one.value, one.age, one.style, stale=True, history=one.history) for one in facts)
