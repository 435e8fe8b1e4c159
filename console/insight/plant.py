"""Findings about the plant: cooling, power, leaks, fabric. One thing that is not well is one finding.

A thing is not well when its controller says so, or when one of its readings is past the limits its maker set. What
merely repeats the state of something inside it (a rolled-up health) is no finding of its own: see `cause`.
"""

from collections.abc import Iterator

from backends.model.finding import Finding
from backends.model.measurement import Measurement, Quantity
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.topology import Component, Kind
from console.insight.radius import jobs_of, nodes_hit

_BAD = (Severity.CRITICAL, Severity.WARNING)

RULE = {
    Kind.LEAK_DETECTOR: "leak",
    Kind.CDU: "cooling",
    Kind.LOOP: "cooling",
    Kind.PUMP: "pump",
    Kind.FAN: "fan",
    Kind.POWER_SHELF: "power",
    Kind.POWER_SUPPLY: "power-supply",
    Kind.PDU: "power",
    Kind.OUTLET: "outlet",
    Kind.SWITCH: "fabric",
    Kind.NVLINK_DOMAIN: "fabric",
}

_ADVICE = {
    Kind.LEAK_DETECTOR: "send somebody; drain what it hits before the controller cuts its power",
    Kind.CDU: "look at flow and supply temperature; drain before GPUs throttle or trip",
    Kind.LOOP: "look at its pumps, valves and coolant level",
    Kind.PUMP: "its partner carries the loop alone: replace it before that one fails",
    Kind.FAN: "replace it",
    Kind.POWER_SHELF: "check its feeds; what it powers has lost its reserve",
    Kind.POWER_SUPPLY: "replace it; the shelf runs with less reserve",
    Kind.PDU: "check breakers and load",
    Kind.OUTLET: "find out who switched it off before switching it on",
    Kind.SWITCH: "look at its ports; jobs across it will slow down",
    Kind.NVLINK_DOMAIN: "drain gangs that span it; reseat or replace the link",
}


def plant(snapshot: Snapshot) -> Iterator[Finding]:
    """Every component that is not well, by its own word or by its readings."""
    for identity, facts in snapshot.components.items():
        component = snapshot.topology.components.get(identity)
        if component is None or snapshot.stale(facts) or facts.state == "Absent":
            continue
        beyond = tuple(one for one in facts.measurements if one.severity in _BAD)
        severity = _severity(facts, beyond)
        if severity in _BAD:
            yield _finding(snapshot, component, facts, severity, beyond)


def redundancy_lost(snapshot: Snapshot) -> Iterator[Finding]:
    """A group that has fewer well members than it needs: the next failure is felt."""
    for identity, facts in snapshot.components.items():
        component = snapshot.topology.components.get(identity)
        if component is None or snapshot.stale(facts):
            continue
        for group in facts.redundancy:
            if group.health in _BAD:
                nodes = nodes_hit(snapshot.topology, identity)
                yield Finding(
                    id=f"redundancy-lost:{identity}:{group.name}",
                    rule="redundancy-lost",
                    severity=group.health,
                    entity=identity,
                    title=f"{component.name} has lost redundancy: {group.name}",
                    since=snapshot.at,
                    evidence=(
                        f"{group.kind or 'group'} of {len(group.members)}, needs {group.needed or 'an unknown number'}",
                    ),
                    hits_nodes=nodes,
                    hits_jobs=jobs_of(snapshot, nodes),
                    advice="repair what failed first; nothing is down yet",
                )


def over_budget(snapshot: Snapshot) -> Iterator[Finding]:
    """The pod, or a rack, draws more than it may."""
    for identity, facts in snapshot.components.items():
        component = snapshot.topology.components.get(identity)
        if component is None or component.kind not in (Kind.POD, Kind.RACK) or snapshot.stale(facts):
            continue
        drawn, allowed = reading(facts, Quantity.POWER), reading(facts, Quantity.POWER_CAPACITY)
        if drawn is not None and allowed is not None and drawn > allowed:
            nodes = nodes_hit(snapshot.topology, identity)
            yield Finding(
                id=f"over-budget:{identity}",
                rule="over-budget",
                severity=Severity.WARNING,
                entity=identity,
                title=f"{component.name} draws {drawn / 1000:.1f} kW of {allowed / 1000:.1f} kW",
                since=snapshot.at,
                evidence=(f"power {drawn:.0f} W", f"budget {allowed:.0f} W"),
                hits_nodes=nodes,
                hits_jobs=jobs_of(snapshot, nodes),
                advice="lower GPU power limits, or drain what can wait",
            )


def reading(facts: ComponentFacts, quantity: Quantity) -> float | None:
    """The first reading of a quantity, None where there is none."""
    return next((one.value for one in facts.measurements if one.quantity is quantity and one.value is not None), None)


def _severity(facts: ComponentFacts, beyond: tuple[Measurement, ...]) -> Severity:
    said = facts.health if facts.health in _BAD else Severity.OK
    return min((said, *(one.severity for one in beyond)), key=lambda severity: severity.rank)


def _finding(
    snapshot: Snapshot,
    component: Component,
    facts: ComponentFacts,
    severity: Severity,
    beyond: tuple[Measurement, ...],
) -> Finding:
    nodes = nodes_hit(snapshot.topology, component.id)
    said = [one.message for one in snapshot.conditions if one.component == component.id]
    what = facts.detail if facts.detail not in ("", "OK") else "; ".join(map(_past, beyond)) or facts.health.value
    return Finding(
        id=f"{RULE.get(component.kind, 'component')}:{component.id}",
        rule=RULE.get(component.kind, "component"),
        severity=severity,
        entity=component.id,
        title=f"{component.kind.value.replace('-', ' ')} {snapshot.topology.label(component.id)}: {what}",
        since=snapshot.at,
        evidence=(f"health: {facts.health.value}", *map(_past, beyond), *said),
        hits_nodes=nodes,
        hits_jobs=jobs_of(snapshot, nodes),
        advice=_ADVICE.get(component.kind, "read its controller's log"),
    )


def _past(one: Measurement) -> str:
    """`supply temp 47.2 c, limit 45`: the reading and the limit it passed."""
    words, _, unit = one.quantity.value.rpartition("_")
    value = one.value if one.value is not None else float("nan")
    limits = [limit for limit in (one.low_critical, one.low_caution) if limit is not None and value <= limit]
    limits += [limit for limit in (one.high_critical, one.high_caution) if limit is not None and value >= limit]
    name = one.label or words.replace("_", " ")
    return f"{name} {value:g} {unit}, limit {limits[0]:g}" if limits else f"{name} {value:g} {unit}"
