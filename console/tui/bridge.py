"""From the store to the screen: at most four times a second, and only that something changed, never what."""

import asyncio
from collections.abc import Callable

from textual.message import Message

from console.state.store import Store

EVERY_S = 0.25


class PodsChanged(Message):
    """New snapshots are in the store. Read the latest there: a message that waited would carry an old one."""

    def can_replace(self, message: Message) -> bool:
        """One in the queue is enough."""
        return isinstance(message, PodsChanged)


async def forward(store: Store, post: Callable[[Message], object], every_s: float = EVERY_S) -> None:
    """Post a message for every change, conflated, until cancelled."""
    with store.watch() as changes:
        async for _ in changes:
            post(PodsChanged())
            await asyncio.sleep(every_s)
