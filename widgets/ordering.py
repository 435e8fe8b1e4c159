"""Putting the rows of a table in order between other things, and saying so where it takes long."""

import asyncio
from collections.abc import Callable
from time import perf_counter

from textual.widget import Widget
from textual.worker import Worker

from widgets.messages import OrderAwaited
from widgets.rowset import RowSet

_SLICE_S = 0.002
FILTERING = "filtering"
LONG_S = 0.3
"""From here on a table that still shows the old order looks as if it had not understood."""


class Ordering:
    """Advances the work of a table's rows; `done` is called once they are in order.

    `word` is what is being done (`sorting`): set it when it is asked for.
    """

    def __init__(self, table: Widget, rows: RowSet, done: Callable[[], None]) -> None:
        self.word = "ordering"
        self._table = table
        self._rows = rows
        self._done = done
        self._driver: Worker[None] | None = None
        self._long = False

    @property
    def said(self) -> str:
        """What is being done, once it has taken long; empty else."""
        return self.word if self._long else ""

    @property
    def filtering(self) -> bool:
        """Whether the rows on screen are still those of the filter before, however short it takes."""
        return self._rows.busy and self.word == FILTERING

    def follow(self) -> None:
        """There may be work now."""
        if not self._rows.busy:
            self.word = "ordering"
        elif self._table.is_mounted and self._driver is None:
            self._driver = self._table.run_worker(self._drive, group="order")

    async def _drive(self) -> None:
        """Advance it between other things until it is done."""
        began, more = perf_counter(), True
        while more:
            until = perf_counter() + _SLICE_S
            while more and perf_counter() < until:
                more = self._rows.step()
            if more and perf_counter() - began > LONG_S:
                self._say(long=True)
            await asyncio.sleep(_SLICE_S)
        self._driver = None
        if self.word == FILTERING and not self._long:
            self._table.post_message(OrderAwaited(self._table))  # how many there are is known from here on
        self._say(long=False)
        self._done()

    def _say(self, *, long: bool) -> None:
        if long != self._long:
            self._long = long
            self._table.post_message(OrderAwaited(self._table))
