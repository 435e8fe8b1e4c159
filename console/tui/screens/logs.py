"""Logs of one thing: its controller's, its journal, its output, or what happened to it; filtered, and followed."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.types import CSSPathType

from backends.model.log import LogEntry
from backends.model.snapshot import Snapshot
from console.tui import happened, log_watch
from console.tui.desk import Desk
from console.tui.log_watch import EVENTS, LogWatch
from console.tui.operations import Operations
from console.tui.screens.table_view import TableView
from console.tui.sections import drawn
from console.views import cell as data
from console.views import log_lines
from console.views.happenings import newest
from console.words import count
from widgets.describe import Describe
from widgets.messages import RowHighlighted

_WAITS = {
    log_watch.CONTROLLER: "asking the controller …",
    log_watch.JOURNAL: "asking journalctl on the node, over SSH …",
    log_watch.OUTPUT: "reading the job's output on the head node …",
}
_EMPTY = {
    log_watch.CONTROLLER: "the controller's log is empty",
    log_watch.JOURNAL: "the journal is empty, or this user may not read it",
    log_watch.OUTPUT: "it has written nothing yet",
    EVENTS: "nothing has happened to it since megapod looks",
}


class LogsView(TableView):
    """The lines of a log, the newest last; while the cursor is on the last one, it stays there."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["view.tcss", "logs.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("c", "origin", "the next log", show=False)]
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (("c", "other log"), ("G", "follow"))

    def __init__(self, desk: Desk, operations: Operations, entity: str) -> None:
        super().__init__(desk, operations)
        self._of = log_watch.subject(desk.pod, entity, desk.snapshot)
        self._origin = self._of.origins[0]
        self._watch = LogWatch()
        self._counted: tuple[object, ...] = ()
        self._known: dict[str, LogEntry] = {}
        self._told: tuple[tuple[object, ...], data.View] | None = None

    def body(self) -> ComposeResult:
        """The lines, and the one under the cursor in full."""
        yield from super().body()
        yield Describe(glyphs=self.desk.glyphs, empty="", id="line")

    def on_mount(self) -> None:
        """The first frame, then the log."""
        super().on_mount()
        self._read_on()

    def view(self, snapshot: Snapshot) -> data.View:  # noqa: ARG002 - a log is what its writer says
        """Every line that is kept; put together anew only when there is a new one: it may be thousands."""
        counted = (self._origin, *self._count())
        if self._told is None or self._told[0] != counted:
            entries = self._happened() if self._origin == EVENTS else list(self._watch.entries)
            self._known = {log_lines.key_of(entry): entry for entry in entries}
            self._told = counted, log_lines.view(entries, self.desk.now(), self._empty())
        return self._told[1]

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """The lines; the cursor goes with the end where it was there."""
        table = self.table
        following = table.cursor is None or table.cursor_index >= table.line_count - 1
        waits = "" if self._origin == EVENTS or self._watch.asked else _WAITS[self._origin]
        super().draw(snapshot, waits or ("" if snapshot else awaited))
        if following:
            table.action_edge(1)
        self._counted = self._count()
        self._detail()

    def redraw_chrome(self) -> None:
        """It moves on when a line comes."""
        if self._counted != self._count():
            self.draw(self.desk.snapshot, self.desk.awaited(*self.WAITS_FOR))
        super().redraw_chrome()

    def title_text(self) -> str:
        """`logs of gpu001: journal`."""
        return f"logs of {self._of.title}: {self._origin}"

    def counted(self) -> str:
        """Lines, whether it follows, and what could not be read of it."""
        table = self.table
        at_end = table.cursor_index >= table.line_count - 1
        told = [super().counted(), "following" if at_end and table.total and self._origin != EVENTS else ""]
        if self._watch.problems:
            told.append(count(len(self._watch.problems), "problem"))
        return ", ".join(word for word in told if word)

    def entity(self) -> str:
        """What the log is of."""
        return self._of.entity if len(self._of.nodes) < 2 or self._of.job else ""

    def selection(self) -> tuple[str, ...]:
        """The nodes that it is of."""
        snapshot = self.desk.snapshot
        return tuple(name for name in self._of.nodes if snapshot is not None and name in snapshot.nodes)

    def command(self) -> str:
        """The same log in a shell."""
        pod = f"--pod {self.desk.pod}"
        if self._origin == log_watch.OUTPUT:
            return f"megapod logs --job {self._of.job} -f {pod}"
        if self._origin == EVENTS or not self._of.nodes:
            return f"megapod events --follow {pod}"
        origin = "journal" if self._origin == log_watch.JOURNAL else "bmc"
        nodes = self._of.title if not self._of.job else f"@job:{self._of.job}"
        return f"megapod logs {nodes} --from {origin} -f {pod}"

    def action_origin(self) -> None:
        """The next log that there is of it."""
        origins = self._of.origins
        if len(origins) == 1:
            self.say("there is no other log of it")
            return
        self._origin = origins[(origins.index(self._origin) + 1) % len(origins)]
        self._watch.forget()
        self._rows.forget()
        self._read_on()
        self.redraw(force=True)

    def _read_on(self) -> None:
        """Read on from here; a log that was read before is let go."""
        self.workers.cancel_group(self, "log")
        session = self.desk.session
        if session is not None and self._origin != EVENTS:
            work = self._watch.follow(session, self._of, self._origin)
            self.run_worker(work, group="log", exclusive=True)

    def _happened(self) -> list[LogEntry]:
        """What happened to it, as lines of a log."""
        entities = {self._of.entity, *(f"node:{name}" for name in self._of.nodes)}
        told = [one for one in happened.told(self.desk, self.operations) if one.entity in entities]
        return [
            LogEntry(
                node=one.entity.partition(":")[2],
                log=EVENTS,
                id=one.key,
                at=one.at,
                severity=one.severity,
                by=one.source,
                message=one.text,
            )
            for one in reversed(newest(told))
        ]

    def _empty(self) -> str:
        failed = self._watch.problems and self._origin != EVENTS
        return "it could not be read: see below" if failed else _EMPTY[self._origin]

    def _count(self) -> tuple[object, ...]:
        if self._origin == EVENTS:
            return happened.count(self.desk, self.operations)
        return (self._watch.number,)

    @on(RowHighlighted)
    def _detail(self) -> None:
        """The line under the cursor whole, and what could not be read."""
        entry = self._known.get(self.table.cursor or "")
        sections = [log_lines.whole(entry)] if entry is not None else []
        if self._origin != EVENTS and self._watch.problems:
            sections.append(log_lines.problems(self._watch.problems))
        pane = self.query_one("#line", Describe)
        pane.display = bool(sections)
        pane.update(drawn(sections))
