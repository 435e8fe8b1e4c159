"""The screen's way to the journal: opened in a thread, and only once there is something to write or to look at."""

import asyncio
from collections.abc import AsyncIterator

from console.config import Config
from console.operations.detached import Detached
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
