"""A view that is one table: nodes, jobs, pods, operations. What its rows say comes from `console.views`."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult

from backends.model.snapshot import Snapshot
from console.select.error import SelectError
from console.select.field import Around, Kind
from console.select.kinds import NAMES
from console.tui.aside import Aside
from console.tui.desk import Desk
from console.tui.filter import ALL, Filter, keeper, kind_of, plain, read, undecided
from console.tui.operations import Operations
from console.tui.rows import Rows
from console.tui.screens.view import View
from console.views import cell as data
from console.words import UNKNOWN
from widgets.column import Column
from widgets.messages import OrderAwaited, RowSelected, Scrolled
from widgets.row import Row
from widgets.table import LineTable


class Made(NamedTuple):
    """The rows and columns of a snapshot's view."""

    snapshot: Snapshot
    view: data.View
    rows: list[Row]
    columns: tuple[Column, ...]


class TableView(View):
    """One table. Sub-classes say which view, and what enter opens."""

    LEAVE_OUT: ClassVar[tuple[str, ...]] = ()

    def __init__(self, desk: Desk, operations: Operations) -> None:
        super().__init__(desk, operations)
        self._rows = Rows(leave_out=self.LEAVE_OUT, wanted=desk.config.screen.columns)
        self._aside: Aside[Made] = Aside(self, self._show)
        self._pod = ""
        self._undecided = 0

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
        table.waiting = awaited
        if snapshot is None:
            self._aside.drop()
            table.update(())
            return
        lit = self.lit()
        self._aside.want(lambda: self._make(snapshot, lit), large=self.large(snapshot))

    def large(self, snapshot: Snapshot) -> bool:  # noqa: ARG002 - most tables are short
        """Whether its rows take longer to make than a key may wait: then `view` is called in a thread."""
        return False

    @property
    def busy(self) -> bool:
        """Whether what is on screen is about to be another."""
        return self._aside.busy or self.table.busy

    def _make(self, snapshot: Snapshot, lit: Collection[str]) -> Made:
        """In whichever thread: never two at once."""
        if snapshot.pod != self._pod:
            self._pod = snapshot.pod
            self._rows.forget()
        view = self.view(snapshot)
        rows = self._rows.rows(view, lit)
        return Made(snapshot, view, rows, self._rows.columns(view))

    def _show(self, made: Made) -> None:
        if made.snapshot.pod != self.desk.pod:  # one went on to another meanwhile
            return
        table = self.table
        if made.columns != table.columns:
            table.set_columns(made.columns)
        text = self.filter_text
        table.empty = f"nothing matches {text!r}; esc shows all" if text and made.rows else made.view.empty
        self._apply_filter(made.snapshot)
        table.update(made.rows)
        if self.large(made.snapshot):
            self.redraw_chrome()

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

    def jump_to(self, text: str) -> bool:
        """The row under the cursor, or the next one from there, around the end."""
        keys, at = self.table.shown_keys(), self.table.cursor_index
        found = next((key for key in (*keys[at:], *keys[:at]) if text in key.casefold()), None)
        return found is not None and self.table.move_to(found)

    def mark_nodes(self, names: Iterable[str]) -> int:
        """Those that have a row."""
        return self.table.mark(names) if self.COMMAND == "nodes" else 0

    def columns(self) -> tuple[str, ...]:
        """The table's."""
        return tuple(column.key for column in self.table.columns)

    def sort_by(self, column: str, *, reverse: bool | None) -> None:
        """The table; as its rows come where no column is named."""
        self.table.sort_by(column or None, reverse=reverse)

    def field_names(self) -> tuple[str, ...]:
        """Of the rows' kind."""
        snapshot = self.desk.snapshot
        return tuple(field.name for field in self._kind(snapshot).fields) if snapshot else ()

    def counted(self) -> str:
        """`12 of 72`, and how many may or may not belong to them; before that what still takes its time."""
        table = self.table
        if table.doing:
            return f"{table.doing}{self.desk.glyphs.ellipsis}"
        if not self.filter_text:
            return str(table.total or "")
        if table.filtering:
            return f"{UNKNOWN} of {table.total}"
        open_ = f", {self._undecided} not known" if self._undecided else ""
        return f"{table.line_count} of {table.total}{open_}"

    def chosen(self) -> tuple[str, ...]:
        """The marked rows in the table's order, else the one under the cursor."""
        table = self.table
        if table.marks:
            return tuple(key for key in table.shown_keys() if key in table.marks) or tuple(sorted(table.marks))
        return (table.cursor,) if table.cursor is not None else ()

    @on(RowSelected)
    def _row_selected(self, event: RowSelected) -> None:
        self.open(event.key)

    @on(OrderAwaited)
    def _order_awaited(self) -> None:
        self.redraw_chrome()

    @on(Scrolled)
    def _scrolled(self, event: Scrolled) -> None:
        event.stop()

    def kind_name(self, snapshot: Snapshot) -> str:  # noqa: ARG002 - one of the views shows several
        """The kind of things in the rows, as `megapod get` names it; empty for what it does not list."""
        return self.COMMAND if self.COMMAND in NAMES else ""

    def things(self) -> Mapping[str, object] | None:
        """The things of the rows by their keys, where they are not the snapshot's own."""
        return None

    def read_filter(self, text: str) -> Filter:
        """Fields of the rows' kind."""
        snapshot = self.desk.snapshot
        return plain(text) if snapshot is None else read(text, self._kind(snapshot))

    def _kind(self, snapshot: Snapshot) -> Kind[Any]:
        return kind_of(self.kind_name(snapshot), self.table.columns)

    def _apply_filter(self, snapshot: Snapshot) -> None:
        """Anew where the filter is another, and where a field that no cell shows may have changed."""
        name, wanted = self.kind_name(snapshot), self.filter
        now = (wanted, name, snapshot if wanted.of_facts else None)
        if now == self._filtered_by:
            return
        if wanted and name != self._filtered_by[1]:  # the rows are of another kind than when it was typed
            wanted = self._again(wanted.text)
            now = (wanted, name, snapshot if wanted.of_facts else None)
        self._filtered_by = now
        around = Around(snapshot, self.desk.now())
        kind, things = self._kind(snapshot), self.things()
        self._undecided = undecided(wanted, kind, around, things)
        self.table.filter_by(keeper(wanted, kind, around, things))

    def _again(self, text: str) -> Filter:
        try:
            self.filter = self.read_filter(text)
        except SelectError:
            self.filter = ALL
        self.filter_text = self.filter.text
        return self.filter

    _filtered_by: tuple[Filter, str, Snapshot | None] = (ALL, "", None)
