import asyncio

import pytest

from console.state.clock import SystemClock, within


async def test_work_that_ends_in_time_gives_its_answer(clock):
    async def work():
        await clock.sleep(2)
        return "done"

    assert await clock.finish(within(clock, 5, work())) == "done"


async def test_work_past_the_deadline_is_cancelled_and_has_ended(clock):
    ended = []

    async def work():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(clock.elapsed_s)

    with pytest.raises(TimeoutError):
        await clock.finish(within(clock, 5, work()))
    assert ended == [5.0]


async def test_the_works_own_error_is_raised_and_no_deadline_waits_for_ever(clock):
    async def fails():
        await clock.sleep(100)
        raise KeyError("x")

    with pytest.raises(KeyError):
        await clock.finish(within(clock, None, fails()))


def test_the_systems_clock_is_aware_and_monotonic():
    clock = SystemClock()
    assert clock.now().utcoffset().total_seconds() == 0
    assert clock.monotonic() <= clock.monotonic()
