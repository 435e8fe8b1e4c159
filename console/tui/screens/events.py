"""Events: what has happened, newest first: changes, the controllers' own words, operations, and what was said here."""

from math import inf
from time import perf_counter
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.types import CSSPathType

from backends.model.snapshot import Snapshot
from console.tui import happened
from console.tui.desk import Desk
from console.tui.operations import Operations
from console.tui.screens.table_view import TableView
from console.tui.screens.view import Asked
from console.tui.sections import drawn
from console.views import cell as data
from console.views import happenings
from widgets.describe import Describe
from widgets.messages import RowHighlighted
from widgets.table import LineTable

EVERY_S = 1.9
"""Between two looks at a storm of events, a tick of the app less: the lines that move on cost as much as those that
come (`tests/bench/bench_views.py`)."""


class EventsView(TableView):
    """One line each. Enter goes to what it is about."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["view.tcss", "logs.tcss"]
    TITLE_WORD = "events"
    COMMAND = "events"
    WAITS_FOR = ("slurm", "redfish")
    LEAVE_OUT = ("entity",)
    """What happened names it; a column of its own would leave half a line for the words."""

    def __init__(self, desk: Desk, operations: Operations) -> None:
        super().__init__(desk, operations)
        self._counted: tuple[object, ...] = ()
        self._told_s = -inf
        self._known: data.View | None = None

    def body(self) -> ComposeResult:
        """The lines, and the one under the cursor in full."""
        table = LineTable((), glyphs=self.desk.glyphs, classes="pane")
        table.holds_lines = True
        yield table
        yield Describe(glyphs=self.desk.glyphs, empty="", id="line")

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """Both. The cursor goes with the newest where it was there; what is read further down stays where it is."""
        following = self._following
        super().draw(snapshot, awaited)
        if following:
            self.table.action_edge(-1)
        self._detail()

    @property
    def _following(self) -> bool:
        """Whether the cursor is on the newest line."""
        table = self.table
        return not table.cursor_index and table.sorted_by == (None, False)

    def counted(self) -> str:
        """Lines, and whether it follows."""
        counted = super().counted()
        return f"{counted}, following" if counted and self._following else counted

    @on(RowHighlighted)
    def _detail(self) -> None:
        """The whole of what a line has only the beginning of."""
        told = self._current()
        pane = self.query_one("#line", Describe)
        pane.display = told is not None
        if told is not None:
            pane.update(drawn((happenings.whole(told),)))

    def view(self, snapshot: Snapshot) -> data.View:  # noqa: ARG002 - what happened is kept beside the snapshot
        """Everything that is kept. It is put in order anew only when something has happened: it may be thousands."""
        if self._known is None or self._due:
            self._counted, self._told_s = happened.count(self.desk, self.operations), perf_counter()
            self._known = happenings.view(happened.told(self.desk, self.operations), self.desk.now())
        return self._known

    @property
    def _due(self) -> bool:
        """Whether there is more to tell: at once after a while of nothing, else with what comes in a while."""
        counted = happened.count(self.desk, self.operations)
        another = counted[:1] != self._counted[:1]  # the pod
        return another or (counted != self._counted and perf_counter() - self._told_s >= EVERY_S)

    def redraw_chrome(self) -> None:
        """It moves on when something happens, not only when a snapshot comes."""
        if self._due:
            self.draw(self.desk.snapshot, "")
        super().redraw_chrome()

    def command(self) -> str:
        """The controllers' events; what was done is in the audit."""
        return f"megapod events --follow --pod {self.desk.pod}; megapod audit --since 30m"

    def entity(self) -> str:
        """What the event is about."""
        told = self._current()
        return told.entity if told is not None else ""

    def _current(self) -> happenings.Told | None:
        """The one under the cursor."""
        key = self.table.cursor
        return next((one for one in happened.told(self.desk, self.operations) if one.key == key), None)

    def selection(self) -> tuple[str, ...]:
        """The node it is about, where it is about one that is known."""
        kind, _, name = self.entity().partition(":")
        snapshot = self.desk.snapshot
        return (name,) if kind == "node" and snapshot is not None and name in snapshot.nodes else ()

    def open(self, key: str) -> None:  # noqa: ARG002 - the event under the cursor is the one
        """What it is about: the node, the part of the plant, the sources, the operations."""
        entity, snapshot = self.entity(), self.desk.snapshot
        kind, _, name = entity.partition(":")
        if kind == "operation":
            self.post_message(Asked("operations"))
        elif kind == "source":
            self.post_message(Asked("view", "health"))
        elif kind == "node" and snapshot is not None and name in snapshot.nodes:
            self.post_message(Asked("node", name))
        elif snapshot is not None and entity in snapshot.components:
            self.post_message(Asked("component", entity))
