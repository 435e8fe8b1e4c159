"""Garbage in cycles is collected between keys, and in the end whatever is typed."""

import asyncio
import contextlib
import gc
import weakref

from console.tui.sweep import sweep


class Knot:
    """Holds itself."""

    def __init__(self):
        self.self = self


@contextlib.asynccontextmanager
async def sweeping(idle_s, *, old=False, **times):
    task = asyncio.create_task(sweep(idle_s, every_s=0.01, look_s=0.01, **times))
    await asyncio.sleep(0)  # it has begun
    knot = Knot()
    if old:
        gc.collect()
    found = weakref.ref(knot)
    del knot
    try:
        yield found
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def gone(knot):
    async with asyncio.timeout(10):
        while knot() is not None:  # noqa: ASYNC110 - the collector tells nobody
            await asyncio.sleep(0.005)


async def test_it_waits_for_a_pause_of_the_keys():
    since_key_s = 0.0
    async with sweeping(lambda: since_key_s, quiet_s=3.0) as knot:
        await asyncio.sleep(0.1)
        assert knot() is not None, "somebody types"
        since_key_s = 4.0
        await gone(knot)


async def test_who_never_stops_typing_waits_once_in_a_while():
    async with sweeping(lambda: 0.0, at_latest_s=0.05) as knot:
        await gone(knot)


async def test_what_has_lived_for_long_is_found_in_the_end():
    async with sweeping(lambda: 4.0, old=True) as knot:
        await gone(knot)


async def test_python_looks_by_itself_again_afterwards_and_not_meanwhile():
    async with sweeping(lambda: 0.0):
        assert not gc.isenabled()
    assert gc.isenabled()
