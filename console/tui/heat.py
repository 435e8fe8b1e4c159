"""Nodes as cells of the heat map, by whatever the operator wants to see, from as near as he wants to see it.

What is wrong shows in the first mode whatever the state: the map is looked at before anything is read.
"""

from collections.abc import Callable, Iterable, Mapping

from backends.model.node import Node
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.tui.heat_gpus import GpuLooks
from console.tui.heat_level import COOL_C, HOT_C, Look, level, steps, utilisation_pct, value
from console.views.gpus import gpus_of
from console.views.marks import STYLE
from console.views.nodes import hottest_c
from console.views.racks import groups
from widgets.glyphs import GlyphSet
from widgets.heatmap import HeatCell, HeatGroup, LegendEntry

MODES = ("state", "health", "temperature", "power", "utilisation", "gpus")
ZOOMS = ("nodes", "values", "each GPU")
"""How near: a sign a node, the value beside it, or a sign for each GPU of the node."""

SEVERITY_WORD = STYLE


class HeatCells:
    """The map of one pod. A node that looks as before keeps its cell, so that only what changed is repainted."""

    def __init__(self, glyphs: GlyphSet) -> None:
        self._glyphs = glyphs
        self._known: dict[str, HeatCell] = {}
        self.mode = MODES[0]
        self.zoom = ZOOMS[0]

    def cycle(self) -> None:
        """On to the next mode."""
        self.mode = MODES[(MODES.index(self.mode) + 1) % len(MODES)]

    def nearer(self) -> None:
        """Zoom in; from the nearest, all the way out."""
        self.zoom = ZOOMS[(ZOOMS.index(self.zoom) + 1) % len(ZOOMS)]

    @property
    def said(self) -> str:
        """What the map shows, where that is not the state of nodes: ` by power, each GPU`."""
        words = [f"by {self.mode}"] if self.mode != MODES[0] else []
        words += [self.zoom] if self.zoom != ZOOMS[0] else []
        return f": {', '.join(words)}" if words else ""

    def cells(self, snapshot: Snapshot) -> tuple[list[HeatGroup], list[LegendEntry]]:
        """The groups, and a legend of the signs in use."""
        look = self._looks(snapshot)
        near = GpuLooks(self._glyphs, self.mode, snapshot)
        widest = max((len(value(node, self.mode)) for node in snapshot.nodes.values()), default=0)
        known: dict[str, HeatCell] = {}
        used: dict[Look, None] = {}
        found: list[HeatGroup] = []
        for title, nodes in groups(snapshot).items():
            for node in nodes:
                glyph, style, text = seen = look(node)
                parts: tuple[tuple[str, str], ...] = ()
                if self.zoom == "each GPU" and gpus_of(node):
                    signs = near.of(node)
                    used |= dict.fromkeys(signs)
                    parts = tuple((sign, name) for sign, name, _ in signs)
                else:
                    used[seen] = None
                if self.zoom == "values":
                    parts = ((glyph, style), (f" {value(node, self.mode):>{widest}}", style))
                cell = HeatCell(node.name, glyph, style, self._stale(snapshot, node), text, parts)
                old = self._known.get(node.name)
                known[node.name] = old if old == cell else cell
            found.append(HeatGroup(title, tuple(known[node.name] for node in nodes)))
        self._known = known
        return found, self._legend(used)

    def _stale(self, snapshot: Snapshot, node: Node) -> bool:
        return snapshot.stale(node.scheduler if self.mode in ("state", "gpus") else node.hardware)

    def _legend(self, used: Iterable[Look]) -> list[LegendEntry]:
        entries = sorted({(text, glyph, style) for glyph, style, text in used})
        return [LegendEntry(glyph, style, text) for text, glyph, style in entries]

    def _looks(self, snapshot: Snapshot) -> Callable[[Node], Look]:
        if self.mode == "state":
            bad = worst_findings(snapshot)
            return lambda node: self._state(node, bad)
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

    def _state(self, node: Node, bad: Mapping[str, Severity]) -> Look:
        severity = bad.get(node.name)
        if severity is not None:
            return self._glyphs.severity[severity], SEVERITY_WORD[severity], f"{SEVERITY_WORD[severity]} finding"
        return self._glyphs.service[node.service], node.service.value, node.service.value

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
        return self._level(watts / top, lambda low, high: steps(low, high, 0, top, "W"))

    def _utilisation(self, node: Node) -> Look:
        share = utilisation_pct(node)
        if share is None:
            return self._level(None, "not known")
        return self._level(share / 100, lambda low, high: steps(low, high, 0, 100, "% busy"))

    def _gpus(self, node: Node) -> Look:
        if node.scheduler is None or not node.gpu_count:
            return self._level(None, "not known" if node.scheduler is None else "no GPU")
        return self._level(
            node.scheduler.gpus_used / node.gpu_count, lambda low, high: steps(low, high, 0, 100, "% held")
        )

    def _level(self, fraction: float | None, meaning: "str | Callable[[float, float], str]") -> Look:
        return level(self._glyphs, fraction, meaning)


def worst_findings(snapshot: Snapshot) -> dict[str, Severity]:
    """The worst finding about each node itself. One about a source hits every node, and would hide them all."""
    worst: dict[str, Severity] = {}
    for finding in reversed(snapshot.findings):
        if finding.entity.startswith("node:") and finding.severity in (Severity.CRITICAL, Severity.WARNING):
            worst[finding.entity.removeprefix("node:")] = finding.severity
    return worst
