"""A journal that lives as long as its process."""

from collections.abc import Callable
from datetime import datetime

from console.operations.event import Actor, Entry, Event


class Memory:
    """Entries in a list, by one actor."""

    def __init__(self, now: Callable[[], datetime], actor: Actor) -> None:
        self._now = now
        self.actor = actor
        self.kept: list[Entry] = []

    def append(self, operation: str, event: Event) -> Entry:
        """Keep one event."""
        entry = Entry(seq=len(self.kept) + 1, at=self._now(), operation=operation, actor=self.actor, event=event)
        self.kept.append(entry)
        return entry

    def entries(self, operation: str, after: int = 0) -> list[Entry]:
        """The events of an operation after a sequence number."""
        return [entry for entry in self.kept[after:] if entry.operation == operation]
