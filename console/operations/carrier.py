"""Who carries a confirmed plan to its end, as the screen and the verbs see it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol

from console.operations import event as ev
from console.operations.engine import Engine, Record
from console.operations.operation import Operation, fold
from console.operations.plan import Plan
from console.operations.world import World
from console.state.session import Session


class Carrier(Protocol):
    """Begins a plan, and tells how it goes."""

    def carry(self, session: Session, plan: Plan) -> AsyncIterator[Operation]:
        """The operation whenever it has moved on, its end last. Leaving the iteration ends the looking on alone."""
        ...


class Here:
    """Carries operations in this process, over a journal that is handed in; they end with it, and may be taken up."""

    def __init__(self, journal: Record) -> None:
        self._journal = journal

    async def carry(self, session: Session, plan: Plan) -> AsyncIterator[Operation]:
        """Begin a plan and run its engine beside the caller."""
        begun = self._journal.append(plan.operation, ev.Begun(plan=plan, config=session.config.path, take=plan.follow))
        operation = fold((begun,))
        if operation is None:
            raise AssertionError(begun)
        yield operation
        engine = Engine(World(session, plan), self._journal, operation)
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
