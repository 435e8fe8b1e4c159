"""The screen's way to the journal: opened in a thread, and only once there is something to write or to look at."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from console.config import Config
from console.operations import event as ev
from console.operations.attention import OPERATION, Attention
from console.operations.detached import Detached
from console.operations.event import Attended
from console.operations.hold import Hold
from console.operations.journal import Journal
from console.operations.operation import Operation
from console.operations.place import place
from console.operations.plan import Plan
from console.state.clock import SystemClock
from console.state.session import Session


class Journaled:
    """Has a worker carry each plan, and looks on. A journal that cannot be written is told when it is needed."""

    def __init__(self, config: Config) -> None:
        self._place = place(config.journal)
        self._clock = SystemClock()
        self._opened: Detached | None = None

    async def carry(self, session: Session, plan: Plan) -> AsyncIterator[Operation]:
        """Write the plan down, start its worker, look on."""
        detached = await self._open()
        async for operation in detached.carry(session, plan):
            yield operation

    async def under_way(self) -> tuple[str, ...]:
        """The ids of what has not ended, of earlier consoles and of others on this host."""
        if not await asyncio.to_thread(self._place.journal.exists):
            return ()
        detached = await self._open()
        return await asyncio.to_thread(detached.journal.open_ids)

    async def look_on(self, identity: str) -> AsyncIterator[Operation]:
        """How one of those goes, its end last."""
        detached = await self._open()
        async for seen in detached.look_on(identity):
            yield seen.operation

    async def say(self, operation: Operation, word: ev.Event) -> None:
        """As `megapod ops` says it."""
        detached = await self._open()
        match word:
            case ev.Adopted():
                await detached.adopt(operation)
            case ev.Retried():
                await asyncio.to_thread(detached.retry, operation, word.nodes)
            case _:
                await detached.say(operation, word)

    async def holds(self, pod: str) -> Mapping[str, Hold]:
        """The nodes of a pod that are held, as the journal has it. A journal that is not there yet holds nothing."""
        if not await asyncio.to_thread(self._place.journal.exists):
            return {}
        detached = await self._open()
        return await asyncio.to_thread(detached.journal.holds, pod)

    async def attention(self, pod: str) -> Mapping[str, Attention]:
        """Who looks after the findings of a pod. A journal that is not there yet tells of nobody."""
        if not await asyncio.to_thread(self._place.journal.exists):
            return {}
        detached = await self._open()
        return await asyncio.to_thread(detached.journal.attention, pod)

    async def attend(self, event: Attended) -> None:
        """Write down what somebody says of a finding."""
        detached = await self._open()
        await asyncio.to_thread(detached.journal.append, OPERATION, event)

    async def close(self) -> None:
        """Close the journal. What is carried goes on."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await asyncio.to_thread(opened.journal.close)

    async def _open(self) -> Detached:
        if self._opened is None:
            journal = await asyncio.to_thread(Journal.at, self._place, self._clock.now)
            self._opened = Detached(self._place, journal, self._clock)
        return self._opened
