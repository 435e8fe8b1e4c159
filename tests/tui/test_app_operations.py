"""Words to operations by key, and the offer to carry on what was interrupted."""

import asyncio

from msgspec.structs import replace

from console.operations import event as ev
from console.operations.carrier import Here
from console.operations.identity import actor
from console.operations.operation import fold
from console.operations.plan import Blast, Plan
from console.operations.result import Outcome
from console.operations.step import Do, Lane, Phase, Step


class Interrupted(Here):
    """A journal with one drain that nobody carries, until somebody adopts it."""

    who = actor().user

    async def under_way(self):
        return ("op-lost01",)

    async def look_on(self, identity):
        operation = fold(self._journal.entries(identity))
        yield replace(operation, lost=not any(isinstance(one.event, ev.Adopted) for one in self._journal.kept))


class Hers(Interrupted):
    """The same, begun by another."""

    who = "zoe"


def begin(bench):
    """A drain of gpu001 in the journal that was closed and then cut off."""
    step = Step(id="close", do=Do.CLOSE, nodes=("gpu001",), args={"reason": "megapod:op-lost01 ann: leak"})
    at = bench.clock.now()
    plan = Plan(
        operation="op-lost01",
        verb="drain",
        pod="lab",
        targets="gpu001",
        reason="leak",
        user="ann",
        phases=(Phase(name="close", lanes=(Lane((step,)),)),),
        blast=Blast(nodes=1, gpus=8),
        made_at=at,
        expires_at=at,
    )
    bench.journal.actor = ev.Actor(bench.carrier.who, "desk", 1)
    bench.journal.append("op-lost01", ev.Begun(plan=plan, config="", take=("gpu001",)))
    bench.journal.append("op-lost01", ev.Intended(step="close", nodes=("gpu001",)))


def said(bench, kind):
    return [entry.event for entry in bench.journal.kept if isinstance(entry.event, kind)]


async def test_what_was_interrupted_is_offered_and_a_yes_carries_it_on(bench):
    bench = bench(carrier=Interrupted)
    begin(bench)
    async with bench.on_screen() as pilot:
        text = await bench.until(pilot, "interrupted: carry on it?", "drain gpu001 (op-lost01)")
        assert "Nothing is lost" in text
        await pilot.press("y")
        await bench.until(pilot, "gpu001")
        assert len(said(bench, ev.Adopted)) == 1


async def test_later_leaves_it_as_it_is_and_a_carries_it_on_from_the_operations(bench):
    bench = bench(carrier=Interrupted)
    begin(bench)
    async with bench.on_screen() as pilot:
        await bench.until(pilot, "interrupted: carry on it?")
        await pilot.press("enter")
        await pilot.press("7")
        await bench.until(pilot, "op-lost01", "interrupted")
        assert not said(bench, ev.Adopted), "Later is under the finger"
        await pilot.press("a")
        await bench.until(pilot, "carry on op-lost01 as yours?")
        await pilot.press("y")
        await bench.until(pilot, "op-lost01 is carried on by you")
        assert len(said(bench, ev.Adopted)) == 1


async def test_another_s_interrupted_operation_is_told_and_not_offered(bench):
    bench = bench(carrier=Hers)
    begin(bench)
    async with bench.on_screen() as pilot:
        await bench.until(pilot, "interrupted: `megapod ops adopt")
        await pilot.pause(1.5)  # longer than the offer would take: that it does not come is what is looked for
        assert "carry on it?" not in bench.text


async def test_a_drain_is_paused_and_a_cancel_wants_a_reason_and_gives_back(bench):
    bench = bench()
    bench.scheduler.run_job("7", "gpu001")
    async with bench.on_screen() as pilot:
        await bench.until(pilot, "gpu001")
        await pilot.press(*":drain gpu001 leak", "enter")
        await bench.until(pilot, "drain gpu001?")
        await pilot.press("y", "7")
        await bench.until(pilot, "draining", "clear by")
        await pilot.press("z")
        await bench.until(pilot, "is paused: no further effect")
        await pilot.press("x")
        await bench.until(pilot, "reason:")
        await pilot.press("enter")
        await bench.until(pilot, "a reason is needed")
        await pilot.press(*"wrong rack", "enter")
        await bench.until(pilot, "is told to cancel: what it changed is taken back")
    assert len(said(bench, ev.Paused)) == 1
    assert said(bench, ev.Cancelling)[0].why == "wrong rack"


async def test_a_paused_one_goes_on_at_the_same_key(bench):
    bench = bench(carrier=Interrupted)
    begin(bench)
    bench.journal.append("op-lost01", ev.Paused(why="lunch"))
    async with bench.on_screen() as pilot:
        await bench.until(pilot, "interrupted: carry on it?")
        await pilot.press("n", "7")
        await bench.until(pilot, "op-lost01")
        await pilot.press("z")
        await bench.until(pilot, "op-lost01 goes on")
    assert len(said(bench, ev.Continued)) == 1


async def test_what_has_ended_takes_no_word_but_to_begin_again(bench):
    bench = bench(carrier=Interrupted)
    begin(bench)
    bench.journal.append("op-lost01", ev.Ended(step="close", ends=(ev.NodeEnd("gpu001", Outcome.FAILED, "refused"),)))
    bench.journal.append("op-lost01", ev.Closed(outcome=Outcome.FAILED, text="gpu001: refused"))
    async with bench.on_screen() as pilot:
        await pilot.press("7")
        await bench.until(pilot, "op-lost01", "failed")
        await pilot.press("x")
        await bench.until(pilot, "op-lost01 has ended: failed")
        await pilot.press("t")
        await bench.until(pilot, "begin again with gpu001?", "gpu001 failed: refused")
        await pilot.press("y")
        await bench.until(pilot, "op-lost01 begins again")
        assert said(bench, ev.Retried) == [ev.Retried(nodes=("gpu001",))]


async def test_what_another_process_begins_or_begins_again_is_seen_as_it_goes(bench):
    class Elsewhere(Here):
        """A journal that others write."""

        async def under_way(self):
            found = fold(self._journal.entries("op-lost01"))
            return () if found is None or found.ended else (found.id,)

        async def look_on(self, identity):
            told = None
            while told is None or not told.ended:
                if (found := fold(self._journal.entries(identity))) != told:
                    told = found
                    yield told
                await asyncio.sleep(0.05)

        who = "zoe"

    bench = bench(carrier=Elsewhere)
    async with bench.on_screen() as pilot:
        await bench.until(pilot, "gpu001")
        await pilot.press("7")
        begin(bench)
        await bench.until(pilot, "op-lost01", "closing")
        bench.journal.append("op-lost01", ev.Closed(outcome=Outcome.FAILED, text="gpu001: refused"))
        await bench.until(pilot, "op-lost01", "failed")
        bench.journal.append("op-lost01", ev.Retried(nodes=("gpu001",)))
        bench.journal.append("op-lost01", ev.Noted(step="close", texts={"gpu001": "begun again by zoe"}))
        await bench.until(pilot, "op-lost01", "begun again by zoe")


async def test_a_write_on_what_an_operation_has_in_hand_says_how_to_take_it_back_before_anything_is_asked(bench):
    bench = bench(carrier=Interrupted)
    begin(bench)
    async with bench.on_screen() as pilot:
        await bench.until(pilot, "interrupted: carry on it?")
        await pilot.press("n")
        await bench.until(pilot, "gpu001", "1 op")
        await pilot.press("U")
        await bench.until(pilot, "op-lost01 is at work there (drain): 7 shows it, x there takes it back")
