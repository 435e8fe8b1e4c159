"""Watching an operation from another process: what its events tell, and whether anybody still carries it."""

import asyncio
from collections.abc import AsyncGenerator, Callable

from msgspec import Struct
from msgspec.structs import replace

from console.operations.event import Actor
from console.operations.journal import Journal
from console.operations.lock import Holder, carried
from console.operations.operation import Operation, fold
from console.operations.place import Place
from console.state.clock import Clock

POLL_S = 0.3
LOST_AFTER_S = 2.0


class Watched(Struct, frozen=True, kw_only=True):
    """An operation as it stands. `lost`: it is open, and nobody has carried it for a while."""

    operation: Operation
    carrier: Actor | None = None

    @property
    def lost(self) -> bool:
        """As the operation says it."""
        return self.operation.lost

    @property
    def advice(self) -> str:
        """What to do about a lost one, in one line; "" where nothing is to be done."""
        return f"{self.operation.id} was interrupted: `megapod ops adopt {self.operation.id}`" if self.lost else ""


async def follow(
    place: Place, journal: Journal, identity: str, clock: Clock, ask: Callable[[Place, str], Holder | None] = carried
) -> AsyncGenerator[Watched, None]:
    """The operation now, and whenever something has changed, until it has ended. Nothing where there is none.

    The journal is read in a thread: another process may be keeping it busy.
    """
    state: Operation | None = None
    told: Watched | None = None
    version: object = None
    free_since: float | None = None
    while True:
        holder = await asyncio.to_thread(ask, place, identity)
        latest = await asyncio.to_thread(journal.changed)
        if latest != version:
            version = latest
            entries = await asyncio.to_thread(journal.entries, identity, state.seq if state else 0)
            state = fold(entries, state)
        if state is None:
            return
        free_since = None if holder is not None else clock.monotonic() if free_since is None else free_since
        lost = free_since is not None and clock.monotonic() - free_since > LOST_AFTER_S and not state.ended
        seen = Watched(operation=replace(state, lost=lost), carrier=holder.actor if holder else None)
        if told is None or seen.operation != told.operation:
            told = seen
            yield seen
        if state.ended:
            return
        await clock.sleep(POLL_S)
