"""One line of chrome: segments at the left and at the right; what matters least goes first when it is narrow."""

from collections.abc import Sequence

from msgspec import Struct
from textual import events
from textual.keys import _character_to_key
from textual.strip import Strip

from widgets.glyphs import UNICODE, GlyphSet
from widgets.line_view import LineView
from widgets.paint import Piece, clip, width_of


class Segment(Struct, frozen=True):
    """A ready-made text, with a key's hint before it. `priority` 0 is never dropped, the highest number goes first.

    A click on it does what `action` of the screen does, else what its key does.
    """

    text: str
    style: str = ""
    priority: int = 0
    key: str = ""
    action: str = ""


_NAMED = {"esc": "escape", "^p": "ctrl+p"}


class StatusLine(LineView, can_focus=False):
    """Segments, repainted only when the line reads differently."""

    DEFAULT_CSS = """
    StatusLine { width: 1fr; height: 1; }
    """

    def __init__(
        self,
        *,
        glyphs: GlyphSet = UNICODE,
        bar: bool = False,
        separator: str = "  ",
        id: str | None = None,  # noqa: A002 (Textual's own name)
        classes: str | None = None,
    ) -> None:
        super().__init__(glyphs=glyphs, id=id, classes=classes)
        self._bar = bar
        self._separator = separator
        self._left: tuple[Segment, ...] = ()
        self._right: tuple[Segment, ...] = ()

    def show_segments(self, left: Sequence[Segment], right: Sequence[Segment] = ()) -> None:
        """What the line says from now on."""
        if (tuple(left), tuple(right)) != (self._left, self._right):
            self._left, self._right = tuple(left), tuple(right)
            self.refresh()

    @property
    def line_count(self) -> int:
        """One."""
        return 1

    def draw(self, index: int) -> Strip:  # noqa: ARG002 (there is one line)
        """The line: as many segments as fit, the left ones before the right ones of one priority."""
        left, right = self._fitting()
        width = self.size.width
        ground = self.base + self.palette["bar"] if self._bar else self.base
        first, last = self._pieces(left), self._pieces(right)
        used = sum(width_of(text) for text, _ in last)
        room = max(0, width - used - 1 if last else width)
        pieces: list[Piece] = []
        for text, style in first:
            shown = clip(text, room, self.glyphs.ellipsis)
            pieces.append((shown, style))
            room -= width_of(shown)
        return self.line([*pieces, (" " * (room + 1 if last else room), ground), *last], ground)

    async def on_click(self, event: events.Click) -> None:
        """What is named under the pointer."""
        left, right = self._fitting()
        found = self._under(left, event.x) or self._under(right, event.x - self.size.width + self._width(right))
        if found is None:
            return
        event.stop()
        if found.action:
            await self.app.run_action(found.action, self.screen)
        elif len(found.key) == 1:
            self.app.simulate_key(_character_to_key(found.key))
        elif found.key in _NAMED or found.key.isalpha():
            self.app.simulate_key(_NAMED.get(found.key, found.key))

    def _under(self, segments: Sequence[Segment], x: int) -> Segment | None:
        at = 0
        for segment in segments:
            wide = self._width([segment])
            if at <= x < at + wide:
                return segment
            at += wide + width_of(self._separator)
        return None

    def _fitting(self) -> tuple[list[Segment], list[Segment]]:
        """The segments there is room for."""
        width = self.size.width
        left, right = list(self._left), list(self._right)
        while self._width(left) + self._width(right) + (1 if left and right else 0) > width:
            droppable = [segment for segment in (*left, *right) if segment.priority]
            if not droppable:
                break
            worst = max(segment.priority for segment in droppable)
            side = right if any(segment.priority == worst for segment in right) else left
            side.remove(next(segment for segment in reversed(side) if segment.priority == worst))
        return left, right

    def _pieces(self, segments: Sequence[Segment]) -> list[Piece]:
        ground = self.base + self.palette["bar"] if self._bar else self.base
        pieces: list[Piece] = []
        for at, segment in enumerate(segments):
            if at:
                pieces.append((self._separator, ground))
            if segment.key:
                pieces.append((segment.key + " ", ground + self.palette["key"]))
            pieces.append((segment.text, ground + self.palette[segment.style]))
        return pieces

    def _width(self, segments: Sequence[Segment]) -> int:
        return sum(width_of(text) for text, _ in self._pieces(segments))
