import asyncio

import pytest
from msgspec.structs import replace

from backends.errors import Rejected, TimedOut, Unreachable
from backends.model.reason import Reason
from console.exit import Exit
from console.operations.planner import Request, plan_drain, plan_resume
from console.operations.result import NodeResult, Outcome, Result, sum_up
from console.operations.runner import CONFIRM_WITHIN_S, Runner
from console.targets import Targets

FOREIGN = Reason("bad dimm", by="joe")


class Pod:
    """A watched session over a fake scheduler, and ann who drains and resumes on it."""

    def __init__(self, session, scheduler, clock):
        self.session = session
        self.scheduler = scheduler
        self.clock = clock
        self.progress = []

    def plan(self, planner=plan_drain, names=("n1", "n2"), user="ann", *, take_over=False):
        request = Request(
            operation="op-abc123",
            user=user,
            reason="leak",
            at=self.clock.now(),
            equivalent=self.scheduler.equivalent,
            take_over=take_over,
        )
        return planner(self.session.store["alpha"], Targets("alpha", tuple(names)), request)

    def start(self, plan, *, wait=False, timeout_s=None):
        runner = Runner(self.session, plan)
        return asyncio.ensure_future(runner.run(wait=wait, timeout_s=timeout_s, progress=self.progress.append))

    async def run(self, plan, **how):
        return await self.clock.finish(self.start(plan, **how))


@pytest.fixture
async def pod(clock, make, fake_scheduler, open_session):
    scheduler = fake_scheduler()
    async with open_session(scheduler) as session:
        watching = asyncio.create_task(session.watch())
        await clock.advance(1)
        yield Pod(session, scheduler, clock)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        assert asyncio.all_tasks() == {asyncio.current_task()}


def outcomes(result):
    return {node.node: node.outcome for node in result.nodes}


async def test_a_drain_is_done_when_the_scheduler_says_it_is_closed(pod):
    result = await pod.run(pod.plan())
    assert (result.outcome, result.exit) == (Outcome.DONE, Exit.DONE)
    assert pod.scheduler.written == [("drain", ("n1", "n2"))]
    assert result.text == "n[1-2]: closed to new work"
    assert outcomes(result) == {"n1": Outcome.DONE, "n2": Outcome.DONE}


async def test_waiting_ends_when_the_last_job_has_and_says_who_it_waits_for(pod, make, clock):
    pod.scheduler.queue["7"] = make.job("7", ("n1",))
    pod.scheduler.set("n1", "MIXED")
    await clock.advance(3)
    task = pod.start(pod.plan(), wait=True)
    await clock.advance(30)
    assert not task.done()
    last = pod.progress[-1]
    assert {node.node: (node.outcome, node.service, node.jobs) for node in last.nodes} == {
        "n1": (Outcome.WORKING, "draining", ("7",)),
        "n2": (Outcome.DONE, "drained", ()),
    }
    assert len(pod.progress) < 4, "told when something changes, not each round"
    pod.scheduler.end("7")
    result = await clock.finish(task)
    assert (result.outcome, {node.service for node in result.nodes}) == (Outcome.DONE, {"drained"})


async def test_a_deadline_ends_the_waiting_and_the_drain_stands(pod, make, clock):
    pod.scheduler.queue["7"] = make.job("7", ("n1",))
    pod.scheduler.set("n1", "MIXED")
    await clock.advance(3)
    started_s = clock.elapsed_s
    result = await pod.run(pod.plan(), wait=True, timeout_s=20)
    assert (result.outcome, result.exit) == (Outcome.TIMED_OUT, Exit.DEADLINE)
    assert outcomes(result) == {"n1": Outcome.TIMED_OUT, "n2": Outcome.DONE}
    assert "1 node not there yet" in result.text
    assert 20 <= clock.elapsed_s - started_s <= 21
    assert "DRAIN" in pod.scheduler.facts["n1"].state


async def test_a_deadline_before_the_write_is_confirmed_does_not_cut_the_write(pod):
    result = await pod.run(pod.plan(), wait=True, timeout_s=0)
    assert pod.scheduler.written
    assert result.outcome in (Outcome.TIMED_OUT, Outcome.DONE)


async def test_a_part_that_was_refused_is_some_failed(pod):
    pod.scheduler.half = ("n1",)
    pod.scheduler.refuse = Rejected("Invalid node state", where="head")
    result = await pod.run(pod.plan(), wait=True)
    assert (result.outcome, result.exit) == (Outcome.FAILED, Exit.SOME_FAILED)
    assert outcomes(result) == {"n1": Outcome.DONE, "n2": Outcome.FAILED}
    assert result.text == "head: Invalid node state"
    assert [node.detail for node in result.nodes] == ["", "not closed to new work"]
    assert len(pod.scheduler.written) == 1, "never applied again"


async def test_all_refused_is_failed(pod):
    pod.scheduler.half = ()
    pod.scheduler.refuse = Rejected("Access denied")
    result = await pod.run(pod.plan())
    assert (result.outcome, result.exit, result.text) == (Outcome.FAILED, Exit.FAILED, "Access denied")


async def test_a_write_that_says_yes_and_does_nothing_is_failed(pod):
    pod.scheduler.half = ()
    result = await pod.run(pod.plan())
    assert (result.outcome, set(outcomes(result).values())) == (Outcome.FAILED, {Outcome.FAILED})


@pytest.mark.parametrize("error", [TimedOut("no answer"), Unreachable("connection lost"), Rejected("odd")])
async def test_an_error_that_had_its_effect_all_the_same_is_done(pod, error):
    pod.scheduler.refuse = error
    result = await pod.run(pod.plan())
    assert (result.outcome, result.exit) == (Outcome.DONE, Exit.DONE)


async def test_an_answer_under_way_during_the_write_is_not_believed(pod, clock):
    async def slowly():
        await clock.sleep(7)

    pod.scheduler.write_takes = slowly
    result = await pod.run(pod.plan())
    assert result.outcome is Outcome.DONE


async def test_a_scheduler_that_falls_silent_after_the_write_is_unknown(pod, clock):
    async def falls_silent():
        pod.scheduler.silent = Unreachable("connection lost")

    pod.scheduler.write_takes = falls_silent
    started_s = clock.elapsed_s
    result = await pod.run(pod.plan(), wait=True)
    assert (result.outcome, result.exit) == (Outcome.UNKNOWN, Exit.PARTIAL)
    assert set(outcomes(result).values()) == {Outcome.UNKNOWN}
    assert CONFIRM_WITHIN_S <= clock.elapsed_s - started_s <= CONFIRM_WITHIN_S + 1


async def test_a_scheduler_that_is_silent_before_the_write_is_not_written_to(pod):
    plan = pod.plan()
    pod.scheduler.silent = Unreachable("connection lost")
    result = await pod.run(plan)
    assert (result.outcome, result.exit) == (Outcome.UNKNOWN, Exit.PARTIAL)
    assert "nothing was written" in result.text
    assert pod.scheduler.written == []


@pytest.mark.parametrize("noticed_s", [0, 10])
async def test_a_node_that_changed_hands_while_the_plan_was_read_is_a_conflict(pod, clock, noticed_s):
    plan = pod.plan()
    pod.scheduler.set("n2", "IDLE+DRAIN", FOREIGN)
    await clock.advance(noticed_s)
    result = await pod.run(plan)
    assert (result.outcome, result.exit) == (Outcome.CONFLICT, Exit.CONFLICT)
    assert "n2 changed hands" in result.text
    assert "bad dimm" in result.text
    assert pod.scheduler.written == []
    assert pod.scheduler.facts["n2"].reason == FOREIGN


async def test_a_node_that_went_away_while_the_plan_was_read_is_a_conflict(pod):
    plan = pod.plan()
    del pod.scheduler.facts["n2"]
    result = await pod.run(plan)
    assert (result.outcome, result.text) == (Outcome.CONFLICT, "n2 is gone from the scheduler")
    assert pod.scheduler.written == []


async def test_given_back_by_somebody_else_while_waiting_is_a_conflict(pod, make, clock):
    pod.scheduler.queue["7"] = make.job("7", ("n1",))
    pod.scheduler.set("n1", "MIXED")
    await clock.advance(3)
    task = pod.start(pod.plan(), wait=True)
    await clock.advance(10)
    pod.scheduler.set("n1", "MIXED")
    result = await clock.finish(task)
    assert (result.outcome, result.exit) == (Outcome.CONFLICT, Exit.CONFLICT)
    assert outcomes(result) == {"n1": Outcome.CONFLICT, "n2": Outcome.DONE}
    assert "given back by somebody else" in result.nodes[0].detail


@pytest.mark.parametrize("reason", [FOREIGN, Reason("megapod:op-zzz999 joe: mine")])
async def test_taken_over_by_somebody_else_while_waiting_is_a_conflict(pod, make, clock, reason):
    pod.scheduler.queue["7"] = make.job("7", ("n1",))
    pod.scheduler.set("n1", "MIXED")
    await clock.advance(3)
    task = pod.start(pod.plan(), wait=True)
    await clock.advance(10)
    pod.scheduler.set("n1", "MIXED+DRAIN", reason)
    result = await clock.finish(task)
    assert result.outcome is Outcome.CONFLICT
    assert result.nodes[0].detail == f"taken over by somebody else: {reason.text}"


async def test_a_drained_node_beside_a_silent_queue_is_not_done_yet(pod, make, clock):
    pod.scheduler.queue["7"] = make.job("7", ("n1",))
    pod.scheduler.set("n1", "MIXED")
    await clock.advance(3)
    task = pod.start(pod.plan(), wait=True)
    await clock.advance(10)
    pod.scheduler.queue_silent = TimedOut("squeue does not answer")
    await clock.advance(5)
    pod.scheduler.end("7")
    await clock.advance(60)
    assert not task.done()
    pod.scheduler.queue_silent = None
    assert (await clock.finish(task)).outcome is Outcome.DONE


async def test_old_facts_never_end_the_waiting(pod, make, clock):
    pod.scheduler.queue["7"] = make.job("7", ("n1",))
    pod.scheduler.set("n1", "MIXED")
    await clock.advance(3)
    task = pod.start(pod.plan(), wait=True, timeout_s=600)
    await clock.advance(10)
    pod.scheduler.silent = Unreachable("slurmctld is down")
    pod.scheduler.end("7")
    await clock.advance(300)
    assert not task.done()
    pod.scheduler.silent = None
    assert (await clock.finish(task)).outcome is Outcome.DONE


async def test_a_deadline_in_silence_says_that_the_states_are_old(pod, make, clock):
    pod.scheduler.queue["7"] = make.job("7", ("n1",))
    pod.scheduler.set("n1", "MIXED")
    await clock.advance(3)
    task = pod.start(pod.plan(), wait=True, timeout_s=60)
    await clock.advance(10)
    pod.scheduler.silent = Unreachable("slurmctld is down")
    result = await clock.finish(task)
    assert result.outcome is Outcome.TIMED_OUT
    assert "the scheduler does not answer" in result.text


async def test_waiting_for_what_we_drained_before_writes_nothing(pod, make, clock):
    pod.scheduler.queue["7"] = make.job("7", ("n1",))
    pod.scheduler.set("n1", "MIXED+DRAIN", make.mark())
    await clock.advance(3)
    plan = pod.plan(names=("n1",))
    assert (await pod.run(plan)).text == "nothing to do"
    task = pod.start(plan, wait=True)
    await clock.advance(10)
    assert not task.done()
    pod.scheduler.end("7")
    assert (await clock.finish(task)).outcome is Outcome.DONE
    assert pod.scheduler.written == []


async def test_a_down_node_without_jobs_is_closed_and_done(pod, clock):
    pod.scheduler.set("n1", "DOWN")
    await clock.advance(3)
    plan = pod.plan(names=("n1",))

    async def down():
        pod.scheduler.half = ()
        pod.scheduler.set("n1", "DOWN+DRAIN", Reason(plan.steps[0].reason))

    pod.scheduler.write_takes = down
    result = await pod.run(plan, wait=True)
    assert (result.outcome, result.nodes[0].detail) == (Outcome.DONE, "down; closed to new work")


async def test_a_resume_is_done_when_the_scheduler_says_it_takes_work(pod, make, clock):
    pod.scheduler.set("n1", "IDLE+DRAIN", make.mark())
    await clock.advance(3)
    result = await pod.run(pod.plan(plan_resume))
    assert pod.scheduler.written == [("resume", ("n1",))]
    assert (result.outcome, result.text) == (Outcome.DONE, "n[1-2]: in service")
    assert outcomes(result) == {"n1": Outcome.DONE, "n2": Outcome.DONE}


async def test_a_resume_that_takes_over_notices_a_third_hand(pod, clock):
    pod.scheduler.set("n1", "IDLE+DRAIN", FOREIGN)
    await clock.advance(3)
    plan = pod.plan(plan_resume, ("n1",), take_over=True)
    pod.scheduler.set("n1", "IDLE+DRAIN", Reason("smoke", by="zoe"))
    await clock.advance(5)
    assert (await pod.run(plan)).outcome is Outcome.CONFLICT
    assert pod.scheduler.written == []


async def test_a_node_that_stays_down_is_not_resumed(pod, make, clock):
    pod.scheduler.set("n1", "IDLE+DRAIN", make.mark())
    await clock.advance(3)
    pod.scheduler.half = ()
    result = await pod.run(pod.plan(plan_resume, ("n1",)))
    assert (result.outcome, result.nodes[0].service) == (Outcome.FAILED, "drained")


async def test_a_refused_or_an_old_plan_does_not_run(pod, clock):
    plan = pod.plan()
    await clock.advance(301)
    late = await pod.run(plan)
    assert (late.outcome, late.exit) == (Outcome.REFUSED, Exit.REFUSED)
    assert "too old" in late.text
    pod.scheduler.set("n1", "IDLE+DRAIN", FOREIGN)
    await clock.advance(3)
    refused = await pod.run(pod.plan())
    assert refused.outcome is Outcome.REFUSED
    assert pod.scheduler.written == []


async def test_an_interrupted_wait_leaves_the_drain_and_no_task(pod, make, clock):
    pod.scheduler.queue["7"] = make.job("7", ("n1",))
    pod.scheduler.set("n1", "MIXED")
    await clock.advance(3)
    task = pod.start(pod.plan(), wait=True)
    await clock.advance(10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert "DRAIN" in pod.scheduler.facts["n1"].state


def result_of(*ends):
    nodes = tuple(NodeResult(node=f"n{n}", outcome=end, service="idle") for n, end in enumerate(ends))
    return Result(operation="op", verb="drain", pod="a", targets="n", outcome=sum_up(nodes), text="", nodes=nodes)


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ((Outcome.DONE, Outcome.DONE), Exit.DONE),
        ((Outcome.DONE, Outcome.FAILED), Exit.SOME_FAILED),
        ((Outcome.FAILED, Outcome.FAILED), Exit.FAILED),
        ((Outcome.DONE, Outcome.FAILED, Outcome.CONFLICT), Exit.CONFLICT),
        ((Outcome.DONE, Outcome.UNKNOWN), Exit.PARTIAL),
        ((Outcome.TIMED_OUT, Outcome.DONE), Exit.DEADLINE),
        ((Outcome.TIMED_OUT, Outcome.UNKNOWN), Exit.PARTIAL),
    ],
)
def test_a_whole_set_ends_as_its_worst_node(ends, code):
    assert result_of(*ends).exit is code


def test_every_end_has_a_code_and_different_ends_different_ones():
    ended = [outcome for outcome in Outcome if outcome is not Outcome.WORKING]
    codes = {replace(result_of(), outcome=outcome).exit for outcome in ended}
    assert len(codes) == len(ended)
