"""What every view shares: two lines of chrome, the filter, the keys, and the way of a write."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Collection
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.types import CSSPathType
from textual.widget import Widget

from backends.model.snapshot import Snapshot
from console.actions import ACTIONS, action
from console.insight.radius import radius
from console.operations.plan import Plan
from console.state.session import Session
from console.targets import Targets
from console.tui import chrome, panel_help, writing
from console.tui.desk import Desk
from console.tui.keys import COMMON, view_bindings
from console.tui.operations import Operations, line
from console.views.radius import lines
from widgets.dialog import Answer, Dialog, Question
from widgets.dialog_body import DialogLine
from widgets.filterbar import FilterBar
from widgets.messages import FilterChanged, FilterClosed, FilterSubmitted, MarksChanged
from widgets.statusline import Segment, StatusLine

SAY_FOR_S = 12.0


class Asked(Message):
    """A view asks the app for something only the app can do: another view, a deeper one, other pods."""

    def __init__(self, what: str, subject: str = "") -> None:
        super().__init__()
        self.what = what
        self.subject = subject


class View(Screen[None]):
    """One view of the pod on the desk. Sub-classes compose a body, draw it, and say what is selected."""

    CSS_PATH: ClassVar[CSSPathType | None] = "view.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*view_bindings()]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (76, "-normal"), (110, "-wide")]  # noqa: RUF012 - Textual declares it without ClassVar

    TITLE_WORD = ""
    WAITS_FOR: tuple[str, ...] = ("slurm.nodes", "redfish")
    COMMAND = ""
    """The kind that `megapod get` lists, where there is one."""

    def __init__(self, desk: Desk, operations: Operations) -> None:
        super().__init__()
        self.desk = desk
        self.operations = operations
        self.filter_text = ""
        self._drawn: tuple[object, ...] = ()
        self._message: Timer | None = None
        self._check: Callable[[str], str] = str
        self._line: asyncio.Future[str | None] | None = None

    # -- for sub-classes ------------------------------------------------------------------------------------------

    @abstractmethod
    def body(self) -> ComposeResult:
        """The panes."""

    @abstractmethod
    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """Hand the panes what they show. `awaited` is what we wait for while there is nothing."""

    def selection(self) -> tuple[str, ...]:
        """The nodes an action is for: the marked ones, else what the cursor is on."""
        return ()

    def entity(self) -> str:
        """What `b` is about: the one node an action would be for, or what a sub-class has under its cursor."""
        nodes = self.selection()
        return f"node:{nodes[0]}" if len(nodes) == 1 else ""

    def marks(self) -> Collection[str]:
        """What is marked."""
        return ()

    def toggle_mark(self) -> None:
        """Mark what the cursor is on."""

    def clear_marks(self) -> None:
        """Unmark everything."""

    def counted(self) -> str:
        """How much is shown of how much."""
        return ""

    def title_text(self) -> str:
        """What one looks at."""
        return self.TITLE_WORD

    # -- drawing --------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Chrome, body, chrome."""
        glyphs = self.desk.glyphs
        yield StatusLine(glyphs=glyphs, bar=True, id="status")
        with Container(classes="body"):
            yield from self.body()
        yield StatusLine(glyphs=glyphs, id="progress")
        yield FilterBar(id="filter")
        yield FilterBar(id="ask")
        yield StatusLine(glyphs=glyphs, separator="  ", id="hints")

    def on_mount(self) -> None:
        """The first frame says what is known, or what we wait for."""
        self.redraw(force=True)

    def on_screen_resume(self) -> None:
        """What happened meanwhile is drawn."""
        self.redraw()

    def redraw(self, *, force: bool = False) -> None:
        """Draw what the desk holds now; the panes only if it differs from what they were handed."""
        if not self.is_mounted:
            return
        snapshot = self.desk.snapshot
        now = (self.desk.pod, snapshot, self.desk.ages_now() if snapshot else None)
        if force or now != self._drawn or snapshot is None or not snapshot.nodes:
            self._drawn = now
            self.draw(snapshot, self.desk.awaited(*self.WAITS_FOR))
        self.redraw_chrome()

    def redraw_chrome(self) -> None:
        """The status, progress and key lines."""
        desk = self.desk
        marked = len(self.marks())
        place = chrome.Place(title=self.title_text(), counted=self.counted(), filtered=self.filter_text, marked=marked)
        running = self.operations.running
        self.query_one("#status", StatusLine).show_segments(
            chrome.left(desk.pod or "no pod", place, desk.snapshot),
            chrome.right(desk.snapshots, desk.pod, desk.now(), desk.glyphs, len(running)),
        )
        progress = self.query_one("#progress", StatusLine)
        progress.set_class(bool(running), "-on")
        if running:
            more = f"  and {len(running) - 1} more" if len(running) > 1 else ""
            progress.show_segments(
                [Segment(line(running[0]) + more, "draining")], [Segment("operations", "muted", 1, "o")]
            )
        if not self.message_on:
            self._show_hints()

    @property
    def message_on(self) -> bool:
        """Whether the key line holds a message."""
        return self._message is not None

    def say(self, text: str, style: str = "accent") -> None:
        """One line to the operator, in the key line, until a while has passed or another key is pressed."""
        self._hush()
        self.query_one("#hints", StatusLine).show_segments([Segment(text, style)])
        self._message = self.set_timer(SAY_FOR_S, self._unsay)

    def _hush(self) -> None:
        if self._message is not None:
            self._message.stop()
        self._message = None

    def _unsay(self) -> None:
        self._hush()
        self._show_hints()

    def _show_hints(self) -> None:
        keys = [("enter", "open"), *((known.key, known.verb) for known in self.desk.actions())]
        keys += [(key.shown or key.key, key.text) for key in COMMON if key.hinted]
        keys.append(("1-6", "views"))
        snapshot = self.desk.snapshot
        note = "read-only: no drain, no resume" if snapshot is not None and snapshot.read_only else ""
        self.query_one("#hints", StatusLine).show_segments(chrome.hints(keys, note))

    # -- keys -----------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """An action of the registry that does not exist for this pod has no key either."""
        if action == "act":
            return any(known.id == parameters[0] for known in self.desk.actions())
        return True

    def on_key(self, event: events.Key) -> None:
        """A key that nobody wants ends a message; the key of an action that does not exist here says why."""
        missing = next((known for known in ACTIONS if known.key == event.character), None)
        if missing is not None and missing not in self.desk.actions():
            self.say(f"no {missing.verb} here: {self.desk.why_not()}", "warning")
        elif self.message_on:
            self._unsay()

    def action_view(self, name: str) -> None:
        """Another view."""
        self.post_message(Asked("view", name))

    def action_pods(self) -> None:
        """Another pod."""
        if len(self.desk.config.pods) > 1:
            self.post_message(Asked("pods"))
        else:
            self.say("there is only this pod")

    def action_operations(self) -> None:
        """What was begun from here."""
        self.post_message(Asked("operations"))

    def action_refresh(self) -> None:
        """Ask every source of the pod now."""
        session = self.desk.session
        if session is not None and self.desk.pod in session.pods:
            session.pods[self.desk.pod].poke()
            self.say("asking every source now")

    def action_quit(self) -> None:
        """Leave."""
        self.post_message(Asked("quit"))

    def action_mark(self) -> None:
        """Mark or unmark what the cursor is on."""
        self.toggle_mark()
        self.redraw_chrome()

    def action_back(self) -> None:
        """Undo the narrowest thing first: the filter, the marks, then the drill-in."""
        if self.filter_text:
            self._filter("")
        elif self.marks():
            self.clear_marks()
            self.redraw_chrome()
        else:
            self.post_message(Asked("back"))

    def action_help(self) -> None:
        """The keys that work here."""
        self._read(panel_help.question(self, self.title_text(), self.desk.why_not()))

    def action_blast(self) -> None:
        """What the thing under the cursor hits, and what it stands on."""
        snapshot, entity = self.desk.snapshot, self.entity()
        if snapshot is None or entity not in snapshot.topology.components:
            self.say("nothing here has a radius: put the cursor on a node, a job, a rack or a finding", "warning")
            return
        found = lines(radius(snapshot, entity))
        body = tuple(DialogLine(((line.text, line.style),)) for line in found)
        self._read(Question(title=f"blast radius of {entity}", body=body, yes="", no="Close"))

    def action_equivalent(self) -> None:
        """What one would have typed: for this view, and for what was begun last."""
        lines = [DialogLine((("this view, in a script", "title"),)), DialogLine(((f"  {self.command()}", "text"),))]
        began = self.operations.all[:1]
        for operation in began:
            lines.append(DialogLine(((f"{operation.plan.verb} {operation.plan.targets}, by hand", "title"),)))
            lines.extend(DialogLine(((f"  {text}", "text"),)) for text in operation.plan.commands)
        self._read(Question(title="the same in commands", body=tuple(lines), yes="", no="Close"))

    def command(self) -> str:
        """The headless way to what this view shows."""
        return f"megapod get {self.COMMAND or 'nodes'} --pod {self.desk.pod}"

    # -- filter ---------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Open the filter line."""
        self.query_one("#filter", FilterBar).open(self.filter_text)

    @on(FilterChanged, "#filter")
    def _filter_changed(self, event: FilterChanged) -> None:
        self._filter(event.text)

    @on(FilterSubmitted, "#filter")
    def _filter_submitted(self) -> None:
        self._close_bars()

    @on(FilterClosed, "#filter")
    def _filter_closed(self) -> None:
        self._close_bars()
        self._filter("")

    @on(MarksChanged)
    def _marks_changed(self) -> None:
        self.redraw_chrome()

    def _filter(self, text: str) -> None:
        self.filter_text = text
        self.redraw(force=True)

    def _close_bars(self) -> None:
        for bar in self.query(FilterBar):
            bar.shut()
        self.first_pane().focus()

    def first_pane(self) -> Widget:
        """Where the focus belongs."""
        return self.query(".pane").first()

    # -- writes ---------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="write")
    async def action_act(self, identity: str) -> None:
        """A write on what is selected, asked and confirmed step by step."""
        wanted = action(identity)
        nodes = self.selection()
        session = self.desk.session
        if session is None or not nodes:
            self.say(f"{wanted.verb} what? Put the cursor on a node, or mark some with space", "warning")
            return
        await writing.write(self, session, writing.Wish(action=wanted, targets=Targets(self.desk.pod, nodes)))

    def begin(self, session: Session, plan: Plan) -> None:
        """Run a confirmed plan; its progress is told above the key line."""
        self.operations.start(session, plan)
        self.clear_marks()
        self.redraw_chrome()

    async def show(self, question: Question) -> Answer:
        """Ask in a dialog."""
        return await self.app.push_screen_wait(Dialog(question, glyphs=self.desk.glyphs))

    async def ask_line(self, prompt: str, check: Callable[[str], str]) -> str | None:
        """Ask for one line of text that `check` finds nothing wrong with; None where the operator leaves."""
        self._check = check
        line: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._line = line
        self.query_one("#ask", FilterBar).open(prompt=prompt)
        try:
            return await line
        finally:
            self._line = None
            if self.is_attached:
                self._close_bars()

    @on(FilterChanged, "#ask")
    def _line_changed(self, event: FilterChanged) -> None:
        if event.text:
            self.query_one("#ask", FilterBar).explain("")

    @on(FilterSubmitted, "#ask")
    def _line_submitted(self, event: FilterSubmitted) -> None:
        wrong = self._check(event.text)
        if wrong:
            self.query_one("#ask", FilterBar).explain(wrong)
        elif self._line is not None and not self._line.done():
            self._line.set_result(event.text.strip())

    @on(FilterClosed, "#ask")
    def _line_closed(self) -> None:
        if self._line is not None and not self._line.done():
            self._line.set_result(None)

    def _read(self, question: Question) -> None:
        self.app.push_screen(Dialog(question, glyphs=self.desk.glyphs))
