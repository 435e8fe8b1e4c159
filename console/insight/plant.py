"""Findings about the plant: cooling, power, leaks, fabric. One thing that is not well is one finding.

A thing is not well when its controller says so, or when one of its readings is past the limits its maker set. What
merely repeats the state of something inside it (a rolled-up health) is no finding of its own: see `cause`.
"""

import re
from collections.abc import Iterator, Mapping

from backends.model.finding import Finding
from backends.model.measurement import Measurement, Quantity
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.topology import Component, Kind
from console.insight.advice import ADVICE, RULE
from console.insight.evidence import BAD, conditions, last_seen, said, since, told_by
from console.insight.radius import jobs_of, nodes_hit
from console.insight.suspects import OFF, TRIPPED
from console.words import UNITS, of_kind

_WORDS = re.compile(r"[\s/:]+")
_TELLING = 3
"""Signs that a name must have more than to be told from other words."""
_WELL = frozenset({"", "OK", "Normal", "On", "Enabled", "Closed", "LinkUp"})

Among = Mapping[str, ComponentFacts]
"""The components that a rule has to look at: `console.insight.suspects`."""

_FRAMES = (Kind.POD, Kind.RACK, Kind.TRAY)


def plant(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """Every component that is not well, by its own word or by its readings."""
    for identity, facts in among.items():
        component = snapshot.topology.components.get(identity)
        if component is None or facts.state == "Absent":
            continue
        beyond = beyond_limits(facts)
        severity = _severity(facts, beyond)
        if severity in BAD:
            yield _finding(snapshot, component, facts, severity, beyond)


def outlet_off(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """An outlet or breaker that is off though something hangs on it, whatever it thinks of its own health.

    One that feeds nothing we know of may well be off: half the outlets of a rack PDU are spare.
    """
    for identity, facts in among.items():
        component = snapshot.topology.components.get(identity)
        if component is None or facts.health in BAD or facts.state == "Absent":
            continue
        tripped = facts.detail == TRIPPED
        switched = component.kind is Kind.OUTLET and facts.detail == OFF and nodes_fed(snapshot, identity)
        if tripped or switched:
            yield _finding(snapshot, component, facts, Severity.CRITICAL if tripped else Severity.WARNING, ())


def nodes_fed(snapshot: Snapshot, identity: str) -> bool:
    """Whether anything hangs on it, by its own edges."""
    return bool(snapshot.topology.outgoing.get(identity))


def redundancy_lost(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """A group that has fewer well members than it needs: the next failure is felt."""
    for identity, facts in among.items():
        component = snapshot.topology.components.get(identity)
        if component is None:
            continue
        for group in facts.redundancy:
            if group.health in BAD:
                nodes = nodes_hit(snapshot.topology, identity)
                yield Finding(
                    id=f"redundancy-lost:{identity}:{group.name}",
                    rule="redundancy-lost",
                    severity=group.health,
                    entity=identity,
                    title=f"{component.name} has lost redundancy: {group.name}",
                    since=since(snapshot, identity),
                    evidence=(
                        f"{group.kind or 'group'} of {len(group.members)}, needs {group.needed or 'an unknown number'}",
                        f"health of the group: {group.health.value}",
                        *told_by(facts),
                        *last_seen(snapshot, facts),
                        *said(snapshot, identity),
                    ),
                    hits_nodes=nodes,
                    hits_jobs=jobs_of(snapshot, nodes),
                    advice="repair what failed first; nothing is down yet",
                )


def beyond_limits(facts: ComponentFacts) -> tuple[Measurement, ...]:
    """Its readings that are past their limits."""
    return tuple(one for one in facts.measurements if one.severity in BAD)


def own_word(snapshot: Snapshot, finding: Finding) -> bool:
    """Whether a finding about a component rests on something of its own, not on a health rolled up from below."""
    facts = snapshot.components.get(finding.entity)
    if finding.rule not in ROLLED or finding.rule == "leak" or facts is None:  # a detector only ever speaks for itself
        return True
    return bool(beyond_limits(facts) or conditions(snapshot, finding.entity) or facts.detail == TRIPPED)


ROLLED = frozenset({*RULE.values(), "component"})
"""Rules of findings that may be nothing but a rolled-up health."""


def _severity(facts: ComponentFacts, beyond: tuple[Measurement, ...]) -> Severity:
    told = facts.health if facts.health in BAD else Severity.OK
    return min((told, *(one.severity for one in beyond)), key=lambda severity: severity.rank)


def _rule(component: Component, beyond: tuple[Measurement, ...]) -> str:
    hot = any(one.quantity is Quantity.TEMPERATURE for one in beyond)
    return "thermal" if hot and component.kind in _FRAMES else RULE.get(component.kind.value, "component")


def _finding(
    snapshot: Snapshot,
    component: Component,
    facts: ComponentFacts,
    severity: Severity,
    beyond: tuple[Measurement, ...],
) -> Finding:
    nodes = nodes_hit(snapshot.topology, component.id)
    rule = _rule(component, beyond)
    return Finding(
        id=f"{rule}:{component.id}",
        rule=rule,
        severity=severity,
        entity=component.id,
        title=_title(_named(snapshot, component, nodes), component, _what(snapshot, component, facts, beyond)),
        since=since(snapshot, component.id),
        evidence=(
            f"health: {facts.health.value}",
            *((f"state: {facts.detail}",) if facts.detail not in _WELL else ()),
            *map(past, beyond),
            *told_by(facts),
            *last_seen(snapshot, facts),
            *said(snapshot, component.id),
        ),
        hits_nodes=nodes,
        hits_jobs=jobs_of(snapshot, nodes),
        advice=ADVICE.get(rule, "read its controller's log"),
    )


def _named(snapshot: Snapshot, component: Component, nodes: tuple[str, ...]) -> str:
    """`pump1`; where others have the same name, `fan 3 of gpu007` if it is one node's, else its place in full."""
    kind, label = component.kind.value.replace("-", " "), snapshot.topology.label(component.id)
    if label != component.name and len(nodes) == 1:
        return f"{of_kind(kind, component.name)} of {nodes[0]}"
    return of_kind(kind, label)


def _title(named: str, component: Component, what: str) -> str:
    """`pump1: stopped`. A controller whose message begins with the name of the thing is not echoed.

    One that says where the thing is (`Pump pump1 of cdu1 stopped`, `Coolant leaks under cdu1`) is a title as it stands.
    """
    kind = component.kind.value.replace("-", " ")
    for own in (named, f"{kind} {component.name}"):
        if what.casefold().startswith(f"{own} ".casefold()):
            rest = what[len(own) :].strip()
            if rest.startswith("of "):
                return f"{of_kind(kind, component.name)} {rest}"
            return f"{named}{rest}" if rest.startswith(":") else f"{named} {rest}"
    places = (word for word in _WORDS.split(component.id) if len(word) > _TELLING and any(map(str.isdigit, word)))
    return what if any(f" {place} " in f" {what} " for place in places) else f"{named}: {what}"


def _what(snapshot: Snapshot, component: Component, facts: ComponentFacts, beyond: tuple[Measurement, ...]) -> str:
    """What is wrong, in the fewest words that are known: the controller's, the readings', its state, its health."""
    told = [one.message for one in conditions(snapshot, component.id)]
    if told:
        return told[0] if len(told) == 1 else f"{told[0]} (and {len(told) - 1} more)"
    if beyond:
        return "; ".join(map(past, beyond[:2]))
    return facts.detail if facts.detail not in _WELL else facts.health.value


def past(one: Measurement) -> str:
    """`supply temp 47.2 °C, limit 45`: the reading and the limit it passed."""
    words, _, unit = one.quantity.value.rpartition("_")
    value = one.value if one.value is not None else float("nan")
    limits = [limit for limit in (one.low_critical, one.low_caution) if limit is not None and value <= limit]
    limits += [limit for limit in (one.high_critical, one.high_caution) if limit is not None and value >= limit]
    plain = words.replace("_", " ")
    name = f"{one.label} {plain}" if one.label and plain not in one.label.lower() else one.label or plain
    said_so = f"{name} {value:g} {UNITS.get(unit, unit)}"
    return f"{said_so}, limit {limits[0]:g}" if limits else said_so
