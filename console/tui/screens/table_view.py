"""A view that is one table: nodes, jobs, pods, operations. What its rows say comes from `console.views`."""

from collections.abc import Collection
from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from backends.model.snapshot import Snapshot
from console.tui.desk import Desk
from console.tui.operations import Operations
from console.tui.rows import Rows, matches
from console.tui.screens.view import View
from console.views import cell as data
from widgets.messages import RowSelected, Scrolled
from widgets.table import LineTable


class TableView(View):
    """One table. Sub-classes say which view, and what enter opens."""

    LEAVE_OUT: ClassVar[tuple[str, ...]] = ()

    def __init__(self, desk: Desk, operations: Operations) -> None:
        super().__init__(desk, operations)
        self._rows = Rows(leave_out=self.LEAVE_OUT)
        self._pod = ""

    def view(self, snapshot: Snapshot) -> data.View:
        """The table as data."""
        raise NotImplementedError

    def open(self, key: str) -> None:
        """Enter on a row."""

    def lit(self) -> Collection[str]:
        """Keys of rows to light up."""
        return ()

    @property
    def table(self) -> LineTable:
        """The table."""
        return self.query_one(LineTable)

    def body(self) -> ComposeResult:
        """The table alone."""
        yield LineTable((), glyphs=self.desk.glyphs, classes="pane")

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """The rows of the snapshot."""
        table = self.table
        if self.desk.pod != self._pod:
            self._pod = self.desk.pod
            self._rows.forget()
        if snapshot is None:
            table.waiting = awaited
            table.update(())
            return
        view = self.view(snapshot)
        rows = self._rows.rows(view, self.lit())
        columns = self._rows.columns(view)
        if columns != table.columns:
            table.set_columns(columns)
        table.waiting = awaited
        text = self.filter_text
        table.empty = f"nothing matches {text!r}; esc shows all" if text and rows else view.empty
        self._apply_filter(table, text)
        table.update(rows)

    def marks(self) -> Collection[str]:
        """The marked rows."""
        return self.table.marks

    def toggle_mark(self) -> None:
        """Mark the row, and go on to the next: a run of rows is a run of spaces."""
        self.table.toggle_mark()
        self.table.action_move(1)

    def clear_marks(self) -> None:
        """Unmark every row."""
        self.table.clear_marks()

    def counted(self) -> str:
        """`12 of 72`."""
        table = self.table
        return f"{table.line_count} of {table.total}" if self.filter_text else str(table.total or "")

    def chosen(self) -> tuple[str, ...]:
        """The marked rows in the table's order, else the one under the cursor."""
        table = self.table
        if table.marks:
            return tuple(key for key in table.shown_keys() if key in table.marks) or tuple(sorted(table.marks))
        return (table.cursor,) if table.cursor is not None else ()

    @on(RowSelected)
    def _row_selected(self, event: RowSelected) -> None:
        self.open(event.key)

    @on(Scrolled)
    def _scrolled(self, event: Scrolled) -> None:
        event.stop()

    def _apply_filter(self, table: LineTable, text: str) -> None:
        if text != self._filtered_by:
            self._filtered_by = text
            table.filter_by((lambda row: matches(row, text)) if text else None)

    _filtered_by = ""
