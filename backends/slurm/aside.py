"""Long answers are read on a thread of their own, one after the other.

Each thread that reads takes its turn of Python's lock, 5 ms as a rule: with six of them reading for a fleet the event
loop waited 30 ms for each step of its own, and a key for all of these.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

LONG_BYTES = 64 * 1024
_READER = ThreadPoolExecutor(1, thread_name_prefix="reader")
T = TypeVar("T")


async def read(parse: Callable[[], T], text: str) -> T:
    """What a parser makes of a text; off the event loop where that takes longer than a key may wait for its frame."""
    if len(text) <= LONG_BYTES:
        return parse()
    return await asyncio.get_running_loop().run_in_executor(_READER, parse)
