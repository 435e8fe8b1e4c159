"""What a table is handed: rows of cells, known by key.

`gc=False`: a table may hold 100,000 rows of these, and a collector that walks them would stop the loop for tens of
milliseconds; they own no cycles. Hand the same object in again for a row that did not change.
"""

import re

from msgspec import Struct


class Cell(Struct, frozen=True, gc=False):
    """One value as it is drawn. `style` is a name of the palette; `stale` is drawn dim whatever the style.

    `sort` orders the cell where its text does not: the seconds behind `4m12s`. Without it the text orders, numbers in
    it by value (`n2` before `n10`); empty and unknown cells come last.
    """

    text: str
    style: str = ""
    stale: bool = False
    sort: float | str | None = None


class Row(Struct, frozen=True, gc=False):
    """One row: its key, and a cell for each column in the columns' order. A bare string is a plain cell."""

    key: str
    cells: tuple[Cell | str, ...]

    def cell(self, index: int) -> Cell | str:
        """The cell of a column; an empty one where the row is short."""
        return self.cells[index] if index < len(self.cells) else ""


SortValue = tuple[int, float | str]
"""Comparable whatever the mixture: numbers, then texts, then what is empty or not known."""

_NOTHING = frozenset({"", "·", ".", "?", "-"})
_DIGITS = re.compile(r"\d+")


def sort_value(cell: Cell | str) -> SortValue:
    """What a cell is ordered by."""
    if isinstance(cell, str):
        text = cell
    else:
        if cell.sort is not None:
            return (1, cell.sort) if isinstance(cell.sort, str) else (0, cell.sort)
        text = cell.text
    if text in _NOTHING:
        return (2, "")
    if text.isdecimal():
        return (0, float(text))
    return (1, _DIGITS.sub(_padded, text.casefold()))


def _padded(digits: re.Match[str]) -> str:
    return digits[0].zfill(12)
