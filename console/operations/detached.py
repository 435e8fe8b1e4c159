"""Operations carried by a worker of their own: begun, taken up and looked on at from any process of the host."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

from console.operations import event as ev
from console.operations.follow import Watched, follow
from console.operations.identity import actor
from console.operations.journal import Journal
from console.operations.journal_error import JournalError
from console.operations.lock import Lock, carried, take
from console.operations.operation import Operation, fold
from console.operations.place import Place
from console.operations.plan import Plan
from console.operations.worker import claim, spawn
from console.state.clock import Clock
from console.state.session import Session

LET_GO_WITHIN_S = 60.0
_ASK_EVERY_S = 0.2


class NotLetGo(JournalError):
    """Whoever carries the operation has not let go of it."""


class TooLate(JournalError):
    """The operation had ended when the word came."""


class Detached:
    """A `console.operations.carrier.Carrier` over the journal of a place. One for each process is enough."""

    def __init__(self, place: Place, journal: Journal, clock: Clock) -> None:
        self.place = place
        self.journal = journal
        self._clock = clock

    def begin(self, plan: Plan, config: str) -> None:
        """Write a confirmed plan down, take its targets and start its worker.

        Raises Leased or BegunAlready, and then nothing is written and nothing runs. The lock is there before the
        operation is: nobody ever sees it open and uncarried.
        """
        lock = claim(self.place, plan.operation, self._clock)
        path = str(Path(config).absolute()) if config else ""
        try:
            self.journal.begin(plan.operation, ev.Begun(plan=plan, config=path, take=plan.nodes))
        except BaseException:
            lock.release()
            raise
        spawn(self.place, plan.operation, lock)

    async def carry(self, session: Session, plan: Plan) -> AsyncIterator[Operation]:
        """Begin a plan; the operation whenever it has moved on, its end last."""
        await asyncio.to_thread(self.begin, plan, session.config.path)
        async for seen in self.look_on(plan.operation):
            yield seen.operation

    def look_on(self, identity: str) -> AsyncGenerator[Watched, None]:
        """How an operation goes, whoever carries it."""
        return follow(self.place, self.journal, identity, self._clock)

    async def adopt(self, operation: Operation, config: str = "") -> None:
        """Carry on, as us, what another began or lost. One that still carries it is told, and waited for.

        Raises NotLetGo where it goes on all the same.
        """
        if carried(self.place, operation.id) is not None:
            self.journal.append(operation.id, ev.Adopted())
            lock = await self._freed(operation.id)
        else:
            lock = claim(self.place, operation.id, self._clock)
            self._told(lock, operation.id, ev.Adopted())
        spawn(self.place, operation.id, lock, config or _readable(operation.config))

    async def say(self, operation: Operation, word: ev.Event, config: str = "") -> bool:
        """Write down what a person says to an operation. Where nobody is there to hear it, it is taken up as ours.

        True where it was taken up. A pause needs nobody: what is not carried has no effect anyhow. Raises as `adopt`,
        and TooLate where it ended just before: the word is in the journal then, and nobody hears it.
        """
        told = await asyncio.to_thread(self.journal.append, operation.id, word)
        await asyncio.to_thread(self._in_time, told)
        if isinstance(word, ev.Paused) or carried(self.place, operation.id) is not None:
            return False
        await self.adopt(operation, config)
        return True

    def retry(self, operation: Operation, nodes: tuple[str, ...], config: str = "") -> None:
        """Begin again, with these nodes, where they failed. Raises Leased where another has them by now."""
        lock = claim(self.place, operation.id, self._clock)
        self._told(lock, operation.id, ev.Retried(nodes=nodes))
        spawn(self.place, operation.id, lock, config or _readable(operation.config))

    def _in_time(self, told: ev.Entry) -> None:
        before = fold(entry for entry in self.journal.entries(told.operation) if entry.seq < told.seq)
        if before is not None and before.ended:
            raise TooLate(f"{before.id} had ended before that was said: {before.result.text}")

    def _told(self, lock: Lock, identity: str, event: ev.Event) -> None:
        try:
            self.journal.append(identity, event)
        except BaseException:
            lock.release()
            raise

    async def _freed(self, identity: str) -> Lock:
        end_s = self._clock.monotonic() + LET_GO_WITHIN_S
        while self._clock.monotonic() < end_s:
            lock = take(self.place, identity)
            if lock is not None:
                lock.sign(actor(), self._clock.now())
                return lock
            await self._clock.sleep(_ASK_EVERY_S)
        raise NotLetGo(
            f"{identity} is yours in the journal, but {carried(self.place, identity)} has not let go of it in "
            f"{LET_GO_WITHIN_S:.0f} s; end that process, then adopt it again"
        )


def _readable(config: str) -> str:
    """The config it was begun with, or our own where that is somebody else's secret."""
    if not config or os.access(config, os.R_OK):
        return ""
    from console.config import default_path

    return os.environ.get("MEGAPOD_CONFIG") or str(default_path())
