"""Columns as data, and how they share a line."""

from collections.abc import Sequence
from dataclasses import dataclass

from widgets.paint import Align


@dataclass(frozen=True)
class Column:
    """One column. `width` is fixed, in terminal columns; 0 makes it flexible between `min_width` and `max_width`.

    Flexible columns share what is left by `flex`. `priority` 0 is never dropped; on a narrow terminal the highest
    number goes first. `max_width` 0 is no limit. `descending` is the direction of the first sort: what one wants on
    top of a column of temperatures is the hottest. `middle`: what is too long loses its middle, as names should.
    """

    key: str
    title: str
    width: int = 0
    min_width: int = 4
    max_width: int = 0
    flex: int = 1
    align: Align = Align.LEFT
    priority: int = 0
    descending: bool = False
    middle: bool = False

    @property
    def least(self) -> int:
        """The narrowest it may become."""
        return self.width or self.min_width


@dataclass(frozen=True)
class Place:
    """Where a column stands: `index` in the table's columns, `x` in the line, `width` in terminal columns."""

    column: Column
    index: int
    x: int
    width: int


def place(columns: Sequence[Column], width: int, *, start: int, gap: int) -> tuple[Place, ...]:
    """The columns that fit in `width`, from `start` on, `gap` apart.

    Low priorities are dropped until the rest fits; priority 0 stays and is cut at the edge. Pure: the same width gives
    the same places, so a live table does not twitch.
    """
    kept = list(enumerate(columns))
    while kept and start + sum(column.least + gap for _, column in kept) - gap > width:
        last = max(kept, key=lambda item: (item[1].priority, item[0]))
        if last[1].priority == 0:
            break
        kept.remove(last)
    widths = _widths([column for _, column in kept], width - start - gap * (len(kept) - 1))
    places = []
    x = start
    for (index, column), own in zip(kept, widths, strict=True):
        room = min(own, width - x)
        if room <= 0:
            break
        places.append(Place(column, index, x, room))
        x += own + gap
    return tuple(places)


def _widths(columns: Sequence[Column], total: int) -> list[int]:
    """Each column's least, then the rest dealt out to the flexible ones by weight, a column at a time."""
    widths = [column.least for column in columns]
    spare = total - sum(widths)
    while spare > 0:
        open_ = [
            index
            for index, column in enumerate(columns)
            if not column.width and (not column.max_width or widths[index] < column.max_width)
        ]
        if not open_:
            break
        weight = sum(columns[index].flex for index in open_)
        for index in open_:
            share = max(1, spare * columns[index].flex // weight)
            limit = columns[index].max_width or widths[index] + share
            taken = min(share, limit - widths[index], total - sum(widths))
            widths[index] += taken
        spare = total - sum(widths)
    return widths
