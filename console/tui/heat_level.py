"""Numbers on the heat map: five steps with a sign and a colour each, what they mean, and the number itself."""

from collections.abc import Callable

from backends.model.node import Node
from console.views.nodes import hottest_c
from console.words import UNKNOWN
from widgets.glyphs import GlyphSet

COOL_C, HOT_C = 30.0, 100.0
"""The last step begins at 86 °C, near where such GPUs slow themselves down: red says that, and no less."""

Styles = tuple[str, str, str, str, str]
HEAT: Styles = ("heat-0", "heat-1", "heat-2", "heat-3", "heat-4")
"""For what is bad when it is much."""
CALM: Styles = ("heat-0", "heat-0", "heat-1", "heat-1", "heat-2")
"""For what is only much: a busy GPU is what one pays for, and never drawn as an alarm."""

Look = tuple[str, str, str]
"""Glyph, style and meaning."""


def level(
    glyphs: GlyphSet, fraction: float | None, meaning: str | Callable[[float, float], str], styles: Styles = HEAT
) -> Look:
    """A fraction in five steps, so that the legend stays readable and small changes repaint nothing."""
    if fraction is None or isinstance(meaning, str):
        return glyphs.unknown, "unknown", meaning if isinstance(meaning, str) else "not known"
    step = min(4, int(max(0.0, fraction) * 5))
    return glyphs.level((step + 1) / 5), styles[step], meaning(step / 5, (step + 1) / 5)


def steps(low: float, high: float, least: float, most: float, unit: str) -> str:
    """What a step means: `54-66 °C`; the last one has no end where more can be read."""
    span = most - least
    if high >= 1 and unit == "°C":
        return f"{least + low * span:.0f}+ {unit}"
    return f"{least + low * span:.0f}-{least + high * span:.0f} {unit}"


def utilisation_pct(node: Node) -> float | None:
    """How busy its GPUs are on average; None where one of them does not tell."""
    told = [gpu.utilisation_pct for gpu in node.hardware.gpus] if node.hardware else []
    known = [one for one in told if one is not None]
    return sum(known) / len(known) if known and len(known) == len(told) else None


def value(node: Node, mode: str) -> str:
    """The number behind a node's sign, in few columns; its GPUs held where the mode has none."""
    hardware, scheduler = node.hardware, node.scheduler
    match mode:
        case "temperature":
            celsius = hottest_c(hardware)
            return f"{celsius:.0f} °C" if celsius is not None else UNKNOWN
        case "power":
            watts = hardware.power_w if hardware else None
            return f"{watts / 1000:.1f} kW" if watts is not None else UNKNOWN
        case "utilisation":
            share = utilisation_pct(node)
            return f"{share:.0f} %" if share is not None else UNKNOWN
    return f"{scheduler.gpus_used if scheduler else UNKNOWN}/{node.gpu_count}"
