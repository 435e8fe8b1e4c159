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
    asked: list[int] = []

    def end(number: int) -> None:
        # Once: a second ^C would cancel the good-byes that the first one brought about, and leave sessions behind.
        # These are bounded (10 s for a controller that hangs), and SIGQUIT and SIGKILL are still there.
        if not asked:
            asked.append(number)
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, or a script's background job: meant to go on
            loop.add_signal_handler(number, end, number)
    try:
        return await task
    except asyncio.CancelledError:
        return Exit.INTERRUPTED
