"""A program at a real pseudo-terminal of 80x24: what it writes, and when."""

import fcntl
import os
import pty
import select
import struct
import tempfile
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

COLUMNS, ROWS = 80, 24


def installed() -> dict[str, str]:
    """The environment of a program that was installed: its byte code is kept, as pip leaves it.

    Where PYTHONDONTWRITEBYTECODE is set a console in a source tree compiles itself at each start, for longer than all
    the rest of its start takes.
    """
    kept = Path(tempfile.gettempdir()) / f"megapod-bench-bytecode-{os.getuid()}"
    environ = {**os.environ, "PYTHONPYCACHEPREFIX": str(kept)}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return environ


class Terminal:
    """A child process with a terminal of its own. Use as a context manager: leaving ends the child."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str]) -> None:
        self.started = time.perf_counter()
        self.written = b""
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], list(argv), {**env, "TERM": "xterm-256color"})
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def until(self, marker: bytes, within_s: float = 30.0) -> float:
        """Seconds from the start until `marker` was on the wire."""
        deadline = time.perf_counter() + within_s
        while marker not in self.written:
            left = deadline - time.perf_counter()
            if left <= 0 or not self._read(left):
                raise TimeoutError(
                    f"{marker!r} was not written within {within_s} s; the end of it: {self.written[-300:]!r}"
                )
        return time.perf_counter() - self.started

    def count(self, seconds: float) -> int:
        """Bytes written during the next seconds."""
        before, deadline = len(self.written), time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            self._read(left)
        return len(self.written) - before

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._file, keys)

    def cpu_s(self) -> float:
        """CPU seconds the child itself has used."""
        with open(f"/proc/{self.pid}/stat") as stat:  # noqa: PTH123 - a proc file, read whole
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        """Resident memory of the child itself."""
        with open(f"/proc/{self.pid}/statm") as statm:  # noqa: PTH123 - as above
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def _read(self, within_s: float) -> bool:
        ready, _, _ = select.select([self._file], [], [], within_s)
        if not ready:
            return True
        try:
            piece = os.read(self._file, 65536)
        except OSError:
            return False
        self.written += piece
        return bool(piece)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        deadline = time.monotonic() + 10
        self.type(b"q")
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > deadline:
                os.kill(self.pid, 9)
                os.waitpid(self.pid, 0)
                break
            self._read(0.05)
        os.close(self._file)
