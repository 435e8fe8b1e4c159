"""Cells, columns and rows as data: what a table shows, before anything draws it."""

from msgspec import Struct


class Cell(Struct, frozen=True):
    """A text and the name of what it means.

    `style` is a word of the palette (`critical`, `stale`, `draining`), never a colour; "" is plain. A screen may draw
    `level` (0 to 1, a share of something full) as a bar, and `points` (oldest first) as a history, beside the text.

    `order` is what rows are sorted by where the text does not order them: ages and durations, the shortest first. What
    goes on by itself is ordered by the instant it counts from or to: the cell stays the same while its text does.
    """

    text: str
    style: str = ""
    level: float | None = None
    points: tuple[float, ...] = ()
    order: float | str | None = None


class Column(Struct, frozen=True, kw_only=True):
    """One column. `priority` 0 is always shown; the highest go first when the terminal is narrow.

    None is squeezed below `least` while others can go; `flex` columns want more than that.
    `middle`: a text that is too long loses its middle: names differ at their end.
    """

    key: str
    title: str
    right: bool = False
    priority: int = 0
    flex: bool = False
    least: int = 0
    middle: bool = False


class Row(Struct, frozen=True):
    """One row, under a key that stays the same from snapshot to snapshot."""

    key: str
    cells: tuple[Cell, ...]


class View(Struct, frozen=True, kw_only=True):
    """A table as data. `empty` says what it means that there is no row; so many `more` are left out of it."""

    kind: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str
    more: int = 0
