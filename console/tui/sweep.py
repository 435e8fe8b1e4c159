"""Cycles of garbage are looked for while nobody types.

Python looks through every object there is whenever a quarter more of them have come: 25 ms and more of held loop at
1,000 nodes, ten times that with ten such pods, in the middle of whatever key is pressed then. Snapshots are let go by
their counts and need none of it; what does are screens that were left, and those can wait a minute. Until then only
the youngest objects are looked through, so few at once (2 ms) that no key waits for it.
"""

import asyncio
import gc
from collections.abc import Callable

EVERY_S = 60.0
QUIET_S = 3.0
AT_LATEST_S = 600.0
_LOOK_S = 1.0
_YOUNG = 10_000
_NEVER = 1_000_000_000


async def sweep(
    idle_s: Callable[[], float],
    *,
    every_s: float = EVERY_S,
    quiet_s: float = QUIET_S,
    at_latest_s: float = AT_LATEST_S,
    look_s: float = _LOOK_S,
) -> None:
    """Until cancelled: every so often, once `idle_s` (since the last key) is long enough; `at_latest_s` whatever is."""
    before = gc.get_threshold()
    gc.set_threshold(min(before[0], _YOUNG), _NEVER, _NEVER)
    try:
        while True:
            await asyncio.sleep(every_s)
            waited_s = 0.0
            while idle_s() < quiet_s and waited_s < at_latest_s:
                await asyncio.sleep(look_s)
                waited_s += look_s
            gc.collect()
    finally:
        gc.set_threshold(*before)
