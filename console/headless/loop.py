"""Runs a verb's coroutine so that every way out closes what was opened: ^C, SIGTERM and a lost terminal included."""

import asyncio
import signal
from collections.abc import Coroutine

from console import deadline
from console.exit import Exit


def run(verb: Coroutine[None, None, Exit]) -> Exit:
    """The verb's own code, or INTERRUPTED when a signal ended it; its `finally` and `async with` have then run.

    At the deadline of the run (`megapod --deadline`) it is DEADLINE, and a little later the process ends regardless.
    """
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

    def late() -> None:
        asked.append(signal.SIGALRM)
        task.cancel()

    if deadline.held():
        deadline.ask_first(lambda: loop.call_soon_threadsafe(late))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, or a script's background job: meant to go on
            loop.add_signal_handler(number, end, number)
    try:
        return await task
    except asyncio.CancelledError:
        return Exit.DEADLINE if signal.SIGALRM in asked else Exit.INTERRUPTED
    finally:
        if deadline.held() and signal.SIGALRM not in asked:
            deadline.stand_by()
