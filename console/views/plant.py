"""The plant: power against budget, coolant, leaks, fans, fabric; the readings with their units and where they go."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from backends.model.measurement import CAPACITIES, Measurement, Quantity
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.topology import Component, Kind
from console.views.cell import Cell, Column, Row, View
from console.views.marks import severity, text
from console.views.tally import BAD, Tally, severity_of, some_old
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


def view(
    snapshot: Snapshot,
    now: datetime,  # noqa: ARG001 - every view is called alike
    *,
    folded: bool = False,
    tally: Tally | None = None,
) -> View:
    """One row a component; `folded` makes one row of all the healthy ones of a kind there are many of.

    `tally` is the pod's own, from one of its snapshots to the next; what is told does not depend on it.
    """
    tally = tally or Tally()
    tally.update(snapshot)
    rows = tuple(_folded(snapshot, tally) if folded else (_row(snapshot, *one) for one in _known(snapshot)))
    return View(kind="plant", columns=COLUMNS, rows=rows, empty="no controller tells of power, cooling or fabric")


def _known(snapshot: Snapshot) -> list[tuple[Component, ComponentFacts]]:
    return [one for kind in ORDER for one in snapshot.parts(kind)]


def _folded(snapshot: Snapshot, tally: Tally) -> Iterator[Row]:
    """Those that are not well first; then what there is one or two of; then the many, counted."""
    ill = {identity: state.severity for kind in ORDER for identity, state in tally.ill(kind)}
    for identity in sorted(ill, key=lambda one: ill[one].rank):
        yield _row(snapshot, snapshot.topology.components[identity], snapshot.components[identity], word=True)
    for kind in ORDER:
        if kind not in MANY:
            yield from (_row(snapshot, *one, word=True) for one in snapshot.parts(kind) if one[0].id not in ill)
    for kind in ORDER:
        if kind in MANY:
            yield from _counted(snapshot, kind, tally)


def _counted(snapshot: Snapshot, kind: Kind, tally: Tally) -> Iterator[Row]:
    """Those of a kind that are not called ill, in one row."""
    members = Counter({state: number for state, number in tally.of(kind).items() if state.severity not in BAD})
    total, unknown = members.total(), sum(members[state] for state in members if state.health is Severity.UNKNOWN)
    if total:
        health = Severity.UNKNOWN if unknown == total else Severity.OK
        said = f"{unknown} not known" if 0 < unknown < total else ""
        told = severity(health, stale=some_old(snapshot, members))
        name = Cell(count(total, kind.value.replace("-", " ")))
        yield Row(f"all:{kind.value}", (name, told, text(""), text(said), text("")))


def _row(snapshot: Snapshot, component: Component, facts: ComponentFacts, *, word: bool = False) -> Row:
    """One component. `word`: its state is said among the readings where it has none, as on a narrow screen."""
    old = snapshot.stale(facts)
    shown = [one for one in facts.measurements if one.quantity not in CAPACITIES]
    worst = severity_of(facts)
    first = sorted(shown, key=lambda one: one.severity.rank) if worst in BAD else shown
    said = " · ".join([reading(one, facts) for one in first[:SHOWN]])
    points = snapshot.trend(component.id, shown[0]) if shown else ()
    return Row(
        component.id,
        (
            Cell(named(snapshot, component)),
            severity(worst, stale=old),
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


def reading(one: Measurement, facts: ComponentFacts | None = None) -> str:
    """`supply 30.1 °C`; power as kW, against what is allowed where that is known; `?` without a value."""
    if one.value is None:
        return f"{one.label or word_of(one.quantity) or one.quantity.value} {UNKNOWN}"
    word, unit = _SAID.get(one.quantity, ("", one.quantity.value.rpartition("_")[2]))
    beside = facts.measurements if facts else ()
    alone = not one.label or sum(other.quantity is one.quantity for other in beside) < 2
    if one.quantity is Quantity.POWER:
        allowed = next((other.value for other in beside if other.quantity is Quantity.POWER_CAPACITY), None)
        of = f" of {allowed / 1000:.1f}" if allowed else ""
        return f"{'' if alone else f'{one.label} '}{one.value / 1000:.1f}{of} kW"
    label = "" if alone and word else one.label
    return " ".join([part for part in (word, label, f"{one.value:.4g}", unit) if part])


def history(snapshot: Snapshot, component: str, one: Measurement) -> tuple[tuple[float, float], ...]:
    """What a reading was, oldest first, in the unit that it is written in: seconds of the clock, and the number."""
    if one.quantity in COUNTERS:
        return ()
    scale = 1000.0 if one.quantity is Quantity.POWER else 1.0
    return tuple((seconds, value / scale) for seconds, value in snapshot.history(component, one))


def word_of(quantity: Quantity) -> str:
    """What is written before its value; empty where the unit says it."""
    return _SAID.get(quantity, ("",))[0]


def unit_of(quantity: Quantity) -> str:
    """How its unit is written."""
    if quantity in _SAID:
        return _SAID[quantity][1]
    return UNITS.get(quantity.value.rpartition("_")[2], "")


def spark(points: tuple[float, ...], width: int = 12) -> str:
    """The last points as bars between their own lowest and highest; none for what has not moved until there are all."""
    last = points[-width:]
    if len(last) < 2:
        return ""
    low, high = min(last), max(last)
    moves = high - low > 0.01 * max(abs(high), 1)
    if not moves and len(last) < width:
        return ""
    scale = (len(BARS) - 1) / (high - low) if moves else 0.0
    return "".join(BARS[round((point - low) * scale)] for point in last)
