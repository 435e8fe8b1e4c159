"""Coolant: each loop's supply, return, flow and pressures, beside the limits they must keep and where they go."""

from collections.abc import Iterator
from datetime import datetime

from backends.model.measurement import Measurement, Quantity
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.topology import Component, Kind
from console.views.cell import Cell, Column, Row, View
from console.views.marks import STYLE
from console.views.plant import spark
from console.views.power import mark
from console.words import EMPTY

READINGS = (
    Column(key="supply_temp_c", title="SUPPLY °C", right=True),
    Column(key="return_temp_c", title="RETURN °C", right=True),
    Column(key="flow_lpm", title="FLOW l/min", right=True),
    Column(key="delta_pressure_kpa", title="Δp kPa", right=True, priority=1),
    Column(key="heat_kw", title="HEAT kW", right=True, priority=1),
    Column(key="supply_pressure_kpa", title="SUPPLY kPa", right=True, priority=2),
    Column(key="return_pressure_kpa", title="RETURN kPa", right=True, priority=2),
    Column(key="delta_temp_k", title="ΔT K", right=True, priority=3),
    Column(key="dew_point_proximity_k", title="OVER DEW K", right=True, priority=3),
    Column(key="valve_pct", title="VALVE %", right=True, priority=4),
)
"""The columns that are readings; the key is the quantity."""

COLUMNS = (Column(key="loop", title="LOOP"), *READINGS, Column(key="trend", title="FLOW HISTORY", priority=1))
_WHERE = {"primary": "facility side", "secondary": "pod side"}


def view(snapshot: Snapshot, now: datetime) -> View:  # noqa: ARG001 - every view is called alike
    """One row a loop and unit that serves it: those not well first, then those that carry the pod's heat."""
    found = [
        (_rank(snapshot, component, group), number, _row(snapshot, component, facts, label, group))
        for number, (component, facts) in enumerate(_loops(snapshot))
        for label, group in _groups(facts).items()
    ]
    rows = tuple(row for _, _, row in sorted(found, key=lambda one: one[:2]))
    return View(kind="coolant", columns=COLUMNS, rows=rows, empty="no controller tells of a coolant loop")


def _loops(snapshot: Snapshot) -> Iterator[tuple[Component, ComponentFacts]]:
    """The loops; the units themselves where no loop is told of."""
    loops = [one for one in snapshot.parts(Kind.LOOP) if _groups(one[1])]
    yield from loops or snapshot.parts(Kind.CDU)


def _groups(facts: ComponentFacts) -> dict[str, list[Measurement]]:
    """The readings of coolant by label: a loop that two units serve has each of them."""
    wanted = {column.key for column in READINGS} - {Quantity.HEAT_REMOVED.value}
    flowing = {one.label for one in facts.measurements if one.quantity.value in wanted}
    groups: dict[str, list[Measurement]] = {}
    for one in facts.measurements:
        if one.label in flowing and one.quantity.value in {column.key for column in READINGS}:
            groups.setdefault(one.label, []).append(one)
    return groups


def _rank(snapshot: Snapshot, component: Component, group: list[Measurement]) -> int:
    """Beyond a limit first; then the loops the nodes hang on, which have limits; then the others."""
    facts = snapshot.components[component.id]
    worst = min(one.severity.rank for one in group)
    if worst <= Severity.WARNING.rank or facts.health in (Severity.CRITICAL, Severity.WARNING):
        return 0
    return 1 if any(_limited(one) for one in group) else 2


def _limited(one: Measurement) -> bool:
    limits = (one.low_critical, one.low_caution, one.high_caution, one.high_critical)
    return any(limit is not None for limit in limits)


def _row(snapshot: Snapshot, component: Component, facts: ComponentFacts, label: str, group: list[Measurement]) -> Row:
    old = snapshot.stale(facts)
    by = {one.quantity.value: one for one in reversed(group)}
    flow = by.get(Quantity.FLOW.value)
    points = snapshot.trend(component.id, flow) if flow else ()
    name = snapshot.topology.label(component.id)
    alone = len(_groups(facts)) == 1
    cells = [Cell(name if alone or not label else f"{name} {_WHERE.get(label, label)}")]
    for column in READINGS:
        one = by.get(column.key)
        cells.append(_reading(one, stale=old) if one else Cell(EMPTY))
    cells.append(Cell(spark(points) or EMPTY, "stale" if old else "muted", points=points))
    return Row(f"{component.id}/{label}", tuple(cells))


def _reading(one: Measurement, *, stale: bool) -> Cell:
    if one.value is None:
        return Cell("?", "unknown")
    beyond = one.severity if one.severity in (Severity.WARNING, Severity.CRITICAL) else None
    return Cell(f"{one.value:.1f}{mark(one.severity)}", "stale" if stale else STYLE[beyond] if beyond else "")
