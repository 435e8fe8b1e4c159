"""Power against budget: what the pod and each rack, shelf and PDU draws, of what it may, and what is left."""

from collections.abc import Collection, Iterator
from datetime import datetime

from backends.model.measurement import Measurement, Quantity
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.topology import Kind
from console.insight.limits import Draw, draw
from console.views.cell import Cell, Column, Row, View
from console.views.marks import STYLE
from console.views.plant import named, spark
from console.words import EMPTY, UNKNOWN, count

COLUMNS = (
    Column(key="component", title="COMPONENT"),
    Column(key="drawn_kw", title="DRAWN kW", right=True),
    Column(key="budget_kw", title="BUDGET kW", right=True),
    Column(key="left_kw", title="LEFT kW", right=True),
    Column(key="load_pct", title="LOAD %", right=True),
    Column(key="trend", title="HISTORY", priority=1),
    Column(key="told", title="BUDGET IS", priority=2),
)

KINDS = (Kind.POD, Kind.RACK, Kind.POWER_SHELF, Kind.PDU)
CLOSE = 0.9
"""A share of its budget from which a load is drawn as close to it."""


def view(
    snapshot: Snapshot,
    now: datetime,  # noqa: ARG001 - every view is called alike
    kinds: Collection[Kind] = KINDS,
    most: int | None = None,
) -> View:
    """One row a component that has a power reading, the pod first; what nodes draw where no one tells of the whole.

    Of more than `most` rows only these are made.
    """
    told = [one for kind in KINDS if kind in kinds for one in snapshot.parts(kind) if _drawn(one[1]) is not None]
    whole = any(component.kind is Kind.POD for component, _ in told)
    rows = [] if whole else list(_nodes(snapshot))
    room = len(told) if most is None else max(0, most - len(rows))
    rows += [_row(snapshot, component.id, named(snapshot, component), facts) for component, facts in told[:room]]
    more = max(0, len(told) - room)
    return View(kind="power", columns=COLUMNS, rows=tuple(rows), empty="no controller tells what is drawn", more=more)


def mark(severity: Severity) -> str:
    """What follows a reading beyond a limit: `!` for caution, `!!` for critical. Never colour alone."""
    return {Severity.WARNING: "!", Severity.CRITICAL: "!!"}.get(severity, "")


def _nodes(snapshot: Snapshot) -> Iterator[Row]:
    """The sum over the nodes: no budget is known for it, and how many do not tell is said."""
    told = [node.hardware for node in snapshot.nodes.values() if node.hardware and node.hardware.power_w is not None]
    if not told:
        return
    missing = len(snapshot.nodes) - len(told)
    name = count(len(told), "node") + (f", {missing} do not tell" if missing else "")
    old = any(snapshot.stale(facts) for facts in told)
    total = Cell(f"{sum(facts.power_w or 0.0 for facts in told) / 1000:.1f}", "stale" if old else "")
    unknown = Cell(UNKNOWN, "unknown")
    yield Row("nodes", (Cell(name), total, unknown, unknown, unknown, Cell(EMPTY), Cell(EMPTY)))


def _drawn(facts: ComponentFacts) -> Measurement | None:
    return next((one for one in facts.measurements if one.quantity is Quantity.POWER and one.value is not None), None)


def _row(snapshot: Snapshot, identity: str, name: str, facts: ComponentFacts) -> Row:
    one = _drawn(facts)
    old = snapshot.stale(facts)
    points = snapshot.trend(identity, one) if one else ()
    drawn_w = one.value if one and one.value is not None else 0.0
    budget = draw(facts)
    history = Cell(spark(points) or EMPTY, "stale" if old else "muted", points=points)
    if budget is None:
        cells = (Cell(UNKNOWN, "unknown"),) * 3
        return Row(
            identity, (Cell(name), Cell(f"{drawn_w / 1000:.1f}", _style(stale=old)), *cells, history, Cell(EMPTY))
        )
    severity = _severity(budget)
    style = _style(severity, stale=old)
    return Row(
        identity,
        (
            Cell(name),
            Cell(f"{drawn_w / 1000:.1f}", style),
            Cell(f"{budget.allowed_w / 1000:.1f}", _style(stale=old)),
            Cell(f"{(budget.allowed_w - drawn_w) / 1000:.1f}{mark(severity)}", style),
            Cell(f"{drawn_w / budget.allowed_w:.0%}".rstrip("%"), style, level=drawn_w / budget.allowed_w),
            history,
            Cell(budget.told, "stale" if old else "muted"),
        ),
    )


def _severity(budget: Draw) -> Severity:
    share = budget.drawn_w / budget.allowed_w
    return Severity.CRITICAL if share > 1 else Severity.WARNING if share >= CLOSE else Severity.OK


def _style(severity: Severity = Severity.UNKNOWN, *, stale: bool) -> str:
    return "stale" if stale else STYLE[severity] if severity is not Severity.UNKNOWN else ""
