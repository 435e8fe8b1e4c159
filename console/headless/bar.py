"""A line that is drawn over itself while something is waited for: on a terminal's stderr, and nowhere else.

Where stderr is no terminal, whoever waits says plain lines instead (`on` tells). It is gone when the waiting is over.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Self

from console.headless.table import fitted

EVERY_S = 0.5
WIDE = 20
_BACK = "\r\x1b[K"


class Bar:
    """Draws what `text` gives, as often as it is told to, and every half second by itself."""

    def __init__(self, text: Callable[[], str]) -> None:
        self._text = text
        self._task: asyncio.Task[None] | None = None
        self.on = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"

    async def __aenter__(self) -> Self:
        if self.on:
            self._task = asyncio.create_task(self._tick())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            _write(_BACK)

    async def _tick(self) -> None:
        while True:
            self.draw()
            await asyncio.sleep(EVERY_S)

    def draw(self) -> None:
        """Draw it now."""
        if self.on:
            _write(_BACK + fitted(" ".join(self._text().split()), _columns() - 1))


def filled(part: float) -> str:
    """`[########------------]`: ASCII, for every terminal and locale."""
    done = int(min(1.0, max(0.0, part)) * WIDE)
    return f"[{'#' * done}{'-' * (WIDE - done)}]"


def _columns() -> int:
    """Of the terminal on stderr, which is not always the one on stdout."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except OSError:
        return 80


def _write(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        pass
