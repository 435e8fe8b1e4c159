"""Long answers are read a portion at a time, one answer after the other."""

import asyncio
import itertools
import time

import pytest

from backends import portions


def slow(count, log, name):
    """Things that take a quarter of a portion each to read."""
    for number in range(count):
        ends_s = time.perf_counter() + portions.PORTION_S / 4
        while time.perf_counter() < ends_s:
            pass
        log.append(name)
        yield number


async def test_what_goes_on_beside_a_long_answer_gets_its_turns():
    log = []
    reading = asyncio.ensure_future(portions.read(slow(40, log, "read")))
    while not reading.done():
        log.append("key")
        await asyncio.sleep(0)
    assert await reading == list(range(40))
    longest = max(len(list(group)) for name, group in itertools.groupby(log) if name == "read")
    assert longest <= 5


async def test_two_answers_are_read_one_after_the_other_and_one_that_breaks_does_not_keep_the_next():
    log = []

    def broken():
        yield from slow(20, log, "first")
        raise ValueError("not an answer")

    first, second = (asyncio.ensure_future(portions.read(one)) for one in (broken(), slow(20, log, "second")))
    with pytest.raises(ValueError, match="not an answer"):
        await first
    await second
    assert [name for name, _ in itertools.groupby(log)] == ["first", "second"]
