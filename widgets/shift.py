"""Lines that only moved: a list to which one more came, a page that was scrolled by one.

A terminal moves lines by itself: a few bytes for what would otherwise be sent anew as a whole screen. The means are
those of the VT100, a scrolling region (DECSTBM) and an index at its edge (IND, RI), so that xterm, tmux, screen, the
Linux console and every VT100 know them; "insert line" the VT100 does not have.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

_Cell = TypeVar("_Cell")

LEAST = 3
"""Lines that must have moved alike before it is worth a look."""

WORTH = 40
"""Cells that must be saved: a shift costs about as many bytes."""


class Shift(NamedTuple):
    """The lines from `top` to `bottom`, both included, move down by `by`; up where it is negative."""

    top: int
    bottom: int
    by: int

    def moved(self, lines: Mapping[int, Sequence[_Cell]], blank: _Cell) -> dict[int, list[_Cell]]:
        """What stands on these lines after it; those that it uncovered are blank."""
        return {
            y: list(lines[y - self.by]) if self.top <= y - self.by <= self.bottom else [blank] * len(lines[y])
            for y in range(self.top, self.bottom + 1)
        }

    def escapes(self) -> str:
        """What moves them. It leaves the cursor at the top left, and wants plain ground: uncovered lines take it."""
        edge, index = (self.top, "\x1bM") if self.by > 0 else (self.bottom, "\x1bD")
        return f"\x1b[{self.top + 1};{self.bottom + 1}r\x1b[{edge + 1}H{index * abs(self.by)}\x1b[r"


def find(
    old: Mapping[int, Sequence[_Cell | None]], new: Mapping[int, Sequence[_Cell | None]], blank: _Cell
) -> Shift | None:
    """The shift that spares most of the way from the old lines to the new, where one spares enough.

    `new` has the lines that are drawn now, `old` all that stand there; `blank` is a cell that was uncovered. Lines that
    are not known in full from edge to edge are left alone: a terminal moves whole lines.
    """
    differing = [y for y, line in new.items() if old.get(y) != line]
    if len(differing) <= LEAST:
        return None
    places = {tuple(old.get(y, ())): y for y in differing}
    pairs = [(y, y - places[cells]) for y in differing if (cells := tuple(new[y])) in places]
    if len(pairs) < LEAST:
        return None
    by, votes = Counter(by for _, by in pairs).most_common(1)[0]
    moved = [y for y, one in pairs if one == by]
    edges = [*moved, *(y - by for y in moved)]
    shift = Shift(min(edges), max(edges), by)
    whole = range(shift.top, shift.bottom + 1)
    width = len(old.get(shift.top, ()))
    if votes < LEAST or any(len(line := old.get(y, ())) != width or None in line for y in whole):
        return None
    after = shift.moved({y: old[y] for y in whole}, blank)
    spared = sum(_apart(old[y], new.get(y, old[y])) - _apart(after[y], new.get(y, old[y])) for y in whole)
    return shift if spared > WORTH else None


def _apart(one: Sequence[_Cell | None], other: Sequence[_Cell | None]) -> int:
    return sum(was != now for was, now in zip(one, other, strict=False))
