"""What a pod's controllers have said on their event streams: the last of it, as they said it.

Their word, with its source: never a fact of the snapshot. Kept for people who want to read along, and bounded, as a
controller may talk all day.
"""

import asyncio
from collections import deque
from datetime import datetime

from backends.model.stream import Event
from backends.ports import Hint

KEPT = 1000


class EventLog:
    """The last events of a pod, oldest first. One writer: the pod's listeners."""

    def __init__(self, kept: int = KEPT) -> None:
        self._ring: deque[Event] = deque(maxlen=kept)
        self._count = 0
        self._arrived = asyncio.Event()

    @property
    def events(self) -> tuple[Event, ...]:
        """All that are kept."""
        return tuple(self._ring)

    @property
    def count(self) -> int:
        """How many there were, those included that are no longer kept."""
        return self._count

    def add(self, source: str, hint: Hint, received_at: datetime, *, missing: bool = False) -> Event:
        """Keep what a source said, under the next number; or (`missing`) that some of it may be lost."""
        self._count += 1
        event = Event(
            number=self._count,
            source=source,
            received_at=received_at,
            at=hint.at,
            severity=hint.severity,
            origin=hint.origin,
            message_id=hint.message_id,
            text=hint.message,
            position=hint.position,
            missing=missing,
        )
        self._ring.append(event)
        arrived, self._arrived = self._arrived, asyncio.Event()
        arrived.set()
        return event

    async def after(self, number: int) -> tuple[Event, ...]:
        """The events kept that came after this number, at least one: waits for it.

        A slow reader sees by the numbers what it has missed.
        """
        while self._count <= number:
            await self._arrived.wait()
        return tuple(event for event in self._ring if event.number > number)
