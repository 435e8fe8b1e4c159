"""Nodes as cells of the heat map, by whatever the operator wants to see, from as near as he wants to see it.

What is wrong shows in the first mode whatever the state: the map is looked at before anything is read.
"""

from collections import Counter
from collections.abc import Callable
from itertools import takewhile

from backends.model.node import Node, Service
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.tui.heat_gpus import GpuLooks
from console.tui.heat_level import CALM, COOL_C, HEAT, HOT_C, Look, Styles, level, steps, utilisation_pct, value
from console.views.gpus import gpus_of
from console.views.marks import STYLE
from console.views.nodes import hottest_c
from console.views.racks import groups
from widgets.glyphs import GlyphSet
from widgets.heat_grid import HeatCell, HeatGrid, HeatGroup
from widgets.heatmap import LegendEntry

MODES = ("state", "health", "temperature", "power", "utilisation", "gpus")
ZOOMS = ("nodes", "values", "each GPU")
"""How near: a sign a node, the value beside it, or a sign for each GPU of the node."""

SEVERITY_WORD = STYLE

_ROOMY = 60
_NAMED = 8
"""Columns of a cell beside its value: sign, the end of a name, blanks."""
_AROUND = 2
"""Lines of a group beside its cells: title and blank."""


class HeatCells:
    """The map of one pod. A node that looks as before keeps its cell, so that only what changed is repainted.

    `zoom` is what was chosen; empty, it is as near as there is room for.
    """

    def __init__(self, glyphs: GlyphSet) -> None:
        self._glyphs = glyphs
        self._known: dict[str, HeatCell] = {}
        self._groups: dict[str, HeatGroup] = {}
        self._grid = HeatGrid()
        self.mode = MODES[0]
        self.zoom = ""
        self._fitting = ZOOMS[0]
        self._size = (0, 0)

    def cycle(self) -> None:
        """On to the next mode."""
        self.mode = MODES[(MODES.index(self.mode) + 1) % len(MODES)]

    def nearer(self) -> None:
        """Zoom in; from the nearest, all the way out."""
        nearer = ZOOMS[(ZOOMS.index(self.zoom or self._fitting) + 1) % len(ZOOMS)]
        self.zoom = "" if nearer == self._fitting else nearer

    def fit(self, width: int, height: int) -> None:
        """How much room the map has: what is not chosen follows it."""
        self._size = width, height

    def _fit(self, snapshot: Snapshot) -> str:
        """Names and values where there is room for all of them, and signs where there is not."""
        width, height = self._size
        if width < _ROOMY:
            return ZOOMS[0]
        beside = max(1, width // (self._widest(snapshot) + _NAMED))
        lines = sum(-(-len(nodes) // beside) + _AROUND for nodes in groups(snapshot).values())
        return ZOOMS[1] if lines <= height else ZOOMS[0]

    @property
    def said(self) -> str:
        """What the map shows, where that is not the state of nodes: ` by power, each GPU`."""
        words = [f"by {self.mode}"] if self.mode != MODES[0] else []
        words += [self.zoom] if self.zoom not in ("", ZOOMS[0]) else []
        return f": {', '.join(words)}" if words else ""

    def _widest(self, snapshot: Snapshot) -> int:
        return max((len(value(node, self.mode)) for node in snapshot.nodes.values()), default=0)

    def cells(self, snapshot: Snapshot) -> tuple[list[HeatGroup], list[LegendEntry]]:
        """The groups, and a legend of the signs in use."""
        look = self._looks(snapshot)
        near = GpuLooks(self._glyphs, self.mode, snapshot)
        self._fitting = self._fit(snapshot)
        zoom = self.zoom or self._fitting
        widest = self._widest(snapshot) if zoom == "values" else 0
        known: dict[str, HeatCell] = {}
        used: Counter[Look] = Counter()
        found: dict[str, HeatGroup] = {}
        for title, nodes in groups(snapshot).items():
            before = _common([node.name for node in nodes]) if zoom == "values" else 0
            for node in nodes:
                glyph, style, text = seen = look(node)
                parts: tuple[tuple[str, str], ...] = ()
                if zoom == "each GPU" and gpus_of(node):
                    signs = near.of(node)
                    used.update(signs)
                    parts = tuple((sign, name) for sign, name, _ in signs)
                else:
                    used[seen] += 1
                if zoom == "values":
                    said = f" {value(node, self.mode):>{widest}} "
                    parts = ((glyph, style), (f" {node.name[before:]}", "muted"), (said, style))
                cell, stale = self._known.get(node.name), self._stale(snapshot, node)
                if cell is None or (cell.glyph, cell.style, cell.tip, cell.stale, cell.parts) != (*seen, stale, parts):
                    cell = HeatCell(node.name, glyph, style, stale, text, parts)
                known[node.name] = cell
            group = HeatGroup(title, tuple([known[node.name] for node in nodes]))
            old = self._groups.get(title)
            found[title] = old if old is not None and old == group else group
        self._known, self._groups = known, found
        return list(found.values()), self._legend(used)

    def grid(self, snapshot: Snapshot) -> tuple[HeatGrid, list[LegendEntry]]:
        """The same laid out as wide as the map is; the very grid of before where every cell looks as it did."""
        found, legend = self.cells(snapshot)
        if tuple(found) != self._grid.groups:
            self._grid = HeatGrid(found, self._grid)
        self._grid.layout(self._size[0], self._grid.cell_width)
        return self._grid, legend

    def _stale(self, snapshot: Snapshot, node: Node) -> bool:
        return snapshot.stale(node.scheduler if self.mode in ("state", "gpus") else node.hardware)

    def _legend(self, used: Counter[Look]) -> list[LegendEntry]:
        """What the signs mean and how many there are of each; steps from the lowest up, then by name."""
        steps = self._glyphs.levels
        entries = sorted(used.items(), key=lambda one: (steps.find(one[0][0]) % (len(steps) + 1), one[0][2]))
        return [LegendEntry(glyph, style, f"{text}: {count}") for (glyph, style, text), count in entries]

    def _looks(self, snapshot: Snapshot) -> Callable[[Node], Look]:
        if self.mode == "state":
            bad, glyphs = worst_findings(snapshot), self._glyphs.service
            states = {service: (glyphs[service], service.value, service.value) for service in Service}
            ill = {name: self._ill(severity) for name, severity in bad.items()}
            return lambda node: ill.get(node.name) or states[node.service]
        if self.mode == "health":
            return lambda node: (
                self._glyphs.severity[node.health],
                SEVERITY_WORD[node.health],
                SEVERITY_WORD[node.health],
            )
        if self.mode == "temperature":
            return self._temperature
        if self.mode == "utilisation":
            return self._utilisation
        if self.mode == "power":
            watts = [node.hardware.power_w or 0.0 for node in snapshot.nodes.values() if node.hardware]
            top = max(watts, default=0.0) or 1.0
            return lambda node: self._power(node, top)
        return self._gpus

    def _ill(self, severity: Severity) -> Look:
        return self._glyphs.severity[severity], SEVERITY_WORD[severity], f"{SEVERITY_WORD[severity]} finding"

    def _temperature(self, node: Node) -> Look:
        celsius = hottest_c(node.hardware)
        if celsius is None:
            return self._level(None, "not known")
        return self._level(
            (celsius - COOL_C) / (HOT_C - COOL_C), lambda low, high: steps(low, high, COOL_C, HOT_C, "°C")
        )

    def _power(self, node: Node, top: float) -> Look:
        watts = node.hardware.power_w if node.hardware else None
        if watts is None:
            return self._level(None, "not known")
        return self._level(watts / top, lambda low, high: steps(low, high, 0, top, "W"), CALM)

    def _utilisation(self, node: Node) -> Look:
        share = utilisation_pct(node)
        if share is None:
            return self._level(None, "not known")
        return self._level(share / 100, lambda low, high: steps(low, high, 0, 100, "% busy"), CALM)

    def _gpus(self, node: Node) -> Look:
        if node.scheduler is None or not node.gpu_count:
            return self._level(None, "not known" if node.scheduler is None else "no GPU")
        return self._level(
            node.scheduler.gpus_used / node.gpu_count, lambda low, high: steps(low, high, 0, 100, "% held"), CALM
        )

    def _level(
        self, fraction: float | None, meaning: str | Callable[[float, float], str], styles: Styles = HEAT
    ) -> Look:
        return level(self._glyphs, fraction, meaning, styles)


def _common(names: list[str]) -> int:
    """How many signs names have in common at their beginning, up to the last part of the first: `austin-r1-`."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(min(names, default=""), max(names, default=""), strict=False))
    shared = len(list(same)) if len(names) > 1 else 0
    ends = max(names[0].rfind(sign, 0, shared) for sign in "-._") + 1 if names else 0
    return ends or next((at for at in range(shared, 0, -1) if not names[0][at - 1].isdigit()), 0)


def worst_findings(snapshot: Snapshot) -> dict[str, Severity]:
    """The worst finding about each node itself, or about what only this node has: a leak in its tray.

    One about a source or a pump hits many nodes, and would hide them all.
    """
    worst: dict[str, Severity] = {}
    for finding in reversed(snapshot.findings):
        if finding.severity not in (Severity.CRITICAL, Severity.WARNING):
            continue
        if finding.entity.startswith("node:"):
            worst[finding.entity.removeprefix("node:")] = finding.severity
        elif len(finding.hits_nodes) == 1 and not finding.entity.startswith("source:"):
            worst[finding.hits_nodes[0]] = finding.severity
    return worst
