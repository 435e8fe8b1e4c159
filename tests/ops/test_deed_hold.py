"""Holds carried by the engine over a journal of their own: written down, marked, taken back, never lost."""

import asyncio
from datetime import timedelta

import pytest

from backends.model.reason import Reason
from console.operations import event as ev
from console.operations.cordon import plan_cordon
from console.operations.drain import plan_drain
from console.operations.engine import Engine
from console.operations.event import Actor
from console.operations.hold_plan import plan_hold, plan_release
from console.operations.memory import Memory
from console.operations.operation import fold
from console.operations.policy import MaxOut, Policy
from console.operations.result import Outcome
from console.operations.resume import plan_resume
from console.operations.world import World

FOREIGN = Reason("bad dimm", by="joe")
OURS = "megapod:op-older0 ann: leak"


@pytest.fixture
async def pod(start_pod):
    return await start_pod()


async def test_a_hold_is_in_the_journal_before_the_node_is_marked(pod):
    held_then = []

    async def look():
        held_then.append(sorted(pod.holds))

    pod.scheduler.write_takes = look
    result = await pod.run(plan_hold, ticket="OPS-1")
    assert result.outcome is Outcome.DONE
    assert held_then == [["n1", "n2"]]
    assert pod.holds["n1"] == "held by ann [OPS-1]: dimm"
    assert pod.reason("n1") == "megapod:op-test01 ann: hold ticket OPS-1: dimm"


async def test_a_held_node_comes_back_by_a_release_only(pod):
    pod.scheduler.set("n1", "IDLE+DRAIN", Reason(OURS))
    pod.scheduler.set("n2", "IDLE+DRAIN", Reason(OURS))
    await pod.clock.advance(3)
    await pod.run(plan_hold, "n1")
    resumed = await pod.run(plan_resume)
    assert [(node.node, node.outcome) for node in resumed.nodes] == [("n2", Outcome.DONE), ("n1", Outcome.SKIPPED)]
    released = await pod.run(plan_release, "n1")
    assert (released.outcome, pod.holds) == (Outcome.DONE, {})
    assert pod.reason("n1") == "megapod:op-test03 ann: released op-test01, still out: dimm"
    assert (await pod.run(plan_resume, "n1")).outcome is Outcome.DONE
    assert pod.scheduler.facts["n1"].state == ("IDLE",)


async def test_a_release_gives_back_in_one_go(pod):
    await pod.run(plan_hold)
    assert (await pod.run(plan_release, back=True)).outcome is Outcome.DONE
    assert (pod.holds, pod.scheduler.facts["n1"].state) == ({}, ("IDLE",))


async def test_a_hold_made_on_another_host_is_known_by_its_mark(pod):
    pod.scheduler.set("n1", "IDLE+DRAIN", Reason("megapod:op-far001 bob: hold ticket OPS-9: loud fan"))
    await pod.clock.advance(3)
    plan = pod.plan(plan_resume, "n1", take_over=True)
    assert "held by bob [OPS-9]: loud fan" in plan.blockers[0].text
    assert (await pod.run(plan_release, "n1", take_over=True, back=True)).outcome is Outcome.DONE
    assert pod.scheduler.facts["n1"].state == ("IDLE",)


async def test_a_release_on_another_host_is_known_by_its_mark_and_the_node_may_be_held_anew(pod):
    here, elsewhere = pod.journal, Memory(pod.clock.now, Actor("ann", "desk2", 1))
    await pod.run(plan_hold, "n1")
    pod.journal = elsewhere
    assert (await pod.run(plan_release, "n1")).outcome is Outcome.DONE
    pod.journal = here
    assert "n1" in pod.holds, "this journal has not heard of it"
    assert not pod.plan(plan_resume, "n1").refused
    assert (await pod.run(plan_hold, "n1", ticket="OPS-2")).outcome is Outcome.DONE
    assert pod.plan(plan_resume, "n1").refused
    assert pod.holds["n1"] == "held by ann [OPS-2]: dimm"


async def test_a_hold_is_who_s_asked_for_it_whoever_carries_it(pod):
    await pod.run(plan_hold, "n1", user="bob")
    assert pod.holds["n1"] == "held by bob: dimm"
    assert pod.plan(plan_release, "n1", user="ann").refused
    assert not pod.plan(plan_release, "n1", user="bob").refused


async def test_a_hold_that_expires_keeps_nothing_out(pod):
    until = pod.clock.now() + timedelta(minutes=5)
    await pod.run(plan_hold, "n1", until=until)
    assert pod.plan(plan_resume, "n1").refused
    await pod.clock.advance(600)
    assert (await pod.run(plan_resume, "n1")).outcome is Outcome.DONE


async def test_another_s_reason_stays_and_the_hold_stands_all_the_same(pod):
    pod.scheduler.set("n1", "IDLE+DRAIN", FOREIGN)
    await pod.clock.advance(3)
    assert (await pod.run(plan_hold, "n1")).outcome is Outcome.DONE
    assert (pod.reason("n1"), pod.scheduler.written) == (FOREIGN.text, [])
    assert pod.plan(plan_resume, "n1", take_over=True).refused
    assert (await pod.run(plan_release, "n1")).outcome is Outcome.DONE
    assert (pod.reason("n1"), pod.holds) == (FOREIGN.text, {})


async def test_a_node_held_while_a_resume_was_read_is_not_given_back(pod):
    pod.scheduler.set("n1", "IDLE+DRAIN", Reason(OURS))
    await pod.clock.advance(3)
    plan = pod.plan(plan_resume, "n1")
    pod.journal.append("op-bob", ev.Held(pod="alpha", nodes=("n1",), reason="smoke", owner="bob"))
    result = await pod.clock.finish(pod.start(plan))
    assert (result.outcome, pod.scheduler.written) == (Outcome.CONFLICT, [])
    assert "held by bob: smoke; `megapod release n1` lifts it" in result.text


async def test_cancelled_it_leaves_each_node_as_it_was(pod):
    pod.scheduler.set("n2", "IDLE+DRAIN", Reason(OURS))
    await pod.clock.advance(3)
    plan = pod.plan(plan_hold)

    async def cancel():
        pod.journal.append(plan.operation, ev.Cancelling(why="wrong rack"))
        pod.scheduler.write_takes = None

    pod.scheduler.write_takes = cancel
    result = await pod.clock.finish(pod.start(plan))
    assert result.outcome is Outcome.CANCELLED, result.text
    assert (pod.holds, pod.reason("n2")) == ({}, OURS)
    assert pod.scheduler.facts["n1"].state == ("IDLE",)


async def test_a_cancelled_release_holds_again_for_who_held(pod):
    await pod.run(plan_hold, ticket="OPS-1")
    plan = pod.plan(plan_release)

    async def cancel():
        pod.journal.append(plan.operation, ev.Cancelling())
        pod.scheduler.write_takes = None

    pod.scheduler.write_takes = cancel
    await pod.clock.finish(pod.start(plan))
    assert pod.holds == dict.fromkeys(("n1", "n2"), "held by ann [OPS-1]: dimm")
    assert "hold ticket OPS-1: dimm" in pod.reason("n1")


class Killed(BaseException):
    """The process is gone."""


class Dying(Memory):
    """A journal whose process dies right after its nth event."""

    after = 0

    def append(self, operation, event):
        entry = super().append(operation, event)
        if len(self.kept) == self.after:
            raise Killed
        return entry


@pytest.mark.parametrize("after", range(2, 15))
@pytest.mark.parametrize("back", [False, True])
async def test_killed_after_any_event_a_hold_and_a_release_converge(pod, back, after):
    pod.journal = Dying(pod.clock.now, Actor("ann", "desk", 1))
    for planner, options, held in ((plan_hold, {}, True), (plan_release, {"back": back}, False)):
        plan = pod.plan(planner, "n1", **options)
        pod.journal.after = len(pod.journal.kept) + after
        task = pod.start(plan)
        await pod.clock.advance(40)
        await asyncio.gather(task, return_exceptions=True)
        pod.journal.after = 0
        operation = fold(pod.journal.entries(plan.operation))
        if not operation.ended:
            engine = Engine(World(pod.session, plan, pod.journal), pod.journal, operation)
            assert (await pod.clock.finish(engine.run())).outcome is Outcome.DONE
        await pod.clock.advance(3)
        assert bool(pod.holds) is held
    assert ("DRAIN" in pod.scheduler.facts["n1"].state) is not back
    assert len(pod.scheduler.written) == 2


@pytest.mark.parametrize("planner", [plan_drain, plan_cordon, plan_hold])
async def test_the_budget_is_asked_again_before_nodes_are_closed(start_pod, planner):
    policy = Policy(max_out=MaxOut(pod=1))
    pod = await start_pod(policy=policy)
    plan = pod.plan(planner, "n1", policy=policy)
    assert not plan.refused
    pod.scheduler.set("n2", "DOWN")
    result = await pod.clock.finish(pod.start(plan))
    assert (result.outcome, pod.scheduler.written) == (Outcome.REFUSED, [])
    assert "max_out.pod alpha: 2 of 2 nodes of pod alpha out with this (1 are); 1 allowed" in result.text
