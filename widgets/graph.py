"""A history as an area, some lines high: two values a column and four steps a line in braille, one and two in ASCII.

It ends with the latest reading, and time goes evenly: a column is always as many seconds as the next one, and where
nothing was read nothing is drawn.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import isnan, nan

from widgets.glyphs import GlyphSet
from widgets.sparkline import FLAT

STEPS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
"""Seconds a value stands for: one of these, so that a graph moves on and does not breathe."""

HELD, HELD_S = 2.5, 60.0
"""How long the last reading is drawn on for: so many times the usual pause between two, and a minute at least."""

Points = Sequence[tuple[float, float]]
"""Seconds, and what was read then; the oldest first."""

_LEFT, _RIGHT = (0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08)
_BRAILLE = 0x2800


def moves(points: Points) -> bool:
    """Whether there is anything to see in it."""
    if len(points) < 2:
        return False
    low, high = min(value for _, value in points), max(value for _, value in points)
    return high - low > FLAT * max(abs(high), 1)


def bounds(points: Points) -> tuple[float, float]:
    """What the lowest and the highest line stand for: noise is no news, and drawn as a flat middle."""
    low, high = min(value for _, value in points), max(value for _, value in points)
    least = FLAT * max(abs(high), 1)
    if high - low >= least:
        return low, high
    middle = (low + high) / 2
    return middle - least / 2, middle + least / 2


def graph(points: Points, glyphs: GlyphSet, width: int, height: int) -> list[str]:
    """The lines of it, the highest first, each `width` columns wide; blank for fewer than two points."""
    if len(points) < 2 or width < 1 or height < 1:
        return [" " * max(0, width)] * height
    ascii_only = glyphs.name == "ascii"
    dots, steps = (1, 2) if ascii_only else (2, 4)
    low, high = bounds(points)
    values = resampled(points, width * dots)
    most = height * steps
    tall = [0 if isnan(one) else 1 + round((one - low) / (high - low) * (most - 1)) for one in values]
    draw = _ascii if ascii_only else _braille
    return [
        "".join(draw(tall[at : at + dots], (height - 1 - line) * steps) for at in range(0, len(tall), dots))
        for line in range(height)
    ]


def resampled(points: Points, count: int) -> list[float]:
    """`count` values at even steps up to the latest reading; not-a-number before the first, and where none was read."""
    last = points[-1][0]
    pauses = sorted(after[0] - before[0] for before, after in pairwise(points))
    held = max(HELD * pauses[len(pauses) // 2], HELD_S)
    step = step_s(points, count)
    values: list[float] = []
    at = 0
    for number in range(count):
        now = last - (count - 1 - number) * step
        while at + 1 < len(points) and points[at + 1][0] <= now:
            at += 1
        seconds, value = points[at]
        values.append(value if seconds - step < now <= seconds + max(held, step) else nan)
    return values


def step_s(points: Points, count: int) -> int:
    """The seconds of one of `count` values: no more than it takes to show all, no less than there are readings for."""
    span = points[-1][0] - points[0][0]
    fits = [step for step in STEPS_S if step * (count - 1) >= span]
    return fits[0] if fits else STEPS_S[-1]


def _braille(pair: Sequence[int], below: int) -> str:
    left, right = (max(0, min(4, one - below)) for one in pair)
    return chr(_BRAILLE + sum(_LEFT[:left]) + sum(_RIGHT[:right])) if left or right else " "


def _ascii(one: Sequence[int], below: int) -> str:
    return " .:"[max(0, min(2, one[0] - below))]
