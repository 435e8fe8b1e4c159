"""What our line-API widgets share: palette, glyphs, a scroll offset of their own, and repainting what changed.

They scroll by an integer of their own rather than by Textual's `virtual_size`, because changing that one lays the whole
screen out again and repaints it: a job that enters the queue would cost a full screen of bytes. No scroll bars either;
the screen's chrome says "12 of 72".
"""

from collections.abc import Iterable

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from widgets.glyphs import UNICODE, GlyphSet, plain
from widgets.messages import Scrolled
from widgets.paint import Align, Piece, fit, strip_of
from widgets.palette import Palette


class LineView(Widget, can_focus=True):
    """A widget that draws lines. Sub-classes say how many there are and draw one.

    `empty` is drawn when there is nothing to show, `waiting` (what we wait for) instead of it until that is cleared.
    Neither is ever drawn over data.
    """

    DEFAULT_CSS = """
    LineView { width: 1fr; height: 1fr; background: $background; color: $foreground; }
    """

    head_lines = 0
    """Lines pinned at the top."""

    def __init__(
        self,
        *,
        glyphs: GlyphSet = UNICODE,
        empty: str = "",
        id: str | None = None,  # noqa: A002 (Textual's own name)
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.glyphs = glyphs
        self.top = 0
        self._empty = empty
        self._waiting = ""
        self._palette: Palette | None = None
        self._base: Style | None = None

    @property
    def line_count(self) -> int:
        """Lines there are to scroll over, head excluded."""
        raise NotImplementedError

    def draw(self, index: int) -> Strip:
        """One line of the body."""
        raise NotImplementedError

    def draw_head(self, y: int) -> Strip:
        """One pinned line."""
        raise NotImplementedError

    @property
    def page(self) -> int:
        """Body lines on screen."""
        return max(0, self.size.height - self.head_lines)

    @property
    def empty(self) -> str:
        """What is said when there is nothing."""
        return self._empty

    @empty.setter
    def empty(self, text: str) -> None:
        if text != self._empty:
            self._empty = text
            self._repaint_if_bare()

    @property
    def waiting(self) -> str:
        """What we wait for; empty when nothing."""
        return self._waiting

    @waiting.setter
    def waiting(self, text: str) -> None:
        if text != self._waiting:
            self._waiting = text
            self._repaint_if_bare()

    @property
    def palette(self) -> Palette:
        """The styles of the theme in use."""
        if self._palette is None:
            self._palette = Palette(self.app.theme_variables)
        return self._palette

    @property
    def base(self) -> Style:
        """Plain text on the widget's background. Default colours are left out: they cost escapes and say nothing."""
        if self._base is None:
            style = self.rich_style
            self._base = Style(
                color=None if style.color is None or style.color.is_default else style.color,
                bgcolor=None if style.bgcolor is None or style.bgcolor.is_default else style.bgcolor,
            )
        return self._base

    def cursor_style(self, name: str, *, stale: bool = False) -> Style:
        """A named style on the line under the cursor, stronger where the widget has the focus."""
        row = self.palette.cursor if self.has_focus else self.palette.cursor_blurred
        if self.palette.flat:
            return self.base + row
        own = self.palette["stale" if stale else name]
        return self.base + row + Style(color=own.color, bgcolor=own.bgcolor, bold=own.bold, dim=own.dim)

    def notify_style_update(self) -> None:
        """Textual says that styles or the theme changed."""
        super().notify_style_update()
        self._palette = None
        self._base = None
        self.forget_styles()
        self.refresh()

    def forget_styles(self) -> None:
        """For sub-classes that keep styles."""

    def render_line(self, y: int) -> Strip:
        """The line at `y` of the widget."""
        if y < self.head_lines:
            return self.draw_head(y)
        index = self.top + y - self.head_lines
        if index < self.line_count:
            return self.draw(index)
        if not self.line_count and y == self.head_lines + min(1, max(0, self.page - 1)):
            return self._bare_line()
        return self.line(())

    def line(self, pieces: Iterable[Piece], base: Style | None = None) -> Strip:
        """Pieces as a line of the widget's width, in ASCII alone where the glyphs are."""
        if self.glyphs.name == "ascii":
            pieces = [(plain(text), style) for text, style in pieces]
        return strip_of(pieces, self.size.width, base or self.base)

    def scroll_view(self, top: int) -> None:
        """Show the body from line `top` on, as far as there is one."""
        top = max(0, min(top, self.line_count - self.page))
        if top != self.top:
            self.top = top
            self.refresh()
            self.scrolled()
            self.post_message(Scrolled(self))

    def scrolled(self) -> None:
        """For sub-classes that remember what is drawn."""

    def show(self, index: int) -> None:
        """Scroll as little as brings a line on screen; nothing before there is a screen."""
        if not self.page:
            return
        if index < self.top:
            self.scroll_view(index)
        elif index >= self.top + self.page:
            self.scroll_view(index - self.page + 1)

    def refresh_body(self, index: int, x: int = 0, width: int | None = None) -> None:
        """Repaint one line of the body, or a part of it, if it is on screen."""
        y = index - self.top + self.head_lines
        if self.head_lines <= y < self.size.height:
            self.refresh(Region(x, y, self.size.width if width is None else width, 1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Three lines a notch."""
        event.stop()
        self.scroll_view(self.top + 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Three lines a notch."""
        event.stop()
        self.scroll_view(self.top - 3)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 (Textual's signature)
        """The lines there are, for `height: auto`."""
        return self.line_count + self.head_lines

    def _bare_line(self) -> Strip:
        text = self._waiting or self._empty
        style = self.base + self.palette["muted"]
        return self.line([(fit(text, self.size.width, Align.CENTER, self.glyphs.ellipsis), style)])

    def _repaint_if_bare(self) -> None:
        if self.is_mounted and not self.line_count:
            self.refresh()
