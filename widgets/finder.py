"""The command palette: one line to type in, and under it all that it could mean, the nearest first."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec import Struct
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from widgets.column import Column
from widgets.glyphs import UNICODE, GlyphSet
from widgets.line_input import LineInput
from widgets.messages import RowSelected
from widgets.paint import Align
from widgets.row import Cell, Row
from widgets.table import LineTable


class Choice(Struct, frozen=True):
    """Something to choose: what it is called, what it does, and the key that does it without the palette."""

    id: str
    name: str
    help: str = ""
    key: str = ""


Find = Callable[[str], Sequence[Choice]]
"""What a text could mean, the nearest first."""


class Finder(ModalScreen[Choice | None]):
    """Asks `find` at every key; enter takes what is under the cursor, escape nothing."""

    AUTO_FOCUS = "Input"

    DEFAULT_CSS = """
    Finder { align: center top; background: transparent; }
    Finder > .box { width: 72; max-width: 100%; height: 80%; margin: 1 0 0 0; padding: 0 1;
        border: round $primary; background: $surface; border-title-color: $primary; border-title-style: bold; }
    Finder.-ascii > .box { border: ascii $primary; }
    Finder Input { height: 1; border: none; padding: 0; background: $panel; }
    Finder Input:focus { border: none; }
    Finder LineTable { background: $surface; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
    ]

    def __init__(self, find: Find, *, title: str, glyphs: GlyphSet = UNICODE) -> None:
        super().__init__()
        self._find = find
        self._title = title
        self._glyphs = glyphs
        self.set_class(glyphs.name == "ascii", "-ascii")
        self._found: dict[str, Choice] = {}

    def compose(self) -> ComposeResult:
        """The line and the list."""
        with Vertical(classes="box") as box:
            box.border_title = Text(self._title)
            field = LineInput(placeholder="a command, a view, a node, a job …", compact=True)
            field.cursor_blink = False
            yield field
            yield LineTable(
                (
                    Column(key="name", title="", min_width=16, max_width=22, middle=True),
                    Column(key="help", title="", min_width=16, flex=4),
                    Column(key="key", title="", width=6, align=Align.RIGHT),
                ),
                glyphs=self._glyphs,
                empty="nothing is called so",
            )

    def on_mount(self) -> None:
        """All there is."""
        self._show("")

    def action_leave(self) -> None:
        """Nothing was chosen."""
        self.dismiss(None)

    def action_move(self, lines: int) -> None:
        """The cursor of the list, while the line has the focus."""
        self.query_one(LineTable).action_move(lines)

    def action_page(self, pages: int) -> None:
        """A page of it."""
        self.query_one(LineTable).action_page(pages)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._show(event.value)

    @on(Input.Submitted)
    def _taken(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(self._found.get(self.query_one(LineTable).cursor or ""))

    @on(RowSelected)
    def _selected(self, event: RowSelected) -> None:
        event.stop()
        self.dismiss(self._found.get(event.key))

    def _show(self, text: str) -> None:
        self._found = {one.id: one for one in self._find(text)}
        table = self.query_one(LineTable)
        table.update(
            [
                Row(one.id, (Cell(one.name, "title"), Cell(one.help, "muted"), Cell(one.key, "key")))
                for one in self._found.values()
            ]
        )
        table.action_edge(-1)
