"""Who carries a confirmed plan to its end, as the screen and the verbs see it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from console.operations import event as ev
from console.operations.attention import OPERATION, Attention
from console.operations.engine import Engine, Record
from console.operations.hold import Hold
from console.operations.operation import Operation, fold
from console.operations.plan import Plan
from console.operations.world import World
from console.state.session import Session


class Carrier(Protocol):
    """Begins a plan, and tells how it goes."""

    def carry(self, session: Session, plan: Plan) -> AsyncIterator[Operation]:
        """The operation whenever it has moved on, its end last. Leaving the iteration ends the looking on alone."""
        ...

    async def under_way(self) -> tuple[str, ...]:
        """The ids of operations that others, or an earlier process, have begun and that have not ended."""
        ...

    def look_on(self, identity: str) -> AsyncIterator[Operation]:
        """How one of those goes, its end last."""
        ...

    async def say(self, operation: Operation, word: ev.Event) -> None:
        """Say to an operation to pause, to go on, to be cancelled, or that its nodes begin again; or take it over.

        Raises JournalError or BackendError with one line where that cannot be.
        """
        ...

    async def holds(self, pod: str) -> Mapping[str, Hold]:
        """The nodes of a pod that are held, as the journal has it, by name."""
        ...

    async def attention(self, pod: str) -> Mapping[str, Attention]:
        """Who looks after the findings of a pod, by their ids."""
        ...

    async def attend(self, event: ev.Attended) -> None:
        """Write down what somebody says of a finding."""
        ...

    async def close(self) -> None:
        """Let go of what was opened. What is carried elsewhere goes on."""
        ...


class Here:
    """Carries operations in this process, over a journal that is handed in; they end with it, and may be taken up."""

    def __init__(self, journal: Record) -> None:
        self._journal = journal

    async def under_way(self) -> tuple[str, ...]:
        """None: they end with this process."""
        return ()

    async def look_on(self, identity: str) -> AsyncIterator[Operation]:
        """What its journal says of it now."""
        operation = fold(self._journal.entries(identity))
        if operation is not None:
            yield operation

    async def say(self, operation: Operation, word: ev.Event) -> None:
        """Into its journal: the engine beside it hears it."""
        self._journal.append(operation.id, word)

    async def holds(self, pod: str) -> Mapping[str, Hold]:
        """As its journal has it."""
        return self._journal.holds(pod)

    async def attention(self, pod: str) -> Mapping[str, Attention]:
        """As its journal has it."""
        return self._journal.attention(pod)

    async def attend(self, event: ev.Attended) -> None:
        """In its journal."""
        self._journal.append(OPERATION, event)

    async def close(self) -> None:
        """Nothing is open."""

    async def carry(self, session: Session, plan: Plan) -> AsyncIterator[Operation]:
        """Begin a plan and run its engine beside the caller."""
        begun = self._journal.append(plan.operation, ev.Begun(plan=plan, config=session.config.path, take=plan.nodes))
        operation = fold((begun,))
        if operation is None:
            raise AssertionError(begun)
        yield operation
        engine = Engine(World(session, plan, self._journal), self._journal, operation)
        working = asyncio.create_task(engine.run(), name=plan.operation)
        working.add_done_callback(lambda _: engine.moved.set())
        try:
            while not working.done():
                await engine.moved.wait()
                engine.moved.clear()
                yield engine.operation
            working.result()
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
