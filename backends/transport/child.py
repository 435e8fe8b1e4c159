"""Processes of ours: a server that ends with us, as it watches its stdin; and a worker that outlives us."""

import os
import selectors
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from backends.errors import TimedOut, Unreachable

END_WITHIN_S = 10.0


class Child:
    """A running child, as a context manager. Its stderr is ours to show only when it does not start."""

    def __init__(self, argv: list[str], *, name: str) -> None:
        self._name = name
        self._process = subprocess.Popen(  # noqa: S603 - an argument list that we made
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def ready(self, within_s: float) -> bytes:
        """The one line it prints when it serves. Raises Unreachable with its last words, or TimedOut."""
        out = self._process.stdout
        assert out is not None  # noqa: S101 - asked for above
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            if not selector.select(within_s):
                raise TimedOut(f"not ready after {within_s:.0f} s", where=self._name)
        line = out.readline()
        if not line:
            raise Unreachable(f"did not start: {self._last_words()}", where=self._name)
        return line

    def close(self) -> None:
        """Let it end by itself, then make it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _last_words(self) -> str:
        _, errors = self._process.communicate(timeout=END_WITHIN_S)
        said = errors.decode(errors="replace").strip().splitlines()
        return said[-1] if said else f"status {self._process.returncode}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def spawn_detached(argv: Sequence[str], *, log: Path, inherit: Sequence[int] = ()) -> int:
    """Start a process in a session of its own, which neither our end nor our terminal's reaches; its number.

    It has our environment and folder, no stdin, and writes what it says to the end of `log`. `inherit` are the open
    files it is handed, under the same numbers. Raises Unreachable where it cannot be started.
    """
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise Unreachable(f"no log can be written: {error.strerror}", where=str(log)) from error
    try:
        process = subprocess.Popen(  # noqa: S603 - an argument list that we made
            argv,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            pass_fds=tuple(inherit),
            start_new_session=True,
        )
    except OSError as error:
        raise Unreachable(f"cannot be started: {error.strerror}", where=argv[0]) from error
    finally:
        os.close(descriptor)
    # Somebody must take its end in while we live, or it stays in the process table.
    threading.Thread(target=process.wait, name=f"wait-{process.pid}", daemon=True).start()
    return process.pid
