"""Lines that are only read: scrolled by keys, laid out anew at another width, repainted where they read differently."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from widgets.line_view import LineView


class Reader(LineView):
    """No cursor: the keys move the text. Sub-classes lay out what they were given as lines that compare by value."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll(-1)", "move", show=False),
        Binding("down,j", "scroll(1)", "move", show=False),
        Binding("pageup", "page(-1)", "page", show=False),
        Binding("pagedown,space", "page(1)", "page", show=False),
        Binding("home,g", "edge(-1)", "ends", show=False),
        Binding("end,G", "edge(1)", "ends", show=False),
    ]

    def lay(self, width: int) -> None:
        """Lay out what was given, for a width in columns."""
        raise NotImplementedError

    def laid(self) -> tuple[Sequence[object], object]:
        """The lines as they are laid out, and whatever else moves all of them when it changes."""
        raise NotImplementedError

    @property
    def line_count(self) -> int:
        """The lines there are."""
        return len(self.laid()[0])

    def follow(self) -> None:
        """Something else was given: only lines that read differently are painted anew."""
        (before, moved), top = self.laid(), self.top
        self._relay()
        if not self.is_mounted:
            return
        now, moves = self.laid()
        if len(before) != len(now) or moved != moves or top != self.top:
            self.refresh()
            return
        for index, (old, new) in enumerate(zip(before, now, strict=True)):
            if old != new:
                self.refresh_body(index)

    def action_scroll(self, lines: int) -> None:
        """Up or down."""
        self.scroll_view(self.top + lines)

    def action_page(self, pages: int) -> None:
        """A page up or down."""
        self.scroll_view(self.top + pages * max(1, self.page - 1))

    def action_edge(self, side: int) -> None:
        """To the start or the end."""
        self.scroll_view(0 if side < 0 else self.line_count)

    def on_resize(self) -> None:
        """The lines are wrapped anew."""
        self._relay()
        self.refresh()

    def _relay(self) -> None:
        self.lay(max(1, self.size.width or 80))
        self.top = max(0, min(self.top, self.line_count - self.page))
