"""A provisioning, killed at every kind of event. It has so many steps that a worker for each point would take minutes:
one is killed again and again on its way."""

import asyncio
import signal
from itertools import chain, repeat

import pytest

from console.exit import Exit
from console.operations import event as ev
from console.operations.request import Options
from console.operations.result import Outcome

WITHIN_S = 120.0
PROVISION = {
    "verb": "provision",
    "options": Options(profile="disc"),
    "nodes": 6,
    "far": {"drain": 1, "insert": 1, "override": 1, "ForceOff": 1, "On": 1, "eject": 1, "resume": 1},
    "undone": False,
    "controllers": True,
    "speed": 60.0,
}
STEPS = frozenset(
    "close empty media boot-from power-off power-on booted boot-normally eject joined resume".split()  # noqa: SIM905
)
FREEZE = """
[[pods.austin.policy.freeze]]
name = "launch"
start = 2020-01-01T00:00:00Z
end = 2099-01-01T00:00:00Z
"""
pytestmark = pytest.mark.parametrize("site", [PROVISION], ids=["provision"], indirect=True)


async def march(site, deaths):
    """One worker after the other dies as it is told, until one does not; where each of them did."""
    died_at = []
    async with site.nodes() as names:
        operation = site.begin(names)
        for dies in deaths:
            if (code := await site.carry(operation, **dies)) != -signal.SIGKILL:
                break
            died_at.append(site.journal.entries(operation)[-1].event)
            site.journal.append(operation, ev.Adopted())
        result = site.result(operation)
        assert (code, result.outcome) == (0, Outcome.DONE), result
        assert site.counts(names) == [site.row.far], site.told(operation)
        assert [site.far.starts_from(name) for name in names] == [("None", "")]
    return died_at


def steps(events, kind):
    return {event.step.partition("/")[0] for event in events if isinstance(event, kind)}


async def test_whose_every_worker_dies_it_gets_there_and_nothing_happens_twice(site):
    """Two events further each, or before the record of what was done, or at each end of a step."""
    ends = chain([{"after": 1}, {"noted": 1}], repeat({"at": "ended closed"}))
    async with asyncio.timeout(WITHIN_S):
        after, before, ended = await asyncio.gather(
            march(site, repeat({"after": 3})), march(site, repeat({"before": 3})), march(site, ends)
        )
    effects = {"close", "media", "boot-from", "power-off", "power-on", "resume"}
    assert steps(after, ev.Applied) >= effects
    assert steps(before, ev.Intended) & effects, "the effect has happened, and nothing says so"
    assert steps(ended, ev.Ended) == STEPS
    assert {type(event) for event in ended} == {ev.Started, ev.Noted, ev.Ended, ev.Closed}


async def test_cancelled_after_a_death_it_starts_nothing_more_and_takes_back_what_it_prepared(site):
    told = await site.untouched()

    async def point(number):
        async with site.nodes() as names:
            operation, (name,) = site.begin(names), names
            before = [site.far.stands(name)]
            await site.dies(operation, before=number)
            await site.take_back(operation, names, before)
            assert site.far.starts_from(name) == ("None", "")
            state = site.journal.operation(operation)
            off = state.progress(f"power-off/{name}", name)
            switched = off is not None and off.tries > 0
            given_back = state.progress(f"resume/{name}", name) is not None
            assert site.far.world.nodes[name].drain is (switched and not given_back)
            word = "was being given back" if given_back else "left closed" if switched else "as before"
            assert f"{name} {word}" in state.text
            return switched

    async with asyncio.timeout(WITHIN_S):
        points = [number for number, kind in enumerate(told, 1) if kind == "applied"]
        assert set(await asyncio.gather(*map(point, points))) == {True, False}


async def test_a_freeze_that_opens_on_its_way_stops_what_is_not_off_yet_and_brings_back_what_is(site):
    async with asyncio.timeout(WITHIN_S), site.nodes() as early, site.nodes() as late:
        before, after = site.begin(early), site.begin(late)
        await asyncio.gather(
            site.dies(before, at="ended", step="boot-from"), site.dies(after, at="ended", step="power-off")
        )
        with site.configured(("[pods.austin.ssh]", f"{FREEZE}\n[pods.austin.ssh]")):
            assert await asyncio.gather(site.carry(before), site.carry(after)) == [Exit.REFUSED, Exit.DONE]
        (end,) = site.result(before).nodes
        assert (end.outcome, end.stage) == (Outcome.REFUSED, "power-off")
        assert end.detail.startswith("power-off not begun: freeze.launch: frozen for 'launch'")
        assert site.far.starts_from(early[0]) == ("None", ""), "what was prepared is taken back, whatever is frozen"
        assert not {"ForceOff", "On"} & set(site.counts(early)[0])
        assert site.counts(late) == [site.row.far]
        await site.say("retry", before)
        assert await site.carry(before) == Exit.DONE
        (told,) = site.counts(early)
        assert (told["ForceOff"], told["On"], told["insert"], told["eject"]) == (1, 1, 2, 2)
