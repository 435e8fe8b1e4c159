"""Findings that compare two readings: power against what is allowed, coolant against the dew point."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from backends.model.finding import Finding
from backends.model.measurement import Quantity
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.topology import Kind
from console.insight.evidence import last_seen, said, since, told_by
from console.insight.radius import jobs_of, nodes_hit

DEW_MARGIN_C = 2.0
LIMITS = frozenset({Quantity.POWER_CAPACITY, Quantity.LOAD})
"""What tells how much may be drawn."""
_BUDGETED = (Kind.POD, Kind.RACK)
_FULL_PCT = 100.0
_ROUNDING = 0.01


class Draw(Struct, frozen=True, kw_only=True):
    """What is drawn of what is allowed, in W, and where the allowance comes from."""

    drawn_w: float
    allowed_w: float
    told: str

    @property
    def over(self) -> bool:
        """Whether it is more than may be."""
        return self.drawn_w > self.allowed_w


def draw(facts: ComponentFacts) -> Draw | None:
    """Power against what is allowed, None where either is not known.

    A service may tell the load in percent beside the limit, or instead of it: what it is a percentage of is concluded
    from it, named so, and counts where it is less. The limit was set some time ago; the load is of now.
    """
    drawn, load = reading(facts, Quantity.POWER), reading(facts, Quantity.LOAD)
    if drawn is None:
        return None
    limits = [one for one in facts.measurements if one.quantity is Quantity.POWER_CAPACITY and one.value]
    told = [(one.value, f"{one.label or 'limit'} by {facts.source}") for one in limits[:1] if one.value]
    if load:
        told.append((drawn / load * _FULL_PCT, f"by {facts.source}'s load of {load:g} %"))
    told = [one for one in told if one[0] < (1 - _ROUNDING) * told[0][0]] or told[:1]
    return Draw(drawn_w=drawn, allowed_w=told[0][0], told=told[0][1]) if told else None


def over_budget(snapshot: Snapshot, among: Mapping[str, ComponentFacts]) -> Iterator[Finding]:
    """The pod, or a rack, draws more than it may."""
    for identity, facts in among.items():
        component = snapshot.topology.components.get(identity)
        if component is None or component.kind not in _BUDGETED:
            continue
        power = draw(facts)
        if power is not None and power.over:
            nodes = nodes_hit(snapshot.topology, identity)
            yield Finding(
                id=f"over-budget:{identity}",
                rule="over-budget",
                severity=Severity.WARNING,
                entity=identity,
                title=f"{component.name} draws {power.drawn_w / 1000:.1f} kW of {power.allowed_w / 1000:.1f} kW",
                since=since(snapshot, identity),
                evidence=(
                    f"power {power.drawn_w:.0f} W",
                    f"budget {power.allowed_w:.0f} W, {power.told}",
                    *told_by(facts),
                    *last_seen(snapshot, facts),
                    *said(snapshot, identity),
                ),
                hits_nodes=nodes,
                hits_jobs=jobs_of(snapshot, nodes),
                advice="lower GPU power limits, or take out what can wait: placement shows what runs where",
            )


def dew_point(snapshot: Snapshot, among: Mapping[str, ComponentFacts]) -> Iterator[Finding]:
    """Coolant that is sent out near or below the dew point of the room: water condenses on what it cools.

    The facility's side is insulated and may be cold: it is left out.
    """
    for identity, facts in among.items():
        component = snapshot.topology.components.get(identity)
        dew = reading(facts, Quantity.DEW_POINT)
        sent = [
            one.value
            for one in facts.measurements
            if one.quantity is Quantity.SUPPLY_TEMPERATURE and one.value is not None and "primary" not in one.label
        ]
        if component is None or dew is None or not sent or min(sent) - dew >= DEW_MARGIN_C:
            continue
        nodes = nodes_hit(snapshot.topology, identity)
        yield Finding(
            id=f"dew-point:{identity}",
            rule="dew-point",
            severity=Severity.CRITICAL if min(sent) <= dew else Severity.WARNING,
            entity=identity,
            title=f"{component.name} sends coolant of {min(sent):.1f} °C, the dew point is {dew:.1f} °C",
            since=since(snapshot, identity),
            evidence=(
                f"supply temp {min(sent):g} °C",
                f"dew point {dew:g} °C",
                *told_by(facts),
                *last_seen(snapshot, facts),
                *said(snapshot, identity),
            ),
            hits_nodes=nodes,
            hits_jobs=jobs_of(snapshot, nodes),
            advice="raise the supply temperature, or dry the room; look for water",
        )


def reading(facts: ComponentFacts, quantity: Quantity) -> float | None:
    """The first reading of a quantity, None where there is none."""
    return next((one.value for one in facts.measurements if one.quantity is quantity and one.value is not None), None)
