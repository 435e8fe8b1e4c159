"""The GPUs of a node as signs, one each, by what the map is coloured by."""

from backends.model.node import Gpu, Node, Service
from backends.model.snapshot import Snapshot
from console.tui.heat_level import CALM, COOL_C, HOT_C, Look, level, steps
from console.views.gpus import FREE, gpus_of, holder
from console.views.marks import STYLE
from console.words import UNKNOWN
from widgets.glyphs import GlyphSet


class GpuLooks:
    """How each GPU of a snapshot looks."""

    def __init__(self, glyphs: GlyphSet, mode: str, snapshot: Snapshot) -> None:
        self._glyphs = glyphs
        self._mode = mode
        self._snapshot = snapshot

    def of(self, node: Node) -> list[Look]:
        """The signs of a node's GPUs, in order."""
        return [self._one(node, gpu) for gpu in gpus_of(node)]

    def _one(self, node: Node, gpu: Gpu) -> Look:
        glyphs = self._glyphs
        match self._mode:
            case "health":
                return glyphs.severity[gpu.health], STYLE[gpu.health], STYLE[gpu.health]
            case "temperature":
                span = HOT_C - COOL_C
                share = (gpu.temp_c - COOL_C) / span if gpu.temp_c is not None else None
                return level(glyphs, share, lambda low, high: steps(low, high, COOL_C, HOT_C, "°C"))
            case "power":
                known = gpu.power_w is not None and gpu.power_limit_w
                share = (gpu.power_w or 0.0) / gpu.power_limit_w if known and gpu.power_limit_w else None
                return level(glyphs, share, lambda low, high: steps(low, high, 0, 100, "% of its limit"))
            case "utilisation":
                share = gpu.utilisation_pct / 100 if gpu.utilisation_pct is not None else None
                return level(glyphs, share, lambda low, high: steps(low, high, 0, 100, "% busy"), CALM)
        return self._held(node, gpu)

    def _held(self, node: Node, gpu: Gpu) -> Look:
        """Held or free; what is wrong with the GPU shows whatever it is."""
        if STYLE[gpu.health] in ("critical", "warning"):
            return self._glyphs.severity[gpu.health], STYLE[gpu.health], f"{STYLE[gpu.health]} GPU"
        held = holder(node, gpu.index, self._snapshot)
        if held == UNKNOWN:
            return self._glyphs.unknown, "unknown", "not known"
        if held == FREE:
            return self._glyphs.service[Service.IDLE], "idle", "free"
        return self._glyphs.service[Service.ALLOCATED], "allocated", "held by a job"
