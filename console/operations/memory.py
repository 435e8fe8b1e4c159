"""A journal that lives as long as its process."""

from collections.abc import Callable
from datetime import datetime

from console.operations.attention import Attention, fold
from console.operations.event import Actor, Attended, Entry, Event, Held, Released
from console.operations.hold import Hold, told_by


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

    def attention(self, pod: str) -> dict[str, Attention]:
        """Who looks after the findings of a pod, by their ids."""
        return fold(one for one in self.kept if isinstance(one.event, Attended) and one.event.pod == pod)

    def holds(self, pod: str) -> dict[str, Hold]:
        """The nodes of a pod that are held now, by name."""
        found: dict[str, Hold] = {}
        for entry in self.kept:
            match entry.event:
                case Held(pod=said) as event if said == pod:
                    found |= dict.fromkeys(event.nodes, told_by(entry, event))
                case Released(pod=said) as event if said == pod:
                    found = {node: hold for node, hold in found.items() if node not in event.nodes}
        return {node: hold for node, hold in found.items() if hold.stands(self._now())}
