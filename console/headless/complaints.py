"""What a source does not tell, said once, and once more when it answers again: for verbs that go on for long."""

from backends.model.snapshot import Snapshot
from backends.model.source import SourceState
from console.headless import document
from console.headless.diagnostics import say


class Complaints:
    """Remembers what was said of each source. `sources` begin the names of those that matter; all do by default."""

    def __init__(self, sources: str = "") -> None:
        self._sources = sources
        self._said: dict[str, str] = {}

    def look(self, snapshot: Snapshot, *, pending: bool = False) -> None:
        """Say what is new of a pod's sources; at the end (`pending`) also of those that never came to it."""
        for status in snapshot.sources.values():
            if not status.name.startswith(self._sources):
                continue
            key = f"{snapshot.pod}/{status.name}"
            waiting = status.state is SourceState.PENDING and not pending
            problem = document.problem(snapshot.pod, status) if document.missing(status) and not waiting else ""
            if problem and not self._said.get(key):
                say(problem)
            elif self._said.get(key) and not problem and not waiting:
                say(f"{snapshot.pod}: {status.name} answers again")
            self._said[key] = problem
