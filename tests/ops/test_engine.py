import asyncio

import pytest
from msgspec.structs import replace

from backends.errors import Rejected, TimedOut, Unreachable
from backends.model.reason import Reason
from console.exit import Exit
from console.operations import event as ev
from console.operations.carrier import Here
from console.operations.closing import CONFIRM_WITHIN_S
from console.operations.drain import plan_drain
from console.operations.engine import Engine, LetGo
from console.operations.event import Actor
from console.operations.journal_error import JournalError
from console.operations.memory import Memory
from console.operations.operation import fold
from console.operations.request import Options, Request
from console.operations.result import NodeResult, Outcome, Result, sum_up
from console.operations.resume import plan_resume
from console.operations.step import Phase
from console.operations.world import World
from console.targets import Targets

FOREIGN = Reason("bad dimm", by="joe")


class Pod:
    """A watched session over a fake scheduler, and ann who drains and resumes on it."""

    def __init__(self, session, scheduler, clock):
        self.session = session
        self.scheduler = scheduler
        self.clock = clock
        self.journal = Memory(clock.now, Actor("ann", "desk", 1))
        self.progress = []

    def plan(self, planner=plan_drain, names=("n1", "n2"), user="ann", **options):
        request = Request(
            operation="op-abc123",
            user=user,
            reason="leak",
            at=self.clock.now(),
            equivalent=self.scheduler.equivalent,
            options=Options(**options),
        )
        return planner(self.session.store["alpha"], Targets("alpha", tuple(names)), request)

    def start(self, plan):
        return asyncio.ensure_future(self._carry(plan))

    async def run(self, plan):
        return await self.clock.finish(self.start(plan))

    def say(self, event):
        """Another person speaks: the event is in the journal, and not by the engine."""
        self.journal.append("op-abc123", event)

    async def _carry(self, plan):
        async for operation in Here(self.journal).carry(self.session, plan):
            self.progress.append(operation)
        return self.progress[-1].result


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


def details(result):
    return {node.node: node.detail for node in result.nodes}


async def busy(pod, make, name="n1", job="7"):
    pod.scheduler.queue[job] = make.job(job, (name,))
    pod.scheduler.set(name, "MIXED")
    await pod.clock.advance(3)


async def test_a_drain_is_done_when_the_scheduler_says_it_is_empty(pod):
    result = await pod.run(pod.plan())
    assert (result.outcome, result.exit) == (Outcome.DONE, Exit.DONE)
    assert pod.scheduler.written == [("drain", ("n1", "n2"))]
    assert result.text == "drain n[1-2]: done"
    assert outcomes(result) == {"n1": Outcome.DONE, "n2": Outcome.DONE}
    assert "reported by the scheduler, not confirmed: no GPU telemetry" in details(result)["n1"]


async def test_every_effect_is_in_the_journal_before_it_happens(pod):
    async def look():
        assert [type(entry.event) for entry in pod.journal.kept][-1] is ev.Intended

    pod.scheduler.write_takes = look
    await pod.run(pod.plan())
    kinds = [type(entry.event).__name__ for entry in pod.journal.kept if not isinstance(entry.event, ev.Noted)]
    assert kinds == ["Begun", "Started", "Intended", "Applied", "Ended", "Ended", "Ended", "Closed"]


async def test_waiting_ends_when_the_last_job_has_and_says_who_it_waits_for(pod, make, clock):
    await busy(pod, make)
    task = pod.start(pod.plan())
    await clock.advance(30)
    assert not task.done()
    last = pod.progress[-1]
    assert {node.node: (node.outcome, node.stage) for node in last.nodes} == {
        "n1": (Outcome.WORKING, "empty"),
        "n2": (Outcome.DONE, "empty"),
    }
    assert "job 7 runs" in last.node("n1").detail
    told = len(pod.progress)
    await clock.advance(300)
    assert len(pod.progress) == told, "told when something changes, not each round"
    pod.scheduler.end("7")
    assert (await clock.finish(task)).outcome is Outcome.DONE


async def test_the_deadline_of_an_operation_ends_it_and_what_was_done_stands(pod, make, clock):
    await busy(pod, make)
    result = await pod.run(pod.plan(deadline_s=20))
    assert (result.outcome, result.exit) == (Outcome.TIMED_OUT, Exit.DEADLINE)
    assert outcomes(result) == {"n1": Outcome.TIMED_OUT, "n2": Outcome.DONE}
    assert "DRAIN" in pod.scheduler.facts["n1"].state


async def test_a_part_that_was_refused_goes_no_further_and_the_rest_does(pod):
    pod.scheduler.half = ("n1",)
    pod.scheduler.refuse = Rejected("Invalid node state", where="head")
    result = await pod.run(pod.plan())
    assert (result.outcome, result.exit) == (Outcome.FAILED, Exit.SOME_FAILED)
    assert outcomes(result) == {"n1": Outcome.DONE, "n2": Outcome.FAILED}
    assert details(result)["n2"] == "not closed to new work: head: Invalid node state"
    assert len(pod.scheduler.written) == 1, "never applied again"


async def test_all_refused_is_failed(pod):
    pod.scheduler.half = ()
    pod.scheduler.refuse = Rejected("Access denied")
    result = await pod.run(pod.plan())
    assert (result.outcome, result.exit) == (Outcome.FAILED, Exit.FAILED)
    assert "Access denied" in result.text


async def test_a_write_that_says_yes_and_does_nothing_is_failed(pod, clock):
    pod.scheduler.half = ()
    started_s = clock.elapsed_s
    result = await pod.run(pod.plan())
    assert (result.outcome, set(outcomes(result).values())) == (Outcome.FAILED, {Outcome.FAILED})
    assert CONFIRM_WITHIN_S <= clock.elapsed_s - started_s < CONFIRM_WITHIN_S + 10
    assert len(pod.scheduler.written) == 1


@pytest.mark.parametrize("error", [TimedOut("no answer"), Unreachable("connection lost"), Rejected("odd")])
async def test_an_error_that_had_its_effect_all_the_same_is_done(pod, error):
    pod.scheduler.refuse = error
    assert (await pod.run(pod.plan())).outcome is Outcome.DONE


async def test_an_answer_under_way_during_the_write_is_not_believed(pod, clock):
    async def slowly():
        await clock.sleep(7)

    pod.scheduler.write_takes = slowly
    assert (await pod.run(pod.plan())).outcome is Outcome.DONE


async def test_a_scheduler_that_falls_silent_after_the_write_is_unknown(pod, clock):
    async def falls_silent():
        pod.scheduler.silent = Unreachable("connection lost")

    pod.scheduler.write_takes = falls_silent
    result = await pod.run(pod.plan())
    assert (result.outcome, result.exit) == (Outcome.UNKNOWN, Exit.PARTIAL)
    assert set(outcomes(result).values()) == {Outcome.UNKNOWN}
    assert "does not answer: connection lost" in result.text


async def test_a_scheduler_that_is_silent_before_the_write_is_not_written_to(pod):
    plan = pod.plan()
    pod.scheduler.silent = Unreachable("connection lost")
    result = await pod.run(plan)
    assert (result.outcome, result.exit) == (Outcome.UNKNOWN, Exit.PARTIAL)
    assert pod.scheduler.written == []


@pytest.mark.parametrize("noticed_s", [0, 10])
async def test_a_node_that_changed_hands_while_the_plan_was_read_is_left_alone_and_named(pod, clock, noticed_s):
    plan = pod.plan()
    pod.scheduler.set("n2", "IDLE+DRAIN", FOREIGN)
    await clock.advance(noticed_s)
    result = await pod.run(plan)
    assert (result.outcome, result.exit) == (Outcome.CONFLICT, Exit.CONFLICT)
    assert "n2 changed hands" in result.text
    assert "bad dimm" in result.text
    assert pod.scheduler.written == [("drain", ("n1",))]
    assert pod.scheduler.facts["n2"].reason == FOREIGN


async def test_a_node_that_went_away_while_the_plan_was_read_is_named(pod):
    plan = pod.plan()
    del pod.scheduler.facts["n2"]
    result = await pod.run(plan)
    assert (result.outcome, outcomes(result)["n2"]) == (Outcome.CONFLICT, Outcome.CONFLICT)
    assert "no longer knows it" in details(result)["n2"]


async def test_given_back_by_somebody_else_while_waiting_is_a_conflict(pod, make, clock):
    await busy(pod, make)
    task = pod.start(pod.plan())
    await clock.advance(10)
    pod.scheduler.set("n1", "MIXED")
    result = await clock.finish(task)
    assert (result.outcome, result.exit) == (Outcome.CONFLICT, Exit.CONFLICT)
    assert outcomes(result) == {"n1": Outcome.CONFLICT, "n2": Outcome.DONE}
    assert details(result)["n1"] == "given back by somebody else"
    assert pod.scheduler.written == [("drain", ("n1", "n2"))], "not drained again"


SILENT = Reason("Not responding", by="slurm")


async def test_a_node_that_falls_silent_while_it_drains_is_nobody_s_doing(pod, make, clock):
    await busy(pod, make)
    task = pod.start(pod.plan())
    await clock.advance(10)
    pod.scheduler.queue.clear()
    pod.scheduler.set("n1", "DOWN+DRAIN", pod.scheduler.facts["n1"].reason)
    result = await clock.finish(task)
    assert (outcomes(result)["n1"], details(result)["n1"]) == (Outcome.DONE, "down; closed to new work")


@pytest.mark.parametrize("mode", ["finish", "requeue"])
async def test_a_node_that_the_scheduler_takes_down_and_calls_its_own_has_failed(pod, make, clock, mode):
    await busy(pod, make)
    task = pod.start(pod.plan(mode=mode, grace_s=600))
    await clock.advance(10)
    pod.scheduler.set("n1", "DOWN", SILENT)
    result = await clock.finish(task)
    assert (outcomes(result)["n1"], result.exit) == (Outcome.FAILED, Exit.SOME_FAILED)
    assert details(result)["n1"] == "the scheduler took it down: 'Not responding'"


async def test_a_node_that_falls_silent_before_it_is_closed_has_not_changed_hands(pod, clock):
    plan = pod.plan()
    pod.scheduler.set("n1", "DOWN", SILENT)
    await clock.advance(3)
    result = await pod.run(plan)
    assert outcomes(result) == {"n1": Outcome.FAILED, "n2": Outcome.DONE}
    assert details(result)["n1"] == "the scheduler took it down: 'Not responding'"
    assert pod.scheduler.written == [("drain", ("n2",))], "its reason stays"


@pytest.mark.parametrize("reason", [FOREIGN, Reason("megapod:op-zzz999 joe: mine")])
async def test_taken_over_by_somebody_else_while_waiting_is_a_conflict(pod, make, clock, reason):
    await busy(pod, make)
    task = pod.start(pod.plan())
    await clock.advance(10)
    pod.scheduler.set("n1", "MIXED+DRAIN", reason)
    result = await clock.finish(task)
    assert result.outcome is Outcome.CONFLICT
    assert details(result)["n1"] == f"taken over by somebody else: {reason.text}"


async def test_a_drained_node_beside_a_silent_queue_is_not_done_yet(pod, make, clock):
    await busy(pod, make)
    task = pod.start(pod.plan())
    await clock.advance(10)
    pod.scheduler.queue_silent = TimedOut("squeue does not answer")
    await clock.advance(5)
    pod.scheduler.end("7")
    await clock.advance(60)
    assert not task.done()
    pod.scheduler.queue_silent = None
    assert (await clock.finish(task)).outcome is Outcome.DONE


async def test_old_facts_never_end_the_waiting(pod, make, clock):
    await busy(pod, make)
    task = pod.start(pod.plan())
    await clock.advance(10)
    pod.scheduler.silent = Unreachable("slurmctld is down")
    pod.scheduler.end("7")
    await clock.advance(300)
    assert not task.done()
    pod.scheduler.silent = None
    assert (await clock.finish(task)).outcome is Outcome.DONE


async def test_a_deadline_in_silence_is_unknown_and_says_who_is_silent(pod, make, clock):
    await busy(pod, make)
    task = pod.start(pod.plan(deadline_s=60))
    await clock.advance(10)
    pod.scheduler.silent = Unreachable("slurmctld is down")
    result = await clock.finish(task)
    assert outcomes(result)["n1"] is Outcome.UNKNOWN
    assert "does not answer" in details(result)["n1"]


async def test_waiting_for_what_we_drained_before_writes_nothing(pod, make, clock):
    pod.scheduler.queue["7"] = make.job("7", ("n1",))
    pod.scheduler.set("n1", "MIXED+DRAIN", make.mark())
    await clock.advance(3)
    plan = pod.plan(names=("n1",))
    assert plan.empty
    task = pod.start(plan)
    await clock.advance(10)
    assert not task.done()
    pod.scheduler.end("7")
    assert (await clock.finish(task)).outcome is Outcome.DONE
    assert pod.scheduler.written == []


async def test_a_down_node_without_jobs_is_closed_and_done(pod, clock):
    pod.scheduler.set("n1", "DOWN")
    await clock.advance(3)
    plan = pod.plan(names=("n1",))
    mark = next(plan.steps).args["reason"]

    async def down():
        pod.scheduler.half = ()
        pod.scheduler.set("n1", "DOWN+DRAIN", Reason(mark))

    pod.scheduler.write_takes = down
    result = await pod.run(plan)
    assert (result.outcome, details(result)["n1"]) == (Outcome.DONE, "down; closed to new work")


async def test_a_resume_is_done_when_the_scheduler_says_it_takes_work(pod, make, clock):
    pod.scheduler.set("n1", "IDLE+DRAIN", make.mark())
    await clock.advance(3)
    result = await pod.run(pod.plan(plan_resume))
    assert pod.scheduler.written == [("resume", ("n1",))]
    assert (result.outcome, outcomes(result)) == (Outcome.DONE, {"n1": Outcome.DONE})


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
    assert (result.outcome, details(result)["n1"]) == (Outcome.FAILED, "still drained")


async def test_requeue_waits_for_the_grace_and_asks_once_for_a_gang(pod, make, clock):
    pod.scheduler.queue["7"] = make.job("7", ("n1", "n2"))
    for name in ("n1", "n2"):
        pod.scheduler.set(name, "ALLOCATED")
    await clock.advance(3)
    task = pod.start(pod.plan(mode="requeue", grace_s=60))
    await clock.advance(40)
    assert pod.scheduler.requeued == []
    result = await clock.finish(task)
    assert pod.scheduler.requeued == ["7"]
    assert result.outcome is Outcome.DONE


async def test_a_job_that_cannot_be_requeued_is_said_so_and_its_node_is_not_drained(pod, make, clock):
    await busy(pod, make)
    pod.scheduler.refuse_requeue = Rejected("Requested operation is presently disabled for job 7")
    result = await pod.run(pod.plan(mode="requeue"))
    assert outcomes(result) == {"n1": Outcome.FAILED, "n2": Outcome.DONE}
    assert "presently disabled" in details(result)["n1"]


async def test_at_most_so_many_lanes_at_once(pod, make, clock):
    for name, job in (("n1", "7"), ("n2", "8")):
        await busy(pod, make, name, job)
    task = pod.start(pod.plan(at_once=1, mode="requeue", grace_s=30))
    await clock.advance(10)
    begun = [entry.event.step for entry in pod.journal.kept if isinstance(entry.event, ev.Noted)]
    assert "requeue/n1" in begun
    assert "requeue/n2" not in begun
    await clock.finish(task)
    assert pod.scheduler.requeued == ["7", "8"]


async def test_cancelling_gives_back_exactly_what_was_closed(pod, make, clock):
    await busy(pod, make)
    pod.scheduler.set("n2", "IDLE+DRAIN", make.mark(operation="op-older0"))
    await clock.advance(3)
    task = pod.start(pod.plan())
    await clock.advance(10)
    pod.say(ev.Cancelling(why="wrong rack"))
    result = await clock.finish(task)
    assert (result.outcome, result.text) == (Outcome.CANCELLED, "cancelled: wrong rack; n1 as before")
    assert pod.scheduler.written == [("drain", ("n1",)), ("resume", ("n1",))]
    assert "DRAIN" in pod.scheduler.facts["n2"].state


async def test_cancelling_leaves_to_another_what_is_another_s_now(pod, make, clock):
    await busy(pod, make)
    task = pod.start(pod.plan())
    await clock.advance(10)
    pod.say(ev.Cancelling())
    pod.scheduler.set("n2", "IDLE+DRAIN", FOREIGN)
    result = await clock.finish(task)
    assert result.outcome is Outcome.FAILED
    assert "not put back: n2" in result.text
    assert pod.scheduler.facts["n2"].reason == FOREIGN


async def test_a_paused_operation_has_no_effect_until_it_goes_on(pod, clock):
    plan = pod.plan()
    pod.scheduler.gate = asyncio.Event()
    task = pod.start(plan)
    await clock.advance(1)
    pod.say(ev.Paused(why="lunch"))
    await clock.advance(1)
    pod.scheduler.gate.set()
    await clock.advance(120)
    assert pod.scheduler.written == []
    assert not task.done()
    pod.say(ev.Continued())
    assert (await clock.finish(task)).outcome is Outcome.DONE


async def test_adopted_by_another_it_is_let_go(pod, make, clock):
    await busy(pod, make)
    task = pod.start(pod.plan())
    await clock.advance(10)
    pod.say(ev.Adopted())
    with pytest.raises(LetGo):
        await clock.finish(task)
    assert "DRAIN" in pod.scheduler.facts["n1"].state


async def test_an_interrupted_engine_leaves_the_operation_open_and_no_task(pod, make, clock):
    await busy(pod, make)
    task = pod.start(pod.plan())
    await clock.advance(10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert not isinstance(pod.journal.kept[-1].event, ev.Closed)
    assert "DRAIN" in pod.scheduler.facts["n1"].state


class Killed(BaseException):
    """The process is gone."""


class Dying(Memory):
    """A journal whose process dies right after its nth event."""

    def __init__(self, now, actor, after):
        super().__init__(now, actor)
        self.after = after

    def append(self, operation, event):
        entry = super().append(operation, event)
        if len(self.kept) == self.after:
            raise Killed
        return entry


@pytest.mark.parametrize("after", range(1, 16))
@pytest.mark.parametrize("mode", ["finish", "requeue"])
async def test_killed_after_any_event_it_is_taken_up_and_nothing_happens_twice(pod, make, clock, mode, after):
    await busy(pod, make)
    plan = pod.plan(mode=mode, grace_s=5)
    pod.journal = Dying(clock.now, Actor("ann", "desk", 1), after)
    task = pod.start(plan)
    await clock.advance(60)
    if mode == "finish":
        pod.scheduler.end("7")
    await clock.advance(60)
    gone = task.done() and task.exception() is not None
    await asyncio.gather(task, return_exceptions=True)
    pod.journal.after = 0
    if gone:
        operation = fold(pod.journal.kept)
        engine = Engine(World(pod.session, plan, pod.journal), pod.journal, operation)
        assert (await clock.finish(engine.run())).outcome is Outcome.DONE
    assert pod.scheduler.written == [("drain", ("n1", "n2"))]
    assert pod.scheduler.requeued == (["7"] if mode == "requeue" else [])
    assert fold(pod.journal.kept).result.outcome is Outcome.DONE


class Full(Memory):
    """A journal on a disk that is full when it comes to the first effect."""

    def append(self, operation, event):
        if isinstance(event, ev.Intended):
            raise JournalError("journal.db: no room left on the disk; nothing was written")
        return super().append(operation, event)


async def test_what_cannot_be_written_down_does_not_happen(pod, clock):
    pod.journal = Full(clock.now, Actor("ann", "desk", 1))
    task = pod.start(pod.plan())
    with pytest.raises((JournalError, ExceptionGroup)) as caught:
        await clock.finish(task)
    assert "no room left" in str(caught.value) or caught.value.subgroup(JournalError) is not None
    assert pod.scheduler.written == []


def result_of(*ends):
    nodes = tuple(NodeResult(node=f"n{n}", outcome=end) for n, end in enumerate(ends))
    return Result(operation="op", verb="drain", pod="a", targets="n", outcome=sum_up(ends), text="", nodes=nodes)


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ((Outcome.DONE, Outcome.DONE), Exit.DONE),
        ((Outcome.DONE, Outcome.FAILED), Exit.SOME_FAILED),
        ((Outcome.DONE, Outcome.SKIPPED), Exit.SOME_FAILED),
        ((Outcome.FAILED, Outcome.FAILED), Exit.FAILED),
        ((Outcome.DONE, Outcome.FAILED, Outcome.CONFLICT), Exit.CONFLICT),
        ((Outcome.DONE, Outcome.UNKNOWN), Exit.PARTIAL),
        ((Outcome.TIMED_OUT, Outcome.DONE), Exit.DEADLINE),
        ((Outcome.TIMED_OUT, Outcome.UNKNOWN), Exit.PARTIAL),
    ],
)
def test_a_whole_set_ends_as_its_worst_node(ends, code):
    assert result_of(*ends).exit is code


async def test_a_retry_of_one_node_begins_no_other_whose_turn_never_came(pod):
    plan = pod.plan(at_once=1, stop_after=0)
    running = pod.start(plan)
    await pod.clock.advance(0.5)
    pod.scheduler.set("n1", "IDLE+DRAIN", FOREIGN)
    assert outcomes(await pod.clock.finish(running)) == {"n1": Outcome.CONFLICT, "n2": Outcome.NOT_REACHED}
    pod.say(ev.Retried(nodes=("n1",)))
    state = fold(pod.journal.entries(plan.operation))
    engine = Engine(World(pod.session, plan, pod.journal), pod.journal, state)
    await pod.clock.finish(engine.run())
    assert "empty/n2" not in engine.operation.steps
    pod.say(ev.Retried(nodes=("n2",)))
    engine = Engine(World(pod.session, plan, pod.journal), pod.journal, fold(pod.journal.entries(plan.operation)))
    result = await pod.clock.finish(engine.run())
    assert outcomes(result) == {"n1": Outcome.CONFLICT, "n2": Outcome.DONE}


@pytest.mark.parametrize("well", [True, False])
async def test_the_rest_begins_only_when_every_canary_got_there(pod, well):
    plan = pod.plan()
    close, empty = plan.phases
    one, two = (Phase(name=name, lanes=(lane,)) for name, lane in zip(("canary", "the rest"), empty.lanes, strict=True))
    running = pod.start(replace(plan, phases=(close, one, replace(two, gate=True))))
    await pod.clock.advance(0.5)
    if not well:
        pod.scheduler.set("n1", "IDLE+DRAIN", FOREIGN)
    result = await pod.clock.finish(running)
    if well:
        assert outcomes(result) == {"n1": Outcome.DONE, "n2": Outcome.DONE}
    else:
        assert outcomes(result) == {"n1": Outcome.CONFLICT, "n2": Outcome.NOT_REACHED}
        assert result.text == "stopped: canary did not go well on n1; the rest not begun"


async def test_an_operation_whose_journal_is_deleted_ends_by_itself(pod, make, journal, place):
    await busy(pod, make)
    pod.journal = journal
    running = pod.start(pod.plan())
    await pod.clock.advance(5)
    place.journal.unlink()
    with pytest.raises(JournalError, match="was deleted or moved away"):
        await pod.clock.finish(running)
