"""Applies a plan: observe, apply once, observe what came of it, and follow it until it is there.

It never trusts its own write: what counts is what the scheduler says after it. An apply that timed out or was
refused half-way is settled by looking, not by trying again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from backends.errors import BackendError
from backends.model.node import SchedulerFacts
from backends.model.snapshot import Snapshot
from backends.ports import Scheduler
from console.operations.goal import Goal, closed, drained, in_service
from console.operations.plan import Plan, Step
from console.operations.result import NodeResult, Outcome, Result, sum_up
from console.state.clock import within
from console.state.session import Session
from console.words import count

CONFIRM_WITHIN_S = 30.0
SOURCES = ("slurm.nodes", "slurm.jobs")

Progress = Callable[[Result], None]


class Runner:
    """Runs one plan against one pod of a watched session."""

    def __init__(self, session: Session, plan: Plan) -> None:
        self._session = session
        self._plan = plan
        self._pod = session.pods[plan.pod]

    async def run(self, *, wait: bool, timeout_s: float | None, progress: Progress) -> Result:
        """Apply the plan; with `wait`, follow it to its end. The result of every change goes to `progress`.

        A deadline ends the following, never the operation: what was asked of the scheduler stands.
        """
        plan, clock = self._plan, self._session.clock
        if plan.refused:
            return self._refused()
        if clock.now() >= plan.expires_at:
            return self._result(Outcome.REFUSED, "the plan is too old to run; make it again", ())
        if plan.empty and not wait:
            return self._result(Outcome.DONE, "nothing to do", ())
        started = clock.monotonic()
        if not plan.empty:
            applied = await self._apply()
            progress(applied)
            if applied.outcome is not Outcome.DONE or not wait:
                return applied
        # The write itself has the transport's own deadlines: cut off half-way, it would leave us not knowing.
        left = None if timeout_s is None else max(0.0, timeout_s - (clock.monotonic() - started))
        try:
            return await within(clock, left, self._follow(self._goal(), progress))
        except TimeoutError:
            return self._late()

    async def _apply(self) -> Result:
        scheduler = self._session.scheduler(self._plan.pod)
        if scheduler is None:
            return self._result(Outcome.REFUSED, f"pod {self._plan.pod} has no scheduler", ())
        try:
            moved = self._moved((await scheduler.nodes()).nodes)
        except BackendError as caught:
            text = f"cannot see the nodes just before the write, so nothing was written: {caught}"
            return self._result(Outcome.UNKNOWN, text, ())
        if moved:
            return self._result(Outcome.CONFLICT, moved, ())
        error: BackendError | None = None
        for step in self._plan.steps:
            try:
                await _effect(scheduler, step)
            except BackendError as caught:
                error = caught
                break
        # Only an answer asked for after the write tells what it did: one under way during it may show either side.
        return await self._confirm(self._session.clock.now(), error)

    def _moved(self, now: Mapping[str, SchedulerFacts]) -> str:
        """Why the plan no longer fits the world: a target changed hands since it was made. Empty when it fits.

        Compared with what the plan saw, not with the store: that has moved on while a person read the plan.
        """
        for name in self._plan.nodes:
            facts = now.get(name)
            if facts is None:
                return f"{name} is gone from the scheduler"
            if facts.reason != self._plan.reasons.get(name):
                text = facts.reason.text if facts.reason else "no reason"
                return f"{name} changed hands since the plan was made; it now says {text!r}"
        return ""

    async def _confirm(self, written: datetime, error: BackendError | None) -> Result:
        """Look at what the write did. An error that left everything as wanted is no error."""
        goal = closed(self._plan.user) if self._plan.verb == "drain" else in_service
        self._pod.poke(*SOURCES)
        try:
            seen = self._session.store.until(lambda latest: _seen_since(latest[self._plan.pod], written))
            await within(self._session.clock, CONFIRM_WITHIN_S, seen)
        except TimeoutError:
            text = f"the scheduler has not answered since the write{f': {error}' if error else ''}"
            return self._result(Outcome.UNKNOWN, text, self._judge(goal, missed=Outcome.UNKNOWN))
        nodes = self._judge(goal, missed=Outcome.FAILED)
        outcome = sum_up(nodes)
        if outcome is Outcome.DONE:
            text = "closed to new work" if self._plan.verb == "drain" else "in service"
            return self._result(Outcome.DONE, f"{self._plan.targets}: {text}", nodes)
        return self._result(Outcome.FAILED if error else outcome, str(error) if error else "", nodes)

    async def _follow(self, goal: Goal, progress: Progress) -> Result:
        last: Result | None = None
        with self._session.store.watch() as changes:
            async for changed in changes:
                if self._plan.pod not in changed:
                    continue
                nodes = self._judge(goal)
                result = self._result(sum_up(nodes), "", nodes)
                if not _trusted(self._session.store[self._plan.pod]):
                    continue  # old facts never end an operation
                if result != last:
                    progress(result)
                    last = result
                if all(node.outcome is not Outcome.WORKING for node in nodes):
                    return result
        raise AssertionError("a watch never ends by itself")

    def _goal(self) -> Goal:
        return drained(self._plan.user) if self._plan.verb == "drain" else in_service

    def _judge(self, goal: Goal, missed: Outcome = Outcome.WORKING) -> tuple[NodeResult, ...]:
        snapshot = self._session.store[self._plan.pod]
        results = (goal(snapshot, name) for name in self._plan.follow)
        return tuple(_replaced(result, missed) for result in results)

    def _late(self) -> Result:
        nodes = self._judge(self._goal(), missed=Outcome.TIMED_OUT)
        busy = [node for node in nodes if node.outcome is Outcome.TIMED_OUT]
        text = f"the deadline passed with {count(len(busy), 'node')} not there yet"
        if not _trusted(self._session.store[self._plan.pod]):
            text = "the deadline passed, and the scheduler does not answer: the states are its last known"
        return self._result(Outcome.TIMED_OUT, text, nodes)

    def _refused(self) -> Result:
        text = "; ".join(blocker.text for blocker in self._plan.blockers)
        return self._result(Outcome.REFUSED, text, ())

    def _result(self, outcome: Outcome, text: str, nodes: tuple[NodeResult, ...]) -> Result:
        plan = self._plan
        said = text or f"{plan.verb} {plan.targets}: {outcome.value}"
        return Result(
            operation=plan.operation,
            verb=plan.verb,
            pod=plan.pod,
            targets=plan.targets,
            outcome=outcome,
            text=said,
            nodes=nodes,
        )


async def _effect(scheduler: Scheduler, step: Step) -> None:
    if step.verb == "drain":
        await scheduler.drain(step.nodes, step.reason)
    else:
        await scheduler.resume(step.nodes)


def _seen_since(snapshot: Snapshot, written: datetime) -> bool:
    seen = (snapshot.sources[name].observed_at for name in SOURCES)
    return all(at is not None and at > written for at in seen)


def _trusted(snapshot: Snapshot) -> bool:
    return all(snapshot.sources[name].trusted for name in SOURCES)


def _replaced(result: NodeResult, missed: Outcome) -> NodeResult:
    if result.outcome is not Outcome.WORKING or missed is Outcome.WORKING:
        return result
    return NodeResult(node=result.node, outcome=missed, service=result.service, detail=result.detail, jobs=result.jobs)
