"""A question at the terminal. The loop goes on while a person thinks: ^C, a signal and a deadline are heard."""

import asyncio
import sys

from console.headless.diagnostics import say


def can_ask() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


async def answer(question: str) -> str:
    """The line that is typed, stripped; empty at the end of input.

    A terminal hands over whole lines: once it can be read, a line is there. Cancelled, it says that nothing was done.
    """
    loop, typed = asyncio.get_running_loop(), asyncio.Event()
    sys.stderr.write(question)
    sys.stderr.flush()
    loop.add_reader(sys.stdin.fileno(), typed.set)
    try:
        await typed.wait()
    except asyncio.CancelledError:
        sys.stderr.write("\n")
        say("interrupted; nothing was changed")
        raise
    finally:
        loop.remove_reader(sys.stdin.fileno())
    return sys.stdin.readline().strip()
