"""Values as a line of bars, and a share as a bar, in the signs of either glyph set."""

from collections.abc import Sequence

from widgets.glyphs import GlyphSet

FLAT = 0.01
"""A history that moves by less than this part of its highest is drawn flat: noise is no news."""


def sparkline(points: Sequence[float], glyphs: GlyphSet, width: int) -> str:
    """The last `width` points between their own lowest and highest, padded; empty for fewer than two.

    One that has not moved is empty, too, until there are points for all of it: to see it grow is no news either.
    """
    last = points[-width:]
    if len(last) < 2:
        return ""
    low, high = min(last), max(last)
    levels = glyphs.levels[1:]
    moves = high - low > FLAT * max(abs(high), 1)
    if not moves and len(last) < width:
        return ""
    scale = (len(levels) - 1) / (high - low) if moves else 0.0
    return "".join(levels[round((point - low) * scale)] for point in last).ljust(width)


def gauge(fraction: float, glyphs: GlyphSet, width: int) -> tuple[str, str]:
    """What is full and what is not, together `width` columns. Over full is full; its number tells the rest.

    What is not nothing shows at least one sign.
    """
    full = round(min(1.0, max(0.0, fraction)) * width)
    if fraction > 0 and not full:
        full = 1
    return glyphs.full * full, glyphs.track * (width - full)
