"""A listener follows the event stream of one source: notes what is said, and has the source asked soon."""

from collections.abc import Callable
from contextlib import aclosing

from backends.model.severity import Severity
from backends.model.stream import StreamPosition, StreamState, StreamStatus
from backends.ports import Continued, Hardware, Hint, StreamMoved
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
        self.continues = True
        self.opened = False

    async def run(self, after: StreamPosition | None = None) -> None:
        """Listen until cancelled, or until the adapter is closed; with `after` from there on.

        `continues` is False until the service has shown that it does. Where something may be missing, the log says so.
        """
        self.continues = after is None
        async with aclosing(self._hardware.changes(after)) as changes:
            async for change in changes:
                match change:
                    case Hint():
                        self._log.add(self.source, change, self._clock.now())
                        self._hint()
                    case Continued():
                        self.continues = not change.missing
                        if change.missing:
                            hint = Hint(message=change.missing, severity=Severity.WARNING)
                            self._log.add(self.source, hint, self._clock.now(), missing=True)
                    case StreamMoved():
                        self._note(change)

    def _note(self, change: StreamMoved) -> None:
        self._budget.charge(change.requests)
        before = self._status
        self.opened = self.opened or change.state is StreamState.LIVE
        if change.state is StreamState.LIVE and before is not None:
            self._hint()  # what was said while nobody listened may be lost
        same = before is not None and before.state is change.state
        since = before.since if before is not None and same else self._clock.now()
        self._status = StreamStatus(state=change.state, since=since, why=change.why)
        if self._status != before:
            self._moved(self.source, self._status)
