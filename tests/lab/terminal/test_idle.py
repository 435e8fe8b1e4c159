"""A pod of which nothing changes costs nothing: asked over and over, no view of it writes a byte."""

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
VIEWS = b"123456780"
QUIET_S = 1.3
"""Three rounds of the sources (0.4 s), five looks of the screen at them (0.25 s) and a tick of the app (1 s)."""
WITHIN_S = 20.0


class Wire:
    """A program at a pseudo-terminal of 80x24, and what it writes."""

    def __init__(self, argv: list[str], env: dict[str, str]) -> None:
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], argv, env)
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def read(self, within_s: float) -> bytes:
        ready, _, _ = select.select([self.file], [], [], within_s)
        return os.read(self.file, 65536) if ready else b""

    def until(self, word: bytes, within_s: float) -> None:
        end, written = time.monotonic() + within_s, b""
        while word not in written:
            assert time.monotonic() < end, written[-400:]
            written += self.read(0.1)

    def last_words(self) -> bytes:
        """What it writes until it has been quiet for a while; empty where that comes in time."""
        end = time.monotonic() + WITHIN_S
        while said := self.read(QUIET_S):
            if time.monotonic() > end:
                return said
        return b""

    def close(self) -> None:
        os.write(self.file, b"q")
        end = time.monotonic() + 10
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > end:
                os.kill(self.pid, 9)
            try:
                self.read(0.05)
            except OSError:  # its side is closed
                time.sleep(0.05)
        os.close(self.file)


@pytest.fixture
def wire():
    env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LOGNAME": "ann"}
    opened = Wire([sys.executable, str(HERE / "still.py"), "unicode", "0.4"], env)
    yield opened
    opened.close()


def test_no_view_writes_a_byte_while_nothing_changes(wire):
    wire.until(b"live", 60.0)
    for view in VIEWS:
        os.write(wire.file, bytes([view]))
        assert wire.last_words() == b"", f"view {view:c}"
