"""A rack as it stands, from its top unit down: trays with their nodes, switches, shelves, and what each draws."""

from collections.abc import Iterator
from datetime import datetime

from backends.model.measurement import Quantity
from backends.model.node import Node
from backends.model.severity import Severity, worst
from backends.model.snapshot import Snapshot
from backends.model.topology import Component, Relation
from console.views.cell import Cell, Column, Row, View
from console.views.marks import service, severity, text
from console.views.nodes import gpus, hottest_c
from console.views.plant import named
from console.words import EMPTY, UNKNOWN

COLUMNS = (
    Column(key="unit", title="U", right=True),
    Column(key="what", title="WHAT", flex=True, least=26, middle=True),  # `Compute tray austin-r1-t01`
    Column(key="health", title="HEALTH"),
    Column(key="node", title="NODE"),
    Column(key="state", title="STATE"),
    Column(key="gpus", title="GPUS", right=True, priority=1),
    Column(key="jobs", title="JOBS", priority=3),
    Column(key="temp_c", title="°C", right=True, priority=2),
    Column(key="power_w", title="WATTS", right=True),
)


def view(snapshot: Snapshot, now: datetime, rack: str) -> View:  # noqa: ARG001 - every view is called alike
    """One row a unit that is taken, the highest first; then what stands in the rack nobody says where."""
    found = [_row(snapshot, component) for component in _inside(snapshot, rack)]
    return View(kind="elevation", columns=COLUMNS, rows=tuple(found), empty="no controller tells what stands where")


def _inside(snapshot: Snapshot, rack: str) -> list[Component]:
    """What the rack holds itself: trays, shelves, switches; nodes that stand in no tray."""
    topology = snapshot.topology
    direct = [
        topology.components[edge.target]
        for edge in topology.outgoing.get(f"rack:{rack}", ())
        if edge.relation is Relation.CONTAINS and edge.target in topology.components
    ]
    in_trays = {node for component in direct for node in _nodes(snapshot, component)}
    alone = [one for one in direct if not (one.id.startswith("node:") and one.name in in_trays)]
    return sorted(alone, key=lambda one: (one.unit is None, -(one.unit or 0), one.name))


def _nodes(snapshot: Snapshot, component: Component) -> Iterator[str]:
    """The nodes in a tray; none for a node itself."""
    if component.id.startswith("node:"):
        return
    for reached in snapshot.topology.downstream(component.id, Relation.CONTAINS):
        name = reached.removeprefix("node:")
        if name != reached and name in snapshot.nodes:
            yield name


def _row(snapshot: Snapshot, component: Component) -> Row:
    names = [component.name] if component.id.startswith("node:") else list(_nodes(snapshot, component))
    node = snapshot.nodes.get(names[0]) if names else None
    facts = snapshot.components.get(component.id)
    old = snapshot.stale(facts) if facts else bool(node and snapshot.stale(node.hardware))
    healths = [facts.health] if facts else []
    healths += [node.health] if node else []
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    return Row(
        f"node:{node.name}" if node else component.id,
        (
            Cell(str(component.unit) if component.unit is not None else UNKNOWN),
            Cell(named(snapshot, component)),
            severity(worst(*healths) if healths else Severity.UNKNOWN, stale=old),
            text(f"{node.name}{more}" if node else ""),
            *_of_node(snapshot, node),
            _watts(snapshot, component, node),
        ),
    )


def _of_node(snapshot: Snapshot, node: Node | None) -> tuple[Cell, ...]:
    if node is None:
        return (Cell(EMPTY),) * 4
    old = snapshot.stale(node.scheduler)
    celsius = hottest_c(node.hardware)
    return (
        service(node, stale=old),
        gpus(node, stale=old),
        text(",".join(job.id for job in snapshot.jobs_on(node.name)), stale=old),
        Cell(f"{celsius:.0f}" if celsius is not None else UNKNOWN, "stale" if snapshot.stale(node.hardware) else ""),
    )


def _watts(snapshot: Snapshot, component: Component, node: Node | None) -> Cell:
    facts = snapshot.components.get(component.id)
    told = [one.value for one in facts.measurements if one.quantity is Quantity.POWER] if facts else []
    own = next((value for value in told if value is not None), None)
    watts = own if own is not None else node.hardware.power_w if node and node.hardware else None
    old = snapshot.stale(facts) if facts else bool(node and snapshot.stale(node.hardware))
    return Cell(f"{watts:.0f}", "stale" if old else "") if watts is not None else Cell(UNKNOWN, "unknown")
