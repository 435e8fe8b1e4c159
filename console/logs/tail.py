"""Several logs as one: what is new in each, none of it twice, and what cannot be read."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from backends.errors import BackendError
from backends.model.log import LogEntry
from console.logs.reader import Reader

_GRACE_S = 15.0
"""What a reader may take beyond its own time before it is given up."""


class Tail:
    """The end of some logs. `problems` are those of the last look, one line each."""

    def __init__(self, readers: Sequence[Reader]) -> None:
        self._readers = tuple(readers)
        self._seen: set[tuple[str, str, str]] = set()
        self.problems: tuple[str, ...] = ()

    async def look(self, timeout_s: float) -> list[LogEntry]:
        """What is new, by time. One log that cannot be read hides no other."""
        looks = await asyncio.gather(
            *(asyncio.wait_for(one.read(timeout_s=timeout_s), timeout_s + _GRACE_S) for one in self._readers),
            return_exceptions=True,
        )
        found: list[LogEntry] = []
        problems: list[str] = []
        for reader, look in zip(self._readers, looks, strict=True):
            if isinstance(look, BackendError | TimeoutError):
                problems.append(str(look) or f"{reader.name}: no answer in time")
            elif isinstance(look, BaseException):
                raise look
            else:
                found += filter(self._new, look)
        problems += (f"{reader.name}: {problem}" for reader in self._readers for problem in reader.errors)
        self.problems = tuple(problems)
        return sorted(found, key=lambda entry: entry.at or datetime.min.replace(tzinfo=UTC))

    def _new(self, entry: LogEntry) -> bool:
        key = (entry.node, entry.log, entry.id)
        known = key in self._seen
        self._seen.add(key)
        return not known
