"""Nodes as cells of the heat map, by whatever the operator wants to see: state, health, temperature, power, GPUs.

What is wrong shows in the first mode whatever the state: the map is looked at before anything is read.
"""

from collections.abc import Callable, Iterable, Mapping

from backends.model.node import Node
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.views.nodes import hottest_c
from console.views.racks import groups
from widgets.glyphs import GlyphSet
from widgets.heatmap import HeatCell, HeatGroup, LegendEntry

MODES = ("state", "health", "temperature", "power", "gpus")

COOL_C, HOT_C = 30.0, 90.0
_STYLES = ("heat-0", "heat-1", "heat-2", "heat-3", "heat-4")
SEVERITY_WORD = {
    Severity.CRITICAL: "critical",
    Severity.WARNING: "warning",
    Severity.OK: "ok",
    Severity.UNKNOWN: "unknown",
}

Look = tuple[str, str, str]
"""Glyph, style and meaning."""


class HeatCells:
    """The map of one pod. A node that looks as before keeps its cell, so that only what changed is repainted."""

    def __init__(self, glyphs: GlyphSet) -> None:
        self._glyphs = glyphs
        self._known: dict[str, HeatCell] = {}
        self.mode = MODES[0]

    def cycle(self) -> None:
        """On to the next mode."""
        self.mode = MODES[(MODES.index(self.mode) + 1) % len(MODES)]

    def cells(self, snapshot: Snapshot) -> tuple[list[HeatGroup], list[LegendEntry]]:
        """The groups, and a legend of the signs in use."""
        look = self._looks(snapshot)
        known: dict[str, HeatCell] = {}
        used: dict[Look, None] = {}
        found: list[HeatGroup] = []
        for title, nodes in groups(snapshot).items():
            for node in nodes:
                glyph, style, text = seen = look(node)
                used[seen] = None
                cell = HeatCell(node.name, glyph, style, self._stale(snapshot, node), text)
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
            (celsius - COOL_C) / (HOT_C - COOL_C), lambda low, high: _range(low, high, COOL_C, HOT_C, "°C")
        )

    def _power(self, node: Node, top: float) -> Look:
        watts = node.hardware.power_w if node.hardware else None
        if watts is None:
            return self._level(None, "not known")
        return self._level(watts / top, lambda low, high: _range(low, high, 0, top, "W"))

    def _gpus(self, node: Node) -> Look:
        if node.scheduler is None or not node.gpu_count:
            return self._level(None, "not known" if node.scheduler is None else "no GPU")
        return self._level(
            node.scheduler.gpus_used / node.gpu_count, lambda low, high: _range(low, high, 0, 100, "% held")
        )

    def _level(self, fraction: float | None, meaning: "str | Callable[[float, float], str]") -> Look:
        """A fraction in five steps, so that the legend stays readable and small changes repaint nothing."""
        if fraction is None or isinstance(meaning, str):
            return self._glyphs.unknown, "unknown", str(meaning)
        step = min(4, int(max(0.0, fraction) * 5))
        return self._glyphs.level((step + 1) / 5), _STYLES[step], meaning(step / 5, (step + 1) / 5)


def _range(low: float, high: float, least: float, most: float, unit: str) -> str:
    span = most - least
    return f"{least + low * span:.0f}-{least + high * span:.0f} {unit}"


def worst_findings(snapshot: Snapshot) -> dict[str, Severity]:
    """The worst finding about each node itself. One about a source hits every node, and would hide them all."""
    worst: dict[str, Severity] = {}
    for finding in reversed(snapshot.findings):
        if finding.entity.startswith("node:") and finding.severity in (Severity.CRITICAL, Severity.WARNING):
            worst[finding.entity.removeprefix("node:")] = finding.severity
    return worst
