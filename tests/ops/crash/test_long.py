"""Drains and a gate, killed at every event; and drains in turn, killed at what is said to them."""

import asyncio
import signal
from functools import partial

import pytest
from msgspec.structs import replace

from console.exit import Exit
from console.operations.request import Options
from console.operations.result import Outcome

FEW = 6
WITHIN_S = 120.0
TURNS = {
    "verb": "drain",
    "ready": ("job",),
    "options": Options(mode="requeue", at_once=1),
    "nodes": 2 * FEW,
    "width": 2,
    "far": {"drain": 1, "requeue": 1},
}
ROWS = {
    "drain finish": {"verb": "drain", "ready": ("job that ends",), "nodes": FEW, "far": {"drain": 1}},
    "drain requeue, in turn": TURNS,
    "resume with gate": {
        "verb": "resume",
        "ready": ("drained",),
        "options": Options(gate="burn-in"),
        "nodes": FEW,
        "far": {"resume": 1},
        "undone": False,
        "controllers": True,
    },
}
IN_TURN = pytest.mark.parametrize("site", [TURNS], ids=["in turn"], indirect=True)


@pytest.mark.parametrize("site", ROWS.values(), ids=ROWS, indirect=True)
async def test_killed_at_any_event_it_goes_on_and_nothing_happens_twice(site):
    await site.matrix()


@IN_TURN
async def test_who_pauses_resumes_and_adopts_dies_at_each_word_and_nothing_happens_twice(site):
    """Each word is taken up by the next process, or heard by a worker that lives."""

    async def point(looks, goes_on, **dies):
        async with site.nodes() as names:
            operation = site.begin(names)
            assert await site.carry(operation, **dies) == -signal.SIGKILL
            asked = site.counts(names)
            await site.say("pause", operation)
            await looks(operation)
            assert site.counts(names) == asked, "paused, it does nothing"
            assert await goes_on(operation) == Exit.DONE
            assert site.counts(names) == [site.row.far] * len(names), site.told(operation)

    async def beside(word, operation):
        begun, worker = site.told(operation).count("started"), asyncio.create_task(site.carry(operation))
        while site.told(operation).count("started") == begun and not worker.done():  # noqa: ASYNC110 - tells nobody here
            await asyncio.sleep(0.05)
        await site.say(word, operation)
        return await worker

    async def cut_off(operation):
        assert await site.carry(operation, noted=1) == -signal.SIGKILL

    async def let_go(operation):
        assert await beside("adopt", operation) == Exit.CONFLICT

    async def taken_up(operation):
        await site.say("resume", operation)
        await site.say("adopt", operation)
        return await site.carry(operation)

    points = [(cut_off, taken_up, {"after": 1}), (cut_off, taken_up, {"before": 3}), (let_go, taken_up, {"before": 6})]
    points += [(let_go, partial(beside, "resume"), {"at": "intended"})]
    async with asyncio.timeout(WITHIN_S):
        await asyncio.gather(*(point(looks, goes_on, **dies) for looks, goes_on, dies in points))


@IN_TURN
async def test_killed_as_it_trips_and_as_it_is_retried_it_goes_on_and_nothing_happens_twice(site):
    """Another hand gives the first node back on its way: the second one's turn never comes, until it is retried."""
    scheduler, nodes = site.far.world.scheduler, site.far.world.nodes
    requeue, first = scheduler.requeue, set()

    def given_back(job):
        names = job.nodes
        requeue(job)
        for name in first.intersection(names):
            nodes[name].drain = False

    scheduler.requeue = given_back

    async def point(**dies):
        async with site.nodes() as names:
            first.add(names[0])
            operation = site.begin(names, replace(site.row.options, stop_after=0))
            assert await site.carry(operation, at="tripped") == -signal.SIGKILL
            assert site.told(operation)[-1] == "tripped"
            asked = site.counts(names)
            assert asked == [site.row.far, {"drain": 1}]
            await site.say("adopt", operation)
            assert await site.carry(operation) != Exit.DONE
            result = site.journal.operation(operation).result
            assert (result.outcome, result.text[:9]) == (Outcome.FAILED, "stopped: ")
            assert site.counts(names) == asked
            nodes[names[0]].drain = True
            await site.say("retry", operation)
            if dies:
                assert await site.carry(operation, **dies) == -signal.SIGKILL
            assert await site.carry(operation) == Exit.DONE
            assert site.counts(names) == [site.row.far] * len(names), site.told(operation)
            first.discard(names[0])

    async with asyncio.timeout(WITHIN_S):
        await asyncio.gather(point(), point(at="intended"), point(at="applied"))
