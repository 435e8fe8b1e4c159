"""An app that sends only the cells that changed, not their line from the widget's left edge on.

Textual 8.2's partial update cuts a dirty span at its right end only: a temperature in the middle of a line is sent
with everything to its left. At 80x24 that is most of the traffic of a live table (`tests/bench/bench_table.py`), so
this one module reaches into how an app displays an update. Whatever else Textual hands us is displayed as it is.
"""

from math import inf
from time import perf_counter
from typing import Any, Generic, TypeVar

from rich.console import Console, RenderableType
from rich.control import Control
from textual import events
from textual._compositor import ChopsUpdate
from textual.app import App
from textual.screen import Screen


class CroppedUpdate(ChopsUpdate):
    """A partial update, each span cut at both ends."""

    def __init__(self, update: ChopsUpdate) -> None:
        super().__init__(update.chops, update.spans, update.chop_ends)

    def render_segments(self, console: Console) -> str:
        """What is written to the terminal: a move and the span, for every span."""
        sequences: list[str] = []
        for y, left, right in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                first, last = max(x, left), min(end, right)
                if strip is not None and first < last:
                    sequences.append(Control.move_to(first, y).segment.text)
                    sequences.append(strip.crop(first - x, last - x).render(console))
        return "".join(sequences)


_Result = TypeVar("_Result")


class FrugalApp(App[_Result], Generic[_Result]):
    """An app whose partial updates are cut to what changed. `keyed_s` is when the last key came (`perf_counter`)."""

    keyed_s = -inf

    async def on_event(self, event: events.Event) -> None:
        """As ever, but for the time of a key."""
        if isinstance(event, events.Key):
            self.keyed_s = perf_counter()
        await super().on_event(event)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, ChopsUpdate):
            renderable = CroppedUpdate(renderable)
        super()._display(screen, renderable)
