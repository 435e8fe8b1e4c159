"""The plant: power against budget, coolant, leaks, fans, fabric; the readings with their units and where they go."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from backends.model.measurement import CAPACITIES, Measurement, Quantity
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.topology import Component, Kind
from console.views.cell import Cell, Column, Row, View
from console.views.marks import severity, text
from console.words import UNITS, UNKNOWN, count, of_kind

COLUMNS = (
    Column(key="component", title="COMPONENT", middle=True),
    Column(key="health", title="HEALTH"),
    Column(key="state", title="STATE", priority=2),
    Column(key="readings", title="READINGS", flex=True, least=27),  # `57 °C · 139.9 of 253.3 kW`
    Column(key="trend", title="TREND", priority=1, least=12),
)

ORDER = (
    Kind.POD,
    Kind.RACK,
    Kind.CDU,
    Kind.LOOP,
    Kind.PUMP,
    Kind.FILTER,
    Kind.RESERVOIR,
    Kind.LEAK_DETECTOR,
    Kind.POWER_SHELF,
    Kind.POWER_SUPPLY,
    Kind.PDU,
    Kind.CIRCUIT,
    Kind.OUTLET,
    Kind.NVLINK_DOMAIN,
    Kind.SWITCH,
    Kind.FAN,
    Kind.TRAY,
)
_BAD = (Severity.CRITICAL, Severity.WARNING)
MANY = frozenset({Kind.LEAK_DETECTOR, Kind.POWER_SUPPLY, Kind.CIRCUIT, Kind.OUTLET, Kind.SWITCH, Kind.FAN, Kind.TRAY})
SHOWN = 4
COUNTERS = frozenset({Quantity.ENERGY, Quantity.SERVICE})
"""What only ever grows: a line of it tells nothing."""
BARS = "▁▂▃▄▅▆▇█"

_SAID = {
    Quantity.TEMPERATURE: ("", "°C"),
    Quantity.SUPPLY_TEMPERATURE: ("supply", "°C"),
    Quantity.RETURN_TEMPERATURE: ("return", "°C"),
    Quantity.DEW_POINT: ("dew point", "°C"),
    Quantity.HUMIDITY: ("humidity", "%"),
    Quantity.FLOW: ("flow", "l/min"),
    Quantity.PRESSURE: ("pressure", "kPa"),
    Quantity.SUPPLY_PRESSURE: ("supply", "kPa"),
    Quantity.RETURN_PRESSURE: ("return", "kPa"),
    Quantity.DELTA_PRESSURE: ("Δp", "kPa"),
    Quantity.DELTA_TEMPERATURE: ("Δt", "K"),
    Quantity.DEW_POINT_PROXIMITY: ("above dew point", "K"),
    Quantity.VALVE: ("valve", "%"),
    Quantity.SERVICE: ("in service", "h"),
    Quantity.UNBALANCE: ("unbalance", "%"),
    Quantity.HEAT_REMOVED: ("heat", "kW"),
    Quantity.LEVEL: ("level", "%"),
    Quantity.SPEED: ("speed", "%"),
    Quantity.ROTATION: ("speed", "rpm"),
    Quantity.LOAD: ("load", "%"),
    Quantity.ENERGY: ("energy", "kWh"),
    Quantity.VOLTAGE: ("", "V"),
    Quantity.CURRENT: ("", "A"),
}


Known = dict[str, tuple[ComponentFacts, Severity]]
"""How bad components were found to be, by id, each with the facts that was judged by."""


def view(
    snapshot: Snapshot,
    now: datetime,  # noqa: ARG001 - every view is called alike
    *,
    folded: bool = False,
    known: Known | None = None,
) -> View:
    """One row a component; `folded` makes one row of all the healthy ones of a kind there are many of.

    What is in `known` with the same facts is not judged again; it is kept up for the next view.
    """
    judged = {} if known is None else known
    rows = tuple(_folded(snapshot, judged) if folded else (_row(snapshot, *one) for one in _known(snapshot)))
    return View(kind="plant", columns=COLUMNS, rows=rows, empty="no controller tells of power, cooling or fabric")


def _known(snapshot: Snapshot) -> list[tuple[Component, ComponentFacts]]:
    return [one for kind in ORDER for one in snapshot.parts.get(kind, ())]


def _judged(snapshot: Snapshot, known: Known) -> list[tuple[Severity, tuple[Component, ComponentFacts]]]:
    """Each component of the plant with how bad it is: most read as before."""
    found: list[tuple[Severity, tuple[Component, ComponentFacts]]] = []
    for component, facts in _known(snapshot):
        before = known.get(component.id)
        if before is None or before[0] is not facts:
            before = known[component.id] = facts, _severity(facts)
        found.append((before[1], (component, facts)))
    return found


def _folded(snapshot: Snapshot, before: Known) -> Iterator[Row]:
    """Those that are not well first; then what there is one or two of; then the many, counted."""
    judged = _judged(snapshot, before)
    ill = [one for one in judged if one[0] in _BAD]
    yield from (_row(snapshot, *one, word=True) for _, one in sorted(ill, key=lambda one: one[0].rank))
    many: defaultdict[Kind, list[tuple[Component, ComponentFacts]]] = defaultdict(list)
    for judgement, (component, facts) in judged:
        if judgement in _BAD:
            continue
        if component.kind in MANY:
            many[component.kind].append((component, facts))
        else:
            yield _row(snapshot, component, facts, word=True)
    for kind, members in many.items():
        yield _counted(snapshot, kind, members)


def _counted(snapshot: Snapshot, kind: Kind, members: list[tuple[Component, ComponentFacts]]) -> Row:
    unknown = sum(facts.health is Severity.UNKNOWN for _, facts in members)
    health = Severity.UNKNOWN if unknown == len(members) else Severity.OK
    old = snapshot.any_stale(facts for _, facts in members)
    said = f"{unknown} not known" if 0 < unknown < len(members) else ""
    name = count(len(members), kind.value.replace("-", " "))
    return Row(f"all:{kind.value}", (Cell(name), severity(health, stale=old), text(""), text(said), text("")))


def _row(snapshot: Snapshot, component: Component, facts: ComponentFacts, *, word: bool = False) -> Row:
    """One component. `word`: its state is said among the readings where it has none, as on a narrow screen."""
    old = snapshot.stale(facts)
    shown = [one for one in facts.measurements if one.quantity not in CAPACITIES]
    said = " · ".join(reading(one, facts) for one in sorted(shown, key=lambda one: one.severity.rank)[:SHOWN])
    points = snapshot.trend(component.id, shown[0]) if shown else ()
    return Row(
        component.id,
        (
            Cell(named(snapshot, component)),
            severity(_severity(facts), stale=old),
            text(facts.detail or facts.state, stale=old),
            text(said or (_word(facts) if word else ""), stale=old),
            text(spark(points)),
        ),
    )


def _word(facts: ComponentFacts) -> str:
    """What a part without readings says beside its health: its STATE is the first to go on a narrow terminal."""
    return "" if facts.detail in (facts.health.value, "Normal") else facts.detail


def named(snapshot: Snapshot, component: Component) -> str:
    """What it is and what it is called."""
    return of_kind(component.kind.value.replace("-", " "), snapshot.topology.label(component.id))


def _severity(facts: ComponentFacts) -> Severity:
    """The worse of what it says and what it reads; a reading without limits proves nothing about an unknown."""
    bad = [severity for one in facts.measurements if (severity := one.severity) in _BAD]
    return min((facts.health, *bad), key=lambda health: health.rank) if bad else facts.health


def reading(one: Measurement, facts: ComponentFacts | None = None) -> str:
    """`supply 30.1 °C`; power as kW, against what is allowed where that is known; `?` without a value."""
    if one.value is None:
        return f"{one.label or one.quantity.value} {UNKNOWN}"
    word, unit = _SAID.get(one.quantity, ("", one.quantity.value.rpartition("_")[2]))
    alike = sum(other.quantity is one.quantity for other in facts.measurements) if facts else 1
    label = one.label if alike > 1 or not word else ""
    if one.quantity is Quantity.POWER:
        beside = facts.measurements if facts else ()
        allowed = next((other.value for other in beside if other.quantity is Quantity.POWER_CAPACITY), None)
        of = f" of {allowed / 1000:.1f}" if allowed else ""
        return " ".join(part for part in (label if alike > 1 else "", f"{one.value / 1000:.1f}{of} kW") if part)
    return " ".join(part for part in (word, label, f"{one.value:.4g}", unit) if part)


def history(snapshot: Snapshot, component: str, one: Measurement) -> tuple[tuple[float, float], ...]:
    """What a reading was, oldest first, in the unit that it is written in: seconds of the clock, and the number."""
    if one.quantity in COUNTERS:
        return ()
    scale = 1000.0 if one.quantity is Quantity.POWER else 1.0
    return tuple((seconds, value / scale) for seconds, value in snapshot.history(component, one))


def unit_of(quantity: Quantity) -> str:
    """How its unit is written."""
    if quantity in _SAID:
        return _SAID[quantity][1]
    return UNITS.get(quantity.value.rpartition("_")[2], "")


def spark(points: tuple[float, ...], width: int = 12) -> str:
    """The last points as bars between their own lowest and highest; flat ones stay low."""
    last = points[-width:]
    if len(last) < 2:
        return ""
    low, high = min(last), max(last)
    scale = (len(BARS) - 1) / (high - low) if high - low > 0.01 * max(abs(high), 1) else 0.0
    return "".join(BARS[round((point - low) * scale)] for point in last)
