"""Views as a table's rows and columns. An unchanged row stays the same object, so that the table repaints nothing.

Widths only grow while a view is shown: columns that breathe with their contents cannot be read, and each breath would
repaint the screen.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from console.views import cell as data
from widgets.column import Column
from widgets.paint import Align, width_of
from widgets.row import Cell, Row

WIDEST = 26
FLEX_LEAST = 16


class Rows:
    """The rows of one table. `leave_out` names columns the screen does not show: ages that tick in every line.

    `wanted` are the columns an operator wants, in their order, by the table's kind.
    """

    def __init__(self, *, leave_out: Collection[str] = (), wanted: Mapping[str, Sequence[str]] | None = None) -> None:
        self._leave_out = frozenset(leave_out)
        self._wanted = wanted or {}
        self._known: dict[str, tuple[data.Row, bool, Row]] = {}
        self._widths: defaultdict[str, int] = defaultdict(int)

    def forget(self) -> None:
        """Another pod's rows come: widths start anew."""
        self._known.clear()
        self._widths.clear()

    def rows(self, view: data.View, lit: Collection[str] = ()) -> list[Row]:
        """The rows of a view; those whose key is in `lit` show it in their first cell."""
        shown = self._shown(view)
        keys = [column.key for column in view.columns]
        known: dict[str, tuple[data.Row, bool, Row]] = {}
        for row in view.rows:
            on = row.key in lit
            old = self._known.get(row.key)
            if old is not None and old[1] == on and (old[0] is row or old[0] == row):
                known[row.key] = old
                continue
            told, drawn = (old[0].cells, old[2].cells) if old is not None and old[1] == on else ((), ())
            cells: list[Cell | str] = []
            for at, index in enumerate(shown):
                cell = row.cells[index]
                if told and told[index] is cell:  # as most cells of a row that changed
                    cells.append(drawn[at])
                    continue
                if len(cell.text) > self._widths[keys[index]] or not cell.text.isascii():
                    self._widths[keys[index]] = max(self._widths[keys[index]], width_of(cell.text))
                cells.append(_cell(cell, lit=on and not at))
            known[row.key] = (row, on, Row(row.key, tuple(cells)))
        self._known = known
        return [row for _, _, row in known.values()]

    def columns(self, view: data.View) -> tuple[Column, ...]:
        """The columns of a view at the widths its rows have needed so far. Call it after `rows`."""
        shown = self._shown(view)
        return tuple(self._column(view.columns[index], last=index == shown[-1]) for index in shown)

    def _shown(self, view: data.View) -> list[int]:
        """The columns, as the operator wants them for this kind of table."""
        keys = [column.key for column in view.columns]
        wanted = self._wanted.get(view.kind)
        if wanted is not None:
            return [keys.index(key) for key in wanted if key in keys]
        return [index for index, key in enumerate(keys) if key not in self._leave_out]

    def _column(self, column: data.Column, *, last: bool) -> Column:
        """As wide as its contents where there is room, so that what belongs together stands together."""
        title, wanted = width_of(column.title), self._widths[column.key]
        least = max(column.least, FLEX_LEAST if column.flex else min(WIDEST, wanted))
        fixed = not column.flex and wanted <= WIDEST
        return Column(
            key=column.key,
            title=column.title,
            width=max(title, least) if fixed else 0,
            min_width=max(title, least),
            max_width=0 if last else max(title, least, wanted),
            align=Align.RIGHT if column.right else Align.LEFT,
            priority=column.priority,
            middle=column.middle,
        )


def _cell(cell: data.Cell, *, lit: bool) -> Cell:
    if lit:
        return Cell(cell.text, "highlight", sort=cell.order)
    old = cell.style == "stale"
    return Cell(cell.text, "" if old else cell.style, stale=old, sort=cell.order)
