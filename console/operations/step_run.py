"""One step, from its first look to its end in every node."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from backends.errors import BackendError, TimedOut, Unreachable
from console.operations import event as ev
from console.operations.deeds.deed import Deed, Effect, Look, Seen
from console.operations.operation import UNDO, Operation, Stage, State
from console.operations.result import Outcome
from console.operations.step import Step
from console.operations.world import World

_END = {
    Seen.SO: Outcome.DONE,
    Seen.BLOCKED: Outcome.CONFLICT,
    Seen.BAD: Outcome.FAILED,
}


class Control:
    """What people say to a running operation."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.cancelling = False
        self.paused = False

    def set(self, state: State) -> None:
        """Take the operation's state over and wake who waits."""
        before = (self.cancelling, self.paused)
        self.cancelling = state is State.CANCELLING
        self.paused = state is State.PAUSED
        if before != (self.cancelling, self.paused):
            self.changed.set()


class Teller(Protocol):
    """Who writes events down."""

    @property
    def operation(self) -> Operation:
        """The state so far."""
        ...

    def tell(self, event: ev.Event) -> ev.Entry:
        """Write one event down."""
        ...

    def listen(self) -> None:
        """Take in what others have said up to now."""
        ...

    @property
    def let_go(self) -> bool:
        """Whether somebody else carries it by now."""
        ...


class StepRun:
    """Looks, acts at most once on each node, and looks again until each node is there or its time is up."""

    def __init__(self, world: World, teller: Teller, control: Control, deed: Deed, step: Step) -> None:
        self._world = world
        self._teller = teller
        self._control = control
        self._deed = deed
        self._step = step
        self._begun_at: dict[str, datetime] = {}
        self._pending: list[str] = []
        self._errors: dict[str, BackendError] = {}
        self._asked_at = world.clock.now()
        self._counts_from = self._asked_at

    async def run(self, nodes: Iterable[str]) -> None:
        """To the end of every node."""
        self._pending = list(nodes)
        now = self._world.clock.now()
        for name in self._pending:
            found = self._teller.operation.progress(self._step.id, name)
            self._begun_at[name] = found.begun_at if found else now
        self._world.poke(self._deed.sources)
        while self._pending:
            if self._control.cancelling:
                self._end(dict.fromkeys(self._pending, (Outcome.CANCELLED, "cancelled before it was so")))
                return
            if self._control.paused:
                self._counts_from = self._world.clock.now()
            if await self._round():
                continue
            self._miss()
            if self._pending:
                self._control.changed.clear()
                await self._world.moved(self._control.changed)

    async def _round(self) -> bool:
        """One look, and what follows of it. True when there was an effect, and a new look is due."""
        if not self._world.fresh(self._deed.sources, self._asked_at):
            return False
        look = self._look()
        try:
            sights = await self._deed.look(self._world, look)
        except BackendError as error:
            self._note(dict.fromkeys(self._pending, f"cannot be seen: {error}"))
            return False
        self._end({name: (_END[sight.seen], sight.text) for name, sight in sights.items() if sight.seen in _END})
        wanting = [name for name in self._pending if sights[name].seen is Seen.NEEDED]
        refused = {name: self._errors[name] for name in wanting if self._refused(name)}
        self._end({name: (Outcome.FAILED, f"{sights[name].text}: {error}") for name, error in refused.items()})
        self._note({name: sights[name].text for name in self._pending})
        due = [name for name in wanting if name not in look.asked and name not in refused]
        if self._control.paused or not due:
            return False
        due = self._permitted(await self._not_happened(due))
        if not due or self._late():
            return False
        await self._apply(due)
        return True

    def _permitted(self, due: list[str]) -> list[str]:
        """Those due, unless a rule of the pod forbids it by now: judged just before each effect, as it stands then.

        What is taken back is taken back, and what was taken out is given back, whatever the rules say: a freeze that
        begins between the two halves of a power cycle leaves no node off.
        """
        asked = [name for name in due if not self._brings_back(name)]
        rule = self._world.broken_rule(tuple(asked)) if asked else ""
        if not rule:
            return due
        self._end(dict.fromkeys(asked, (Outcome.REFUSED, f"{self._step.do.value} not begun: {rule}")))
        return [name for name in due if name not in asked]

    def _brings_back(self, name: str) -> bool:
        """Whether the step takes back or gives back what an earlier step of the operation has done to the node."""
        if self._step.id.startswith(UNDO):
            return True
        course = self._world.plan.course[name]
        before = course[: [step.id for step in course].index(self._step.id)]
        return self._step.do.brings_back and any(step.do.writes for step in before)

    async def _not_happened(self, due: list[str]) -> list[str]:
        """Those whose effect has not happened. One that was cut off, and must not happen twice, is asked for."""
        if self._deed.repeatable:
            return due
        left: list[str] = []
        for name in due:
            found = self._teller.operation.progress(self._step.id, name)
            if found is None or found.stage is not Stage.INTENDED:
                left.append(name)
                continue
            try:
                happened = await self._deed.happened(self._world, self._step, name, found)
            except BackendError as error:
                self._note({name: f"cannot tell whether it has happened: {error}"})
                continue
            if happened is None:
                text = "it may have happened before we were cut off; it is not done again without a person's word"
                self._end({name: (Outcome.UNKNOWN, text)})
            elif happened:
                self._teller.tell(ev.Applied(step=self._step.id, nodes=(name,)))
            else:
                left.append(name)
        return left

    async def _apply(self, nodes: list[str]) -> None:
        try:
            before = await self._deed.before(self._world, self._step, nodes)
        except BackendError as error:
            self._note(dict.fromkeys(nodes, f"cannot be seen just before the write, so nothing was written: {error}"))
            return
        self._teller.listen()  # a look may take long: what was said meanwhile counts
        if self._control.cancelling or self._control.paused or self._teller.let_go:
            return
        self._teller.tell(ev.Intended(step=self._step.id, nodes=tuple(nodes), before=dict(before)))
        effect = asyncio.ensure_future(self._deed.apply(self._world, self._step, nodes))
        try:
            await asyncio.wait({effect})
        except asyncio.CancelledError:
            await asyncio.wait(
                {effect}
            )  # an effect that is cut off leaves nobody knowing; its transport has a deadline
            raise
        finally:
            self._applied(nodes, effect)

    def _applied(self, nodes: list[str], effect: "asyncio.Future[Effect]") -> None:
        error = effect.exception()
        if error is not None and not isinstance(error, BackendError):
            raise error
        came = Effect(dict.fromkeys(nodes, error)) if error else effect.result()
        self._errors |= came.errors
        by_text: dict[str, list[str]] = {}
        for name in nodes:
            by_text.setdefault(str(self._errors.get(name, "")), []).append(name)
        for text, names in by_text.items():
            said = {name: came.said[name] for name in names if name in came.said}
            self._teller.tell(ev.Applied(step=self._step.id, nodes=tuple(names), error=text, said=said))
        # Only an answer asked for after the write tells what it did: one under way during it may show either side.
        self._asked_at = self._world.clock.now()
        self._world.poke(self._deed.sources)

    def _look(self) -> Look:
        operation, step = self._teller.operation, self._step.id
        rows = ((name, operation.progress(step, name)) for name in self._pending)
        asked = {name: row for name, row in rows if row is not None and row.stage is Stage.APPLIED}
        refused = frozenset(name for name in asked if self._refused(name))
        return Look(
            step=self._step,
            nodes=tuple(self._pending),
            begun_at=self._begun_at,
            asked={name: row.before for name, row in asked.items()},
            refused=refused,
            unanswered=frozenset(name for name, row in asked.items() if row.error and name not in refused),
        )

    def _refused(self, name: str) -> bool:
        """Whether the far side said no, and not only nothing: what was not answered may still come."""
        error = self._errors.get(name)
        return error is not None and not isinstance(error, TimedOut | Unreachable)

    def _late(self) -> bool:
        now = self._world.clock.now()
        return any(limit is not None and now >= limit for limit in (self._limit(name) for name in self._pending))

    def _limit(self, name: str) -> datetime | None:
        patience_s, ends = self._step.patience_s, self._world.plan.deadline_at
        if patience_s is None or self._control.paused:
            return ends
        own = self._since(name) + timedelta(seconds=patience_s)
        return min(own, ends) if ends else own

    def _since(self, name: str) -> datetime:
        """Since when its patience runs: since its effect or its begin, but not through a pause or a time alone."""
        found = self._teller.operation.progress(self._step.id, name)
        since = found.since if found and found.stage is Stage.APPLIED else self._begun_at[name]
        return max(since, self._counts_from)

    def _miss(self) -> None:
        """End what has run out of time. Without a fresh word nobody knows, and that is what is said."""
        now = self._world.clock.now()
        late = [name for name in self._pending if (limit := self._limit(name)) is not None and now >= limit]
        if not late:
            return
        why = "" if self._world.fresh(self._deed.sources, self._asked_at) else self._world.silent(self._deed.sources)
        ends: dict[str, tuple[Outcome, str]] = {}
        for name in late:
            found = self._teller.operation.progress(self._step.id, name)
            said = " ".join(part for part in (found.text if found else "", f"({why})" if why else "") if part)
            ends[name] = (Outcome.UNKNOWN if why else self._deed.missed, said or "its time is up")
        self._end(ends)

    def _note(self, texts: Mapping[str, str]) -> None:
        operation, step = self._teller.operation, self._step.id
        news = {
            name: text
            for name, text in texts.items()
            if (found := operation.progress(step, name)) is None or found.text != text
        }
        if news:
            self._teller.tell(ev.Noted(step=step, texts=news))

    def _end(self, ends: Mapping[str, tuple[Outcome, str]]) -> None:
        if not ends:
            return
        told = tuple(ev.NodeEnd(name, outcome, text) for name, (outcome, text) in ends.items())
        self._teller.tell(ev.Ended(step=self._step.id, ends=told))
        self._pending = [name for name in self._pending if name not in ends]
