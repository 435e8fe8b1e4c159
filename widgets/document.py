"""A long text in styled runs, to scroll through: JSON, a command's answer."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from widgets.line_view import LineView
from widgets.paint import Piece
from widgets.wrap import Run, runs_of


class Document(LineView):
    """Lines of runs of (text, style name). A long line is wrapped, never cut; the place stays where it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown,space", "page(1)", "Page down", show=False),
        Binding("home,g", "edge(-1)", "Top", show=False),
        Binding("end,G", "edge(1)", "Bottom", show=False),
    ]

    _given: tuple[tuple[Run, ...], ...] = ()
    _lines: tuple[tuple[Run, ...], ...] = ()

    def update(self, lines: Sequence[tuple[Run, ...]]) -> None:
        """All of it. Only lines that read differently are painted anew."""
        given = tuple(lines)
        if given == self._given:
            return
        self._given = given
        before, top = self._lines, self.top
        self._relay()
        if not self.is_mounted:
            return
        if len(before) != len(self._lines) or top != self.top:
            self.refresh()
            return
        for index, (old, new) in enumerate(zip(before, self._lines, strict=True)):
            if old != new:
                self.refresh_body(index)

    @property
    def line_count(self) -> int:
        """Lines, as wrapped."""
        return len(self._lines)

    def draw(self, index: int) -> Strip:
        """One line."""
        pieces: list[Piece] = [(text, self.base + self.palette[style]) for text, style in self._lines[index]]
        return self.line(pieces)

    def on_resize(self) -> None:
        """Lines are wrapped anew."""
        self._relay()
        self.refresh()

    def action_scroll(self, lines: int) -> None:
        """Up or down."""
        self.scroll_view(self.top + lines)

    def action_page(self, pages: int) -> None:
        """A page up or down."""
        self.scroll_view(self.top + pages * max(1, self.page - 1))

    def action_edge(self, side: int) -> None:
        """To the start or the end."""
        self.scroll_view(0 if side < 0 else self.line_count)

    def _relay(self) -> None:
        width = max(1, self.size.width or 80)
        self._lines = tuple(line for given in self._given for line in runs_of(given, width))
        self.top = max(0, min(self.top, len(self._lines) - self.page))
