"""Cycles of garbage are looked for while nobody types, and at no other time.

Python looks through the objects that have come whenever there are enough of them, and through all there are now and
then, in the middle of whatever key is pressed: with 100 pods of 1,000 nodes the first held the loop for 0.2 s, the
second for a second. Snapshots are let go by their counts and need none of it; what does are screens that were left, and
what a command over SSH leaves (25 small objects: 10 MB a minute with 100 pods), and those can wait a minute.
"""

import asyncio
import gc
import itertools
from collections.abc import Callable

EVERY_S = 60.0
QUIET_S = 3.0
AT_LATEST_S = 600.0
_LOOK_S = 1.0
_WHOLE_EACH = 5
"""So often all objects are looked through, otherwise those that have come since the last time: half of the hold."""


async def sweep(
    idle_s: Callable[[], float],
    *,
    every_s: float = EVERY_S,
    quiet_s: float = QUIET_S,
    at_latest_s: float = AT_LATEST_S,
    look_s: float = _LOOK_S,
) -> None:
    """Until cancelled: every so often, once `idle_s` (since the last key) is long enough; `at_latest_s` whatever is."""
    gc.disable()
    try:
        for number in itertools.count(1):
            await asyncio.sleep(every_s)
            waited_s = 0.0
            while idle_s() < quiet_s and waited_s < at_latest_s:
                await asyncio.sleep(look_s)
                waited_s += look_s
            gc.collect(2 if number % _WHOLE_EACH == 0 else 1)
    finally:
        gc.freeze()  # and back: all there is counts as old now, or the next object that is made would have it looked at
        gc.unfreeze()
        gc.enable()
