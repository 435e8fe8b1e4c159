"""Another program on the terminal for a while: the console steps aside, goes on listening, and comes back."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress

from textual.app import App

_FAILED = 255
"""ssh's own status for "no connection": what it said stands on the screen that is about to go."""


async def run_away(app: App[int], argv: Sequence[str]) -> str:
    """Run a program with the terminal to itself; what to say afterwards, empty when it ended well.

    Nothing is painted meanwhile, everything else goes on. Raises textual's SuspendNotSupported where there is no
    terminal to hand over.
    """
    with app.suspend(), app.batch_update():
        _line(f"{argv[0]} … (leave it to come back to megapod)")
        try:
            process = await asyncio.create_subprocess_exec(*argv)
        except OSError as error:
            return f"{argv[0]}: {error.strerror}"
        status = await process.wait()
        if status == _FAILED:
            _line("press enter to go back to megapod")
            with suppress(OSError, ValueError):
                await asyncio.to_thread(sys.stdin.readline)
            return f"{argv[0]} got no connection: {' '.join(argv[-1:])}"
    return "" if status in (0, 130) else f"it ended with status {status}"


def _line(text: str) -> None:
    with suppress(OSError):
        sys.stderr.write(f"megapod: {text}\n")
        sys.stderr.flush()
