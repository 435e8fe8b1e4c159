"""Long answers are read on the event loop, a portion at a time, one answer after the other.

On a thread of its own the reader would hold Python's lock for 5 ms whenever it is asked back, at each step of the event
loop: a key among 100 pods waited for all of these. Between two portions it waits for one.
"""

import asyncio
import time
from collections.abc import Iterable
from typing import TypeVar
from weakref import WeakKeyDictionary

PORTION_S = 0.002
T = TypeVar("T")
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


async def read(found: Iterable[T]) -> list[T]:
    """All of `found`, which is read as it is iterated; in one go where that takes no longer than a portion."""
    loop = asyncio.get_running_loop()
    async with _turns.setdefault(loop, asyncio.Lock()):
        known: list[T] = []
        ends_s = time.perf_counter() + PORTION_S
        for one in found:
            known.append(one)
            if time.perf_counter() > ends_s:
                await asyncio.sleep(0)
                ends_s = time.perf_counter() + PORTION_S
        return known
