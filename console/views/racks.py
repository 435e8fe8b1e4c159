"""Racks, or what stands for them: the leaf switch or block a node hangs on, where no controller tells the rack."""

from collections import Counter
from datetime import datetime

from backends.model.node import Node, Service
from backends.model.severity import worst
from backends.model.snapshot import Snapshot
from console.views.cell import Cell, Column, Row, View
from console.views.marks import severity
from console.words import EMPTY, UNKNOWN

COLUMNS = (
    Column(key="rack", title="RACK"),
    Column(key="kind", title="KIND", priority=1),
    Column(key="nodes", title="NODES", right=True),
    Column(key="gpus", title="GPUS", right=True),
    Column(key="idle", title="IDLE", right=True, priority=1),
    Column(key="draining", title="DRAINING", right=True),
    Column(key="drained", title="DRAINED", right=True),
    Column(key="down", title="DOWN", right=True),
    Column(key="health", title="HEALTH"),
    Column(key="power_w", title="WATTS", right=True, priority=2),
)

UNPLACED = "(no rack)"


def groups(snapshot: Snapshot) -> dict[str, list[Node]]:
    """Nodes by rack or group, in node order; those nobody places come last, under `(no rack)`."""
    placed = dict(snapshot.groups)
    unplaced = placed.pop("", None)
    return placed if unplaced is None else placed | {UNPLACED: unplaced}


def view(snapshot: Snapshot, now: datetime) -> View:  # noqa: ARG001 - every view is called alike
    """One row a rack."""
    rows = tuple(Row(name, _cells(name, nodes, snapshot)) for name, nodes in groups(snapshot).items())
    return View(kind="racks", columns=COLUMNS, rows=rows, empty="no node is known yet")


def _cells(name: str, nodes: list[Node], snapshot: Snapshot) -> tuple[Cell, ...]:
    states = Counter(node.service for node in nodes)
    watts = [node.hardware.power_w for node in nodes if node.hardware and node.hardware.power_w is not None]
    kind = "rack" if nodes[0].rack else EMPTY if name == UNPLACED else "switch"
    power = f"{sum(watts):.0f}{'' if len(watts) == len(nodes) else '+'}" if watts else UNKNOWN
    gpus = sum(node.gpu_count for node in nodes)
    old = any(snapshot.stale(node.scheduler) for node in nodes)
    hardware_old = any(snapshot.stale(node.hardware) for node in nodes)
    return (
        Cell(name),
        Cell(kind),
        Cell(str(len(nodes))),
        Cell(str(gpus) if gpus else EMPTY),
        _some(states[Service.IDLE], "", stale=old),
        _some(states[Service.DRAINING], "draining", stale=old),
        _some(states[Service.DRAINED], "drained", stale=old),
        _some(states[Service.DOWN], "down", stale=old),
        severity(worst(*(node.health for node in nodes)), stale=hardware_old),
        Cell(power, "stale" if hardware_old and watts else ""),
    )


def _some(number: int, style: str, *, stale: bool) -> Cell:
    return Cell(str(number), "stale" if stale else style) if number else Cell(EMPTY)
