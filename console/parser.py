"""The command line's parser: argparse, with its complaints in one line and its help safe to pipe anywhere."""

import argparse
import os
import sys
from typing import NoReturn, Protocol


class Stream(Protocol):
    """What argparse prints to. Its own type for it is private to typeshed, and asks for less."""

    def write(self, text: str, /) -> object:
        """Take a text."""
        ...

    def flush(self) -> object:
        """Let it go."""
        ...

    def fileno(self) -> int:
        """Its descriptor."""
        ...


class Parser(argparse.ArgumentParser):
    """A parser whose mistakes are one line on stderr and exit code 2, as every other mistake here."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the words, and where the help is."""
        self.exit(2, f"megapod: {' '.join(message.split())}; see `{self.prog} --help`\n")

    def _print_message(self, message: str, file: Stream | None = None) -> None:  # type: ignore[override]  # see Stream
        tell(message, file or sys.stderr)


def tell(text: str, stream: Stream | None) -> None:
    """Write a text whole; a stream that is closed, or whose reader has left, is no error."""
    if not text or stream is None:
        return
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        # Python would complain once more at exit, when it flushes; give it somewhere to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def prepare() -> None:
    """Make both streams take any text: what their encoding cannot say is replaced, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
