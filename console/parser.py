"""The command line's parser: argparse, with its complaints in one line and its help safe to pipe anywhere."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn, Protocol


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

    def parse_known_args(  # type: ignore[override]  # its overloads are about namespaces of one's own
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """As ever, but for an optional positional that comes after options (`get nodes --pod lab n1`).

        argparse gives those nothing as soon as one before them has its word, and calls their word unrecognized.
        """
        found, left = super().parse_known_args(args, namespace)
        for action in self._actions:
            empty = action.nargs == argparse.OPTIONAL and not action.option_strings
            if empty and left and getattr(found, action.dest) == action.default and _is_word(left[0]):
                value: Any = self._get_values(action, [left.pop(0)])
                setattr(found, action.dest, value)
        if left and not any(isinstance(action, argparse._SubParsersAction) for action in self._actions):  # noqa: SLF001 - as in `complete`
            several = any(action.metavar == "NODES" for action in self._actions) and _is_word(left[0])
            hint = " (a node set is one word: n1,n2 or n[1-2])" if several else ""
            self.error(f"unrecognized arguments: {' '.join(left)}{hint}")  # here, where the verb's own help is named
        return found, left

    def _check_value(self, action: argparse.Action, value: Any) -> None:  # noqa: ANN401 - argparse's signature
        """One of its words, else the nearest of them is named; all of them only where none is near."""
        if action.choices is None or value in action.choices:
            return
        from difflib import get_close_matches  # 2 ms, for who has slipped

        words = [str(choice) for choice in action.choices]
        close = get_close_matches(str(value), words, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(words)}"
        raise argparse.ArgumentError(action, f"no {str(value)!r}; {hint}")

    def _print_message(self, message: str, file: Stream | None = None) -> None:  # type: ignore[override]  # see Stream
        tell(message, file or sys.stderr)


def _is_word(text: str) -> bool:
    return text == "-" or not text.startswith("-")


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
