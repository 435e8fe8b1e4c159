"""A table of any number of rows that repaints only the cells that changed.

What is on screen is remembered line by line; after any change the new lines are laid beside it, and the cells that
differ are repainted. So a change costs the rows handed in plus one screenful, whatever the table holds: at 80x24
with 18 of 72 rows changing a second it sends a fraction of what a stock DataTable sends (`tests/bench/bench_table.py`).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.strip import Strip

from widgets.column import Column, place
from widgets.glyphs import UNICODE, GlyphSet
from widgets.line_view import LineView
from widgets.marks import Marks
from widgets.messages import MarksChanged, RowHighlighted, RowSelected
from widgets.ordering import FILTERING, Ordering
from widgets.row import Row
from widgets.row_painter import GUTTER, RowPainter, is_stale
from widgets.rowset import RowSet


class _Drawn(NamedTuple):
    """What stands on a line of the screen."""

    row: Row
    cursor: bool
    marked: bool


class LineTable(LineView):
    """Rows under pinned titles, with a cursor that stays on its key, marks, a sort and a filter.

    Hand rows in with `update` (all of them) or `patch` (what changed). Space is the screen's: it calls `toggle_mark`.
    The two columns at the left show a mark, and a sign where some cell is stale, so that neither depends on colour.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "move", show=False),
        Binding("down,j", "move(1)", "move", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "page", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "page", show=False),
        Binding("home,g", "edge(-1)", "ends", show=False),
        Binding("end,G", "edge(1)", "ends", show=False),
        Binding("enter", "select", "open", show=False),
        Binding("asterisk", "mark_shown", "mark all shown", show=False, id="mark_shown"),
        Binding("m", "mark_range", "mark to here", show=False, id="mark_range"),
        Binding("greater_than_sign", "sort(1)", "sort by next", show=False, id="sort_next"),
        Binding("less_than_sign", "sort(-1)", "sort by last", show=False, id="sort_last"),
        Binding("minus", "reverse", "turn order", show=False, id="reverse"),
    ]

    head_lines = 1
    holds_lines = False
    """Whether what is read stays on its line when rows come above it, though the first of them is on screen, too."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        glyphs: GlyphSet = UNICODE,
        empty: str = "nothing here",
        id: str | None = None,  # noqa: A002 (Textual's own name)
        classes: str | None = None,
    ) -> None:
        super().__init__(glyphs=glyphs, empty=empty, id=id, classes=classes)
        self._columns = tuple(columns)
        self._painter = RowPainter(self)
        self._rows = RowSet()
        self._cursor: str | None = None
        self._cursor_index = 0
        self._marks = Marks()
        self._sorted_by: str | None = None
        self._drawn: list[_Drawn | None] = []
        self._bare = True
        self._ordering = Ordering(self, self._rows, self._follow)

    # -- what is handed in ----------------------------------------------------------------------------------------

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, shown or not."""
        return self._columns

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns. The rows' cells must follow: hand them in next."""
        self._columns = tuple(columns)
        self._relay()

    def update(self, rows: Sequence[Row]) -> None:
        """All rows there are, in source order; the unchanged ones as the same objects."""
        self._rows.replace(rows)
        self._follow()

    def patch(self, changed: Iterable[Row], removed: Iterable[str] = ()) -> None:
        """Only what changed, came or went: the way to feed 100,000 rows."""
        self._rows.patch(changed, removed)
        self._follow()

    def sort_by(self, column: str | None, *, reverse: bool | None = None) -> None:
        """Order by a column's key, None for the source order. Without `reverse`: the column's own first direction."""
        index = next((at for at, one in enumerate(self._columns) if one.key == column), None)
        if column is not None and index is None:
            raise KeyError(f"no column {column!r}")
        if reverse is None:
            reverse = self._columns[index].descending if index is not None else False
        self._sorted_by = column
        self._ordering.word = "sorting"
        self._rows.sort(index, reverse=reverse)
        self._follow()
        if self.is_mounted:
            self.refresh(Region(0, 0, self.size.width, 1))

    def filter_by(self, keep: Callable[[Row], bool] | None) -> None:
        """Show only rows that `keep` lets through."""
        self._ordering.word = FILTERING
        self._rows.filter(keep)
        self._follow()

    # -- what can be asked ----------------------------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """Rows shown."""
        return len(self._rows)

    @property
    def total(self) -> int:
        """Rows held, filtered out ones included."""
        return self._rows.total

    @property
    def busy(self) -> bool:
        """Whether a new order is still being made."""
        return self._rows.busy

    @property
    def doing(self) -> str:
        """`sorting`, `filtering` or `ordering` while that takes long; empty else. `OrderAwaited` tells of both."""
        return self._ordering.said

    @property
    def filtering(self) -> bool:
        """Whether a filter was asked for that the rows do not follow yet: how many pass is not known."""
        return self._ordering.filtering

    @property
    def cursor(self) -> str | None:
        """The key under the cursor."""
        return self._cursor

    @property
    def cursor_index(self) -> int:
        """Where the cursor is, 0 the topmost row."""
        return self._cursor_index

    @property
    def marks(self) -> frozenset[str]:
        """The marked keys. Filtered rows keep their marks; rows that are gone lose them."""
        return self._marks.keys

    @property
    def sorted_by(self) -> tuple[str | None, bool]:
        """The sort column's key and whether it is reversed."""
        return self._sorted_by, self._rows.reverse

    def shown_keys(self) -> list[str]:
        """The keys that pass the filter, from the top."""
        return self._rows.keys()

    # -- cursor and marks -----------------------------------------------------------------------------------------

    def move_to(self, key: str) -> bool:
        """Put the cursor on a key; False where it is not shown."""
        index = self._rows.index_of(key)
        if index is None:
            return False
        self._go(index)
        return True

    def toggle_mark(self, key: str | None = None) -> None:
        """Mark or unmark a row, the one under the cursor by default; it becomes the start of a range."""
        key = key or self._cursor
        if key is not None and key in self._rows:
            self._marks.toggle(key)
            self._marks_changed()

    def mark_range(self) -> None:
        """Mark every row from the last one marked to the cursor."""
        if self._cursor is None:
            return
        start = self._rows.index_of(self._marks.anchor or self._cursor)
        low, high = sorted((self._cursor_index if start is None else start, self._cursor_index))
        self._marks.add(self._rows.key_at(index) for index in range(low, high + 1))
        self._marks_changed()

    def mark_shown(self) -> None:
        """Mark everything that passes the filter."""
        self._marks.add(self._rows.keys())
        self._marks_changed()

    def mark(self, keys: Iterable[str]) -> int:
        """Mark these, as far as they are held, shown or not; how many are."""
        known = [key for key in keys if key in self._rows]
        self._marks.add(known)
        self._marks_changed()
        return len(known)

    def clear_marks(self) -> None:
        """Unmark everything, shown or not."""
        if self._marks:
            self._marks.clear()
            self._marks_changed()

    def action_move(self, lines: int) -> None:
        """Cursor up or down."""
        self._go(self._cursor_index + lines)

    def action_page(self, pages: int) -> None:
        """Cursor up or down by a page."""
        self._go(self._cursor_index + pages * max(1, self.page - 1))

    def action_edge(self, side: int) -> None:
        """Cursor to the first or the last row."""
        self._go(0 if side < 0 else self.line_count - 1)

    def action_mark_shown(self) -> None:
        """Mark everything that passes the filter."""
        self.mark_shown()

    def action_mark_range(self) -> None:
        """Mark from the last marked row to the cursor."""
        self.mark_range()

    def action_sort(self, step: int) -> None:
        """By the next column on screen; past the last, as the rows came."""
        keys = [None, *(spot.column.key for spot in self._painter.places)]
        at = keys.index(self._sorted_by) if self._sorted_by in keys else 0
        self.sort_by(keys[(at + step) % len(keys)])

    def action_reverse(self) -> None:
        """The last row first."""
        self.sort_by(self._sorted_by, reverse=not self._rows.reverse)

    def action_select(self) -> None:
        """Post that the row under the cursor was chosen."""
        if self._cursor is not None:
            self.post_message(RowSelected(self, self._cursor))

    # -- events ---------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Rows may have been handed in before there was a loop to order them."""
        self._follow()

    def on_resize(self) -> None:
        """Columns are placed anew; the cursor stays on screen."""
        self._relay()
        self.scroll_view(self.top)
        self.show(self._cursor_index)

    def on_focus(self) -> None:
        """The cursor is drawn stronger."""
        self._repaint_cursor()

    def on_blur(self) -> None:
        """The cursor is drawn weaker."""
        self._repaint_cursor()

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, one on the cursor selects, one on a title sorts."""
        if event.y < self.head_lines:
            self._sort_at(event.x)
            return
        index = self.top + event.y - self.head_lines
        if index >= self.line_count:
            return
        if index == self._cursor_index:
            self.action_select()
        else:
            self._go(index)

    # -- drawing --------------------------------------------------------------------------------------------------

    def draw_head(self, y: int) -> Strip:  # noqa: ARG002 (there is one head line)
        """The titles; the sorted one carries its direction."""
        return self.line(self._painter.titles(self._sorted_by, reverse=self._rows.reverse))

    def draw(self, index: int) -> Strip:
        """One row."""
        drawn = self._at(index)
        self._remember(index - self.top, drawn)
        return self.line(self._painter.row(drawn.row, cursor=drawn.cursor, marked=drawn.marked))

    def forget_styles(self) -> None:
        """The theme changed."""
        self._painter.forget()

    def scrolled(self) -> None:
        """Nothing on screen is what it was."""
        self._drawn.clear()

    # -- keeping up -----------------------------------------------------------------------------------------------

    def _at(self, index: int) -> _Drawn:
        key = self._rows.key_at(index)
        row = self._rows.row(key) or Row(key, ())
        return _Drawn(row, key == self._cursor, key in self._marks)

    def _remember(self, y: int, drawn: _Drawn | None) -> None:
        while len(self._drawn) <= y:
            self._drawn.append(None)
        self._drawn[y] = drawn

    def _follow(self) -> None:
        """After rows or their order changed: keep the cursor on its key and its line, then repaint what differs."""
        self._ordering.follow()
        if self._marks and self._marks.prune(self._rows):
            self.post_message(MarksChanged(self, self.marks))
        index = self._rows.index_of(self._cursor) if self._cursor is not None else None
        before = self._cursor_index
        if index is None:
            index = max(0, min(before, self.line_count - 1))
        self._cursor_index = index
        self._point(self._rows.key_at(index) if self.line_count else None)
        if not self.is_mounted:
            return
        top = self.top
        self.top = max(0, min(top + (index - before if top or self.holds_lines else 0), self.line_count - self.page))
        if index < self.top or index >= self.top + self.page:
            self.top = max(0, min(index, index - self.page + 1 if index >= self.top else index))
        self._repaint()

    def _repaint(self) -> None:
        """Lay the new lines beside the drawn ones and repaint the cells that differ."""
        for y in range(self.page):
            index = self.top + y
            now = self._at(index) if index < self.line_count else None
            old = self._drawn[y] if y < len(self._drawn) else None
            if now != old:
                self._repaint_line(y + self.head_lines, old, now)
                self._remember(y, now)
        if self._bare != (not self.line_count):
            self._bare = not self.line_count
            self.refresh()

    def _repaint_line(self, y: int, old: _Drawn | None, now: _Drawn | None) -> None:
        if old is None or now is None or old.cursor != now.cursor:
            self.refresh(Region(0, y, self.size.width, 1))
            return
        if old.marked != now.marked or is_stale(old.row) != is_stale(now.row):
            self.refresh(Region(0, y, GUTTER, 1))
        for spot in self._painter.places:
            if old.row.cell(spot.index) != now.row.cell(spot.index):
                self.refresh(Region(spot.x, y, spot.width, 1))

    def _repaint_cursor(self) -> None:
        self._painter.forget()
        self.refresh_body(self._cursor_index)

    def _relay(self) -> None:
        if self.size.width:
            gap = 2 if self.size.width >= 100 else 1
            self._painter.places = place(self._columns, self.size.width, start=GUTTER, gap=gap)
        self._drawn.clear()
        self.refresh()

    def _go(self, index: int) -> None:
        if not self.line_count:
            return
        index = max(0, min(index, self.line_count - 1))
        old, self._cursor_index = self._cursor_index, index
        self._point(self._rows.key_at(index))
        self.show(index)
        if old != index:
            self._repaint()

    def _point(self, key: str | None) -> None:
        if key != self._cursor:
            self._cursor = key
            self.post_message(RowHighlighted(self, key))

    def _marks_changed(self) -> None:
        self._repaint()
        self.post_message(MarksChanged(self, self.marks))

    def _sort_at(self, x: int) -> None:
        for spot in self._painter.places:
            if spot.x <= x < spot.x + spot.width:
                again = spot.column.key == self._sorted_by
                self.sort_by(spot.column.key, reverse=not self._rows.reverse if again else None)
