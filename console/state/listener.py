"""A listener follows the event stream of one source: notes what is said, and has the source asked soon."""

from collections.abc import Callable
from contextlib import aclosing

from backends.model.stream import StreamState, StreamStatus
from backends.ports import Hardware, Hint, StreamMoved
from console.state.budget import Budget
from console.state.clock import Clock
from console.state.collector import Collector
from console.state.events import EventLog


class Listener:
    """Hears the source of a collector, and hints to that. `moved` is told how the stream stands: source and status.

    Nothing that is said becomes a fact: facts come of asking, within the budget, which the stream is charged to, too.
    """

    def __init__(
        self,
        collector: Collector,
        hardware: Hardware,
        *,
        clock: Clock,
        budget: Budget,
        log: EventLog,
        moved: Callable[[str, StreamStatus], None],
    ) -> None:
        self.source = collector.family.source
        self._hardware = hardware
        self._clock = clock
        self._budget = budget
        self._log = log
        self._hint = collector.hint
        self._moved = moved
        self._status: StreamStatus | None = None

    async def run(self) -> None:
        """Listen until cancelled, or until the adapter is closed."""
        async with aclosing(self._hardware.changes()) as changes:
            async for change in changes:
                match change:
                    case Hint():
                        self._log.add(self.source, change, self._clock.now())
                        self._hint()
                    case StreamMoved():
                        self._note(change)

    def _note(self, change: StreamMoved) -> None:
        self._budget.charge(change.requests)
        before = self._status
        if change.state is StreamState.LIVE and before is not None:
            self._hint()  # what was said while nobody listened may be lost
        same = before is not None and before.state is change.state
        since = before.since if before is not None and same else self._clock.now()
        self._status = StreamStatus(state=change.state, since=since, why=change.why)
        if self._status != before:
            self._moved(self.source, self._status)
