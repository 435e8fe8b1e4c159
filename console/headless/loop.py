"""Runs a verb's coroutine so that every way out closes what was opened: ^C, SIGTERM and a lost terminal included."""

import asyncio
import signal
from collections.abc import Coroutine

from console.exit import Exit


def run(verb: Coroutine[None, None, Exit]) -> Exit:
    """The verb's own code, or INTERRUPTED when a signal ended it; its `finally` and `async with` have then run."""
    return asyncio.run(_guarded(verb))


async def _guarded(verb: Coroutine[None, None, Exit]) -> Exit:
    loop = asyncio.get_running_loop()
    task = loop.create_task(verb)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return Exit.INTERRUPTED
