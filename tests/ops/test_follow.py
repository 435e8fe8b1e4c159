"""Looking on from another process: what is told when, and that an operation nobody carries is not told as going on."""

import asyncio

import pytest

from console.operations import event as ev
from console.operations.follow import LOST_AFTER_S, POLL_S, follow
from console.operations.lock import take
from console.operations.result import Outcome
from console.tui.operations import last_word, where

OP = "op-aaa111"


class Looker:
    """Everything a follower has told so far."""

    def __init__(self, place, journal, clock):
        self.clock = clock
        self.told = []
        self.task = asyncio.ensure_future(self._look(follow(place, journal, OP, clock)))

    async def _look(self, sights):
        async for seen in sights:
            self.told.append(seen)

    async def after(self, seconds):
        """Let the clock go on in the follower's own steps; its reads are in threads, and so are waited for."""
        end_s = self.clock.elapsed_s + seconds
        while self.clock.elapsed_s < end_s and not self.task.done():
            asked = len(self.clock.asked)
            await self.clock.advance(POLL_S)
            async with asyncio.timeout(10):
                while len(self.clock.asked) == asked and not self.task.done():  # noqa: ASYNC110 - a thread reads
                    await asyncio.sleep(0.001)
        return self.told


@pytest.fixture
async def looker(place, journal, tell, clock):
    journal.append(OP, tell.begun())
    opened = []

    async def look():
        opened.append(Looker(place, journal, clock))
        async with asyncio.timeout(10):
            while not clock.asked:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.001)
        return opened[-1]

    yield look
    for one in opened:
        one.task.cancel()
        await asyncio.gather(one.task, return_exceptions=True)


async def test_it_tells_what_is_new_once_and_ends_with_the_operation(place, journal, looker, tell):
    lock = take(place, OP)
    one = await looker()
    await one.after(5)
    assert len(one.told) == 1, "nothing new is nothing told"
    journal.append(OP, ev.Noted(step="empty/n1", texts={"n1": "job 7 runs"}))
    await one.after(1)
    journal.append(OP, tell.closed())
    await one.after(1)
    lock.release()
    assert [seen.operation.seq for seen in one.told] == [1, 2, 3]
    assert one.told[-1].operation.ended
    assert one.task.done()


async def test_an_operation_without_a_carrier_is_lost_after_a_while_and_no_longer_once_taken_up(place, journal, looker):
    journal.append(OP, ev.Intended(step="close", nodes=("n1", "n2")))
    one = await looker()
    await one.after(LOST_AFTER_S - 2 * POLL_S)
    assert [seen.lost for seen in one.told] == [False], "its worker may just be starting"
    await one.after(1)
    assert [seen.lost for seen in one.told] == [False, True]
    assert one.told[-1].advice == f"{OP} was interrupted: `megapod ops adopt {OP}`"
    lock = take(place, OP)
    await one.after(1)
    lock.release()
    assert [seen.lost for seen in one.told] == [False, True, False]
    assert one.told[-1].advice == ""


async def test_a_worker_that_died_while_closing_is_not_closing_for_ever(journal, looker):
    journal.append(OP, ev.Intended(step="close", nodes=("n1", "n2")))
    one = await looker()
    await one.after(LOST_AFTER_S + 1)
    before, after = one.told[0].operation, one.told[-1].operation
    assert where(before) == "2 closing"
    assert where(after) == "2 cut off closing"
    assert last_word(after) == f"interrupted: `megapod ops adopt {OP}`"


async def test_what_was_cut_off_and_then_cancelled_does_not_go_on_working(journal, tell):
    journal.append(OP, tell.begun())
    journal.append(OP, ev.Intended(step="close", nodes=("n1", "n2")))
    journal.append(OP, ev.Cancelling(why="wrong rack"))
    journal.append(OP, tell.closed("cancelled"))
    ends = {node.outcome for node in journal.operation(OP).result.nodes}
    assert ends == {Outcome.CANCELLED}
