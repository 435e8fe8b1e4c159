"""Carries an operation to its end: phase after phase, lanes side by side, each step written down before its effect.

Nothing is believed but the journal and a fresh look. An operation that was cut off anywhere is taken up by folding its
journal: what has ended is not done again, what was begun is looked at first.
"""

import asyncio
from typing import Protocol

from msgspec.structs import replace

from console.operations import event as ev
from console.operations.attention import Attention
from console.operations.deeds.table import deeds
from console.operations.ending import WENT_WRONG, ended, ending, to_take_back, touched
from console.operations.hold import Hold
from console.operations.operation import UNDO, Operation, Stage, fold
from console.operations.result import Outcome, Result
from console.operations.step import Lane, Phase, Step
from console.operations.step_run import Control, StepRun
from console.operations.world import World
from console.targets import fold as folded
from console.words import count

CONTROL_EVERY_S = 0.5


class Record(Protocol):
    """The journal, as far as the engine knows it."""

    def append(self, operation: str, event: ev.Event) -> ev.Entry:
        """Write one event down; it is safe on the disk when this returns."""
        ...

    def entries(self, operation: str, after: int = 0) -> list[ev.Entry]:
        """The events of an operation after a sequence number, in order: ours and others'."""
        ...

    def holds(self, pod: str) -> dict[str, Hold]:
        """The nodes of a pod that are held now, by name."""
        ...

    def attention(self, pod: str) -> dict[str, Attention]:
        """Who looks after the findings of a pod, by their ids."""
        ...


class Engine:
    """Runs one operation in one world. Only the process that holds the operation's lock may do so.

    `moved` is set with every event; who looks on clears it.
    """

    def __init__(self, world: World, journal: Record, operation: Operation) -> None:
        self._world = world
        self._journal = journal
        self._state = operation
        self._plan = operation.plan
        self._deeds = deeds()
        self._control = Control()
        self._mine: set[int] = set()
        self._adopted_by: ev.Actor | None = None
        self.moved = asyncio.Event()

    @property
    def operation(self) -> Operation:
        """The state so far."""
        return self._state

    async def run(self) -> Result:
        """To the end; the result. Cancelled from outside, it leaves the operation open between two effects.

        `LetGo` is raised where another person has adopted it.
        """
        if self._state.ended:
            return self._state.result
        self.tell(ev.Started())
        self.listen()
        self._leave()
        listening = asyncio.create_task(self._keep_listening())
        working = asyncio.create_task(self._work())
        try:
            done, _ = await asyncio.wait((listening, working), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (listening, working):
                task.cancel()
            await asyncio.gather(listening, working, return_exceptions=True)
        return self._state.result

    @property
    def let_go(self) -> bool:
        """Whether another person has adopted it."""
        return self._adopted_by is not None

    def tell(self, event: ev.Event) -> ev.Entry:
        """Write an event down and take it into account."""
        entry = self._journal.append(self._plan.operation, event)
        self._mine.add(entry.seq)
        after = fold((entry,), self._state)
        if after is None:
            raise AssertionError(event)
        # Others' events may lie before ours in the journal; the next listening takes them in.
        self._state = replace(after, seq=self._state.seq)
        self.moved.set()
        return entry

    async def _work(self) -> None:
        for number, phase in enumerate(self._plan.phases):
            if self._control.cancelling or not self._may_begin(number):
                break
            await self._phase(phase)
        self.listen()  # what was said since the last effect counts as well
        self._leave()
        if self._control.cancelling:
            await self._undo()
        self._close()

    def _may_begin(self, number: int) -> bool:
        """Whether the phases before went well enough for this one."""
        if self._state.tripped:
            return False
        if number and self._plan.phases[number].gate:
            before = self._plan.phases[number - 1]
            bad = [name for name in _nodes(before) if self._state.node(name).outcome in WENT_WRONG]
            if bad:
                self._trip(
                    f"{before.name} did not go well on {folded(bad)}; {self._plan.phases[number].name} not begun"
                )
                return False
        return True

    async def _phase(self, phase: Phase) -> None:
        begun = any(step.id in self._state.steps for lane in phase.lanes for step in lane.steps)
        if phase.pause_s and not begun:
            await self._world.clock.sleep(phase.pause_s)
        places = asyncio.Semaphore(phase.at_once or len(phase.lanes) or 1)
        try:
            async with asyncio.TaskGroup() as tasks:
                for lane in phase.lanes:
                    tasks.create_task(self._lane(lane, places), name=lane.steps[0].id)
        except BaseExceptionGroup as failed:
            # What stops one lane stops all (a journal that cannot be written): it is told once, as what it is.
            raise failed.exceptions[0] from None

    async def _lane(self, lane: Lane, places: asyncio.Semaphore) -> None:
        async with places:
            for step in lane.steps:
                nodes = tuple(name for name in step.nodes if self._reached(step, name))
                self.listen()  # also where the next step would only look: it ends what a cancel was to stop
                if self._control.cancelling or (self._state.tripped and step is lane.steps[0]):
                    return
                if nodes:
                    await self._step(step, nodes)
                    self._count_failures()

    def _reached(self, step: Step, name: str) -> bool:
        """Whether every step of the node before this one ended DONE, and this one has not ended."""
        if self._state.among and name not in self._state.among:
            return False
        for before in self._plan.course[name]:
            found = self._state.progress(before.id, name)
            if before.id == step.id:
                return found is None or found.stage is not Stage.ENDED
            if found is None or found.outcome is not Outcome.DONE:
                return self._tidies(step, name)
        return False

    def _tidies(self, step: Step, name: str) -> bool:
        """Whether a node that goes no further still has something to take back. A lane comes to it once that is so."""
        return (
            bool(step.takes_back)
            and touched(self._state, step.takes_back, name)
            and not ended(self._state, step.id, name)
        )

    async def _step(self, step: Step, nodes: tuple[str, ...]) -> None:
        await StepRun(self._world, self, self._control, self._deeds[step.do], step).run(nodes)

    def _count_failures(self) -> None:
        most = self._plan.stop_after
        bad = [node.node for node in self._state.nodes if node.outcome in WENT_WRONG]
        if most is not None and len(bad) > most and not self._state.tripped:
            self._trip(f"{count(len(bad), 'node')} went wrong ({folded(bad)}), more than the {most} allowed")

    def _trip(self, why: str) -> None:
        self.tell(ev.Tripped(why=why))

    async def _undo(self) -> None:
        """Take back, last first, what was really done. What another hand has changed since is left to it."""
        for step in reversed(tuple(self._plan.steps)):
            if step.undo is None:
                continue
            nodes = to_take_back(self._state, step)
            back = Step(
                id=f"{UNDO}{step.id}",
                do=step.undo,
                nodes=nodes,
                args={**step.args, **self._before(step, nodes), "mark": self._plan.operation},
                patience_s=step.patience_s,
            )
            left = tuple(name for name in nodes if not ended(self._state, back.id, name))
            if left:
                await StepRun(self._world, self, Control(), self._deeds[back.do], back).run(left)

    def _before(self, step: Step, names: tuple[str, ...]) -> dict[str, str]:
        """What was noted of each node just before the effect that is taken back: `before/NODE`."""
        rows = ((name, self._state.progress(step.id, name)) for name in names)
        return {f"before/{name}": row.before for name, row in rows if row is not None and row.before}

    def _close(self) -> None:
        outcome, text = ending(self._state, cancelled=self._control.cancelling)
        self.tell(ev.Closed(outcome=outcome, text=text))

    async def _keep_listening(self) -> None:
        while True:
            await self._world.clock.sleep(CONTROL_EVERY_S)
            self.listen()
            self._leave()

    def _leave(self) -> None:
        if self._adopted_by is not None:
            raise LetGo(self._adopted_by)

    def listen(self) -> None:
        """Take in what others have written: pause, go on, cancel, adopt."""
        for entry in self._journal.entries(self._plan.operation, self._state.seq):
            if entry.seq in self._mine:
                self._mine.discard(entry.seq)
                self._state = replace(self._state, seq=entry.seq)
                continue
            self._state = fold((entry,), self._state) or self._state
            if isinstance(entry.event, ev.Adopted):
                self._adopted_by = entry.actor
        self._control.set(self._state.state)


class LetGo(Exception):
    """Another person carries the operation on."""

    def __init__(self, actor: ev.Actor) -> None:
        super().__init__(f"adopted by {actor.user}")
        self.actor = actor


def _nodes(phase: Phase) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for lane in phase.lanes for step in lane.steps for name in step.nodes))
