"""The terminal, driven by Textual's own driver, except that a hang-up stops nothing and its size is its own.

Textual writes in a thread behind a queue of 30. When the SSH session is lost the first write fails, the thread dies,
the queue fills, and the next write blocks the event loop for ever: nothing would close our own connections then
(Textual 8.2, `drivers/_writer_thread.py`).

Textual takes COLUMNS and LINES before the terminal's own answer: where a shell or a script has exported them, a resized
window would be drawn at its old size for ever (`drivers/linux_driver.py`).
"""

import io
import os
from typing import TextIO, cast

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from console.tui.curtain import ALTERNATE


class Forgiving(io.TextIOBase):
    """A text file that drops what cannot be written any more."""

    def __init__(self, file: TextIO) -> None:
        super().__init__()
        self._file = file

    def write(self, text: str, /) -> int:
        """Write, or drop."""
        try:
            return self._file.write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        """Flush, or drop."""
        try:
            self._file.flush()
        except OSError:
            return

    def fileno(self) -> int:
        """The terminal's."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """The terminal's."""
        return self._file.isatty()


class TerminalDriver(LinuxDriver):
    """Textual's driver on a forgiving file."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if self._file is not None:
            # The driver writes, flushes and asks for the file's number: no more of a TextIOWrapper is needed.
            self._file = cast("io.TextIOWrapper[io.BufferedWriter]", Forgiving(self._file))

    def _get_terminal_size(self) -> tuple[int, int]:
        try:
            width, height = os.get_terminal_size(self.fileno)
        except OSError:
            width, height = 0, 0
        # A serial line answers 0 by 0: COLUMNS and LINES are all there is to know then.
        return (width, height) if width and height else super()._get_terminal_size()


class BehindCurtain(TerminalDriver):
    """On the screen that a `Curtain` has opened: opened once more it would be cleared until the first frame."""

    _behind = True

    def write(self, data: str) -> None:
        """Write; but for what opens the screen, the first time."""
        if self._behind and data == ALTERNATE:
            self._behind = False
        else:
            super().write(data)
