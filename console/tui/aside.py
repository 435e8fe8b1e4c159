"""What takes longer to put together than a key may wait is put together in a thread, and shown once it is there."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from textual.widget import Widget

T = TypeVar("T")

LARGE = 2_000
"""Nodes from which a view is made aside: up to there it takes a few milliseconds, and shows no interim."""


class Aside(Generic[T]):
    """One thing after the other, and of those that wait the latest: what was overtaken is never made.

    `show` is called on the loop, soon after `want` or at once.
    """

    def __init__(self, owner: Widget, show: Callable[[T], None]) -> None:
        self._owner = owner
        self._show = show
        self._next: Callable[[], T] | None = None
        self._working = False

    def want(self, make: Callable[[], T], *, large: bool) -> None:
        """Have it made and shown. Where it is `large` in a thread: `make` may look at nothing that changes."""
        if not large and not self._working:
            self._show(make())
            return
        self._next = make
        if not self._working:
            self._working = True
            self._owner.run_worker(self._work(), group="aside")

    @property
    def busy(self) -> bool:
        """Whether something is being made."""
        return self._working

    def drop(self) -> None:
        """There is nothing to show any more."""
        self._next = None

    async def _work(self) -> None:
        try:
            while self._next is not None:
                make, self._next = self._next, None
                self._show(await asyncio.to_thread(make))
        finally:
            self._working = False
