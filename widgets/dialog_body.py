"""The text of a dialog: ready-made lines, wrapped and scrolled."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.strip import Strip

from widgets.glyphs import UNICODE, GlyphSet
from widgets.line_view import LineView
from widgets.paint import Piece, clip, width_of
from widgets.wrap import Run, runs_of


class DialogLine(Struct, frozen=True):
    """A line of the body, in runs of (text, style name)."""

    runs: tuple[tuple[str, str], ...] = ()


class DialogBody(LineView):
    """The lines of the question; scrolled, wrapped, never cut. `beside` lines of the screen are taken by others."""

    DEFAULT_CSS = """
    DialogBody { height: auto; max-height: 100%; min-height: 0; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll(-1)", "up", show=False),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("pageup", "scroll(-8)", "page up", show=False),
        Binding("pagedown,space", "scroll(8)", "page down", show=False),
    ]

    def __init__(self, lines: Sequence[DialogLine], *, glyphs: GlyphSet = UNICODE, beside: int = 0) -> None:
        super().__init__(glyphs=glyphs)
        self._beside = beside
        self._given = tuple(lines)
        self._lines: list[tuple[Run, ...]] = []
        self._wrap(80)

    @property
    def line_count(self) -> int:
        """Lines of the body."""
        return len(self._lines)

    def draw(self, index: int) -> Strip:
        """One line; at the edge of what is hidden it says how much more there is."""
        last = index == self.top + self.page - 1 and index < self.line_count - 1
        if last:
            more = f"{self.glyphs.descending} {self.line_count - index} more lines"
            return self.line([(clip(more, self.size.width, self.glyphs.ellipsis), self.base + self.palette["muted"])])
        pieces: list[Piece] = []
        room = self.size.width
        for text, name in self._lines[index]:
            shown = clip(text, room, self.glyphs.ellipsis)
            pieces.append((shown, self.base + self.palette[name]))
            room -= width_of(shown)
        return self.line(pieces)

    def on_resize(self) -> None:
        """Lines are wrapped anew; if that makes more of them, the dialog grows."""
        before = len(self._lines)
        self._wrap(self.size.width)
        self.refresh(layout=len(self._lines) != before)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 (Textual's signature)
        """The lines it takes at a width, as far as the screen has them beside what else the dialog shows."""
        self._wrap(width)
        return min(len(self._lines), max(1, self.app.size.height - self._beside))

    def _wrap(self, width: int) -> None:
        self._lines = [line for given in self._given for line in runs_of(given.runs, max(1, width))]
        self.top = max(0, min(self.top, len(self._lines) - self.page))

    def action_scroll(self, lines: int) -> None:
        """Up or down."""
        self.scroll_view(self.top + lines)
