"""What stands on the screen until the app draws its first frame: which pod, and what is being opened.

Textual takes 0.3 s of a core to import, a second and more on a busy head node; a terminal that stays as it was that
long looks as if nothing had been started. So the frame is drawn before, by hand, and nothing here imports textual.
"""

import os
import sys
import termios
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Self, TextIO

ALTERNATE = "\x1b[?1049h"
_BACK = "\x1b[?25h\x1b[?1049l"
_BAR = "\x1b[7m"
_PLAIN = "\x1b[0m"


class Curtain:
    """Draws on entering; on leaving gives the terminal's settings back, and its screen where no app has done so.

    Keys that are pressed meanwhile are neither shown nor lost: the app reads them. `^C` ends it, as ever.
    """

    def __init__(self, title: str, waiting: str, file: TextIO | None = None) -> None:
        self._title = title
        self._waiting = waiting
        self._file = file or sys.__stderr__ or sys.stderr
        self._restore = ExitStack()

    def __enter__(self) -> Self:
        descriptor = self._file.fileno()
        self._restore.callback(_quiet(descriptor))
        try:
            width, height = os.get_terminal_size(descriptor)
        except OSError:
            width, height = 0, 0
        width, height = width or 80, height or 24
        bar = f" {self._title}"[:width].ljust(width)
        line = self._waiting[:width].center(width).rstrip()
        self._write(f"{ALTERNATE}\x1b[?25l\x1b[2J\x1b[H{_BAR}{bar}{_PLAIN}\x1b[{min(4, height)};1H{line}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._write(_BACK)
        self._restore.close()

    def _write(self, text: str) -> None:
        try:
            self._file.write(text)
            self._file.flush()
        except OSError:  # the terminal has gone: the app ends by itself
            return


def _quiet(descriptor: int) -> Callable[[], None]:
    """Take keys without showing them, each at once; returns what makes the terminal as it was."""
    try:
        before = termios.tcgetattr(descriptor)
    except termios.error:
        return lambda: None
    settings = [*before]
    settings[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(descriptor, termios.TCSANOW, settings)

    def restore() -> None:
        try:
            termios.tcsetattr(descriptor, termios.TCSANOW, before)
        except termios.error:
            return

    return restore
