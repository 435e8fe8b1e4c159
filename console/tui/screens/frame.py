"""The frame around every view: two lines of chrome, what is said in them, and when the panes are drawn anew."""

from abc import abstractmethod
from collections.abc import Collection
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.timer import Timer
from textual.widget import Widget

from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.state.kept import very
from console.tui import chrome
from console.tui.desk import Desk
from console.tui.keys import COMMON
from console.tui.operations import Operations, line
from widgets.filterbar import FilterBar
from widgets.prompt_screen import PromptScreen
from widgets.statusline import Segment, StatusLine

SAY_FOR_S = 12.0
_EARLIER = (("tab", "complete"), ("up", "earlier"))
_TYPED = {
    "filter": (("enter", "keep"), ("esc", "show all"), *_EARLIER),
    "command": (("enter", "do it"), ("esc", "leave"), *_EARLIER),
    "ask": (("enter", "go on"), ("esc", "leave")),
    "jump": (("enter", "stay there"), ("esc", "leave")),
}
"""What the keys do in a line that is typed into."""
_SEVERITY = {"critical": Severity.CRITICAL, "warning": Severity.WARNING}


class Frame(PromptScreen[None]):
    """A screen of one pod's snapshot between a status line and a key line. Sub-classes compose a body and draw it."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (76, "-normal"), (110, "-wide")]  # noqa: RUF012 - Textual declares it without ClassVar

    TITLE_WORD = ""
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Keys of this view that the key line tells, with what they are called."""
    WAITS_FOR: tuple[str, ...] = ("slurm.nodes", "redfish")

    def __init__(self, desk: Desk, operations: Operations) -> None:
        super().__init__()
        self.set_class(desk.glyphs.name == "ascii", "-ascii")
        self.desk = desk
        self.operations = operations
        self.filter_text = ""
        self._drawn: tuple[object, ...] = ()
        self._message: Timer | None = None

    @abstractmethod
    def body(self) -> ComposeResult:
        """The panes."""

    @abstractmethod
    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """Hand the panes what they show. `awaited` is what we wait for while there is nothing."""

    def made_of(self, snapshot: Snapshot) -> tuple[object, ...]:
        """What the panes tell of the pods: they are drawn anew when one of these is another object."""
        return snapshot.told

    def marks(self) -> Collection[str]:
        """What is marked."""
        return ()

    def counted(self) -> str:
        """How much is shown of how much."""
        return ""

    def title_text(self) -> str:
        """What one looks at."""
        return self.TITLE_WORD

    def first_pane(self) -> Widget:
        """Where the focus belongs."""
        return self.query(".pane").first()

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
        yield FilterBar(":", id="command")
        yield FilterBar("go to ", id="jump")
        yield StatusLine(glyphs=glyphs, separator="  ", id="hints")

    def on_mount(self) -> None:
        """The first frame says what is known, or what we wait for."""
        self.redraw(force=True)

    def on_screen_resume(self) -> None:
        """What happened meanwhile is drawn, at the size the terminal has by now."""
        fitting = [name for least, name in self.HORIZONTAL_BREAKPOINTS if self.app.size.width >= least]
        for _, name in self.HORIZONTAL_BREAKPOINTS:  # Textual 8.2 tells only the screen in front of a new size
            self.set_class(name == fitting[-1], name)
        self.redraw()

    def redraw(self, *, force: bool = False) -> None:
        """Draw what the desk holds now; the panes only if it differs from what they were handed."""
        if not self.is_mounted:
            return
        snapshot = self.desk.snapshot
        told = (self.desk.ages_now(), *self.made_of(snapshot)) if snapshot else ()
        now = (self.desk.chosen, *told)
        if force or not very(now, self._drawn) or snapshot is None or not snapshot.nodes:
            self._drawn = now
            self.draw(snapshot, self.desk.awaited(*self.WAITS_FOR))
        self.redraw_chrome()

    def redraw_chrome(self) -> None:
        """The status, progress and key lines."""
        desk = self.desk
        marked = len(self.marks())
        place = chrome.Place(
            title=self.title_text(),
            path=self._crumbs(),
            counted=self.counted(),
            filtered=self.filter_text,
            marked=marked,
        )
        running = self.operations.running
        self.query_one("#status", StatusLine).show_segments(
            chrome.left(desk.pod or "no pod", place, desk.snapshot),
            chrome.right(
                desk.snapshots, desk.pod, desk.now(), desk.glyphs, running=len(running), requests=desk.requests
            ),
        )
        progress = self.query_one("#progress", StatusLine)
        progress.set_class(bool(running), "-on")
        if running:
            more = [Segment(f"and {len(running) - 1} more", "draining")] if len(running) > 1 else []
            progress.show_segments(
                [Segment(line(running[0]), "draining")], [*more, Segment("operations", "muted", 1, "o")]
            )
        if not self.message_on:
            self._show_hints()

    def _crumbs(self) -> tuple[str, ...]:
        """The views one came through to this one."""
        stack = self.app.screen_stack
        above = stack[: stack.index(self)] if self in stack else []
        return tuple(screen.TITLE_WORD or screen.title_text() for screen in above if isinstance(screen, Frame))

    @property
    def message_on(self) -> bool:
        """Whether the key line holds a message."""
        return self._message is not None

    def say(self, text: str, style: str = "accent") -> None:
        """One line to the operator, in the key line, until a while has passed or another key is pressed.

        It can be read again among the events.
        """
        self._hush()
        self.desk.note(text, _SEVERITY.get(style, Severity.OK))
        self.query_one("#hints", StatusLine).show_segments([Segment(text, style)])
        self._message = self.set_timer(SAY_FOR_S, self._unsay)

    def _hush(self) -> None:
        if self._message is not None:
            self._message.stop()
        self._message = None

    def _unsay(self) -> None:
        self._hush()
        self._show_hints()

    def on_descendant_focus(self) -> None:
        """What the keys do follows the focus: in a line that is typed into, letters are letters."""
        if not self.message_on:
            self._show_hints()

    def _show_hints(self) -> None:
        bar = next((one for one in self.query(FilterBar) if one.is_open), None)
        if bar is not None:
            self.query_one("#hints", StatusLine).show_segments(chrome.hints(_TYPED.get(bar.id or "", ())))
            return
        keys = [
            ("enter", "open"),
            *self.HINTS,
            *((self.desk.keymap.sign(known.id), known.verb) for known in self.desk.actions() if known.hinted),
        ]
        keys += [(self.desk.keymap.sign(key.name), key.text) for key in COMMON if key.hinted]
        keys.append(("0-8", "views"))
        snapshot = self.desk.snapshot
        note = "read-only: no drain, no resume" if snapshot is not None and snapshot.read_only else ""
        self.query_one("#hints", StatusLine).show_segments(chrome.hints(keys, note))
