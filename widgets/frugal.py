"""An app that sends only the cells that read otherwise, whatever was drawn anew.

Textual 8.2 sends the whole line up to the right end of what was refreshed, and the whole screen whenever something was
laid out anew. At 80x24 that is most of the traffic of a live console (`tests/bench/bench_views.py`), so this one module
reaches into how an app displays an update. Whatever else Textual hands us is displayed as it is.
"""

from collections.abc import Iterator
from functools import cached_property
from math import inf
from time import perf_counter
from typing import Any, Generic, TypeVar

from rich.color import ColorSystem
from rich.console import Console, RenderableType
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import NULL_REGION
from textual.screen import Screen

from widgets.sent import Piece, Sent

Update = ChopsUpdate | LayoutUpdate


class Written(LayoutUpdate):
    """An update that was worked out already."""

    def __init__(self, text: str) -> None:
        super().__init__([], NULL_REGION)
        self._text = text

    def render_segments(self, console: Console) -> str:  # noqa: ARG002 (Textual's signature)
        """What is written to the terminal."""
        return self._text


def pieces(update: Update) -> Iterator[Piece]:
    """What an update draws; of a partial one each span, cut at both ends."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                yield y, x, strip
                x += strip.cell_length
        return
    for y, left, right in update.spans:
        for end, (x, part) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            first, last = max(x, left), min(end, right)
            if part is not None and first < last:
                yield y, first, part.crop(first - x, last - x)


_Result = TypeVar("_Result")


class FrugalApp(App[_Result], Generic[_Result]):
    """An app whose updates are cut to what changed. `keyed_s` is when the last key came (`perf_counter`)."""

    keyed_s = -inf

    @cached_property
    def _sent(self) -> Sent:
        return Sent()

    async def on_event(self, event: events.Event) -> None:
        """As ever, but for the time of a key; the driver says a size whenever it has taken the terminal over."""
        if isinstance(event, events.Key):
            self.keyed_s = perf_counter()
        elif isinstance(event, events.Resize):
            self._sent.forget()
        await super().on_event(event)

    def repaint(self) -> None:
        """Send every cell: something else has written on the terminal."""
        self._sent.forget()
        self.screen.refresh()

    def _resume_signal(self) -> None:
        """The terminal was somebody else's for a while."""
        self._sent.forget()
        super()._resume_signal()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, Update) and self._writes:
            colours = self.console._color_system or ColorSystem.TRUECOLOR  # noqa: SLF001 - as Strip.render does
            text = self._sent.update(pieces(renderable), colours)
            if text or self.cursor_position != self._previous_cursor_position:
                super()._display(screen, Written(text))
        else:
            super()._display(screen, renderable)

    @property
    def _writes(self) -> bool:
        """Whether Textual would write an update to a terminal."""
        driver = self._driver
        return (
            driver is not None
            and not (driver.is_headless or driver.is_inline or self._batch_count or self._closed)
            and self._running
        )
