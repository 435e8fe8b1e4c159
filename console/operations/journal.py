"""The journal: every event of every operation, append-only, on disk before anything follows from it.

One SQLite file that several processes, and several users of one host, write at once. An `append` that has returned
survives a SIGKILL and a power cut; one that raised has left nothing. Calls are short and block: the screen makes them
in a thread.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import LiteralString

from console.operations import attention
from console.operations import event as ev
from console.operations import journal_tables as tables
from console.operations.attention import Attention
from console.operations.hold import Hold
from console.operations.identity import actor
from console.operations.journal_codec import from_us, kind_of, read, to_text, to_us
from console.operations.journal_error import BegunAlready, JournalError
from console.operations.journal_file import connect, failure, identity
from console.operations.operation import Operation, fold
from console.operations.place import Place

PAGE = 500
_LATEST = timedelta(days=365_000)


class Journal:
    """An open journal. `now` is the time that is written down; `who` is who writes."""

    def __init__(
        self, path: Path, now: Callable[[], datetime], who: ev.Actor | None = None, *, shared: bool = False
    ) -> None:
        self.path = path
        self._now = now
        self._who = who or actor()
        self._lock = threading.Lock()
        self._written = 0
        self._connection = connect(Place(journal=path, shared=shared))
        self._file = identity(path)

    @classmethod
    def open(cls, path: Path, now: Callable[[], datetime], who: ev.Actor | None = None) -> "Journal":
        """Open the journal, or make it. Raises JournalError with one line."""
        return cls(path, now, who)

    @classmethod
    def at(cls, place: Place, now: Callable[[], datetime], who: ev.Actor | None = None) -> "Journal":
        """Open, or make, the journal of a place."""
        return cls(place.journal, now, who, shared=place.shared)

    def append(self, operation: str, event: ev.Event) -> ev.Entry:
        """Write one event down; it is safe on the disk when this returns. Raises JournalError, then it is not there.

        Raises Leased for a Begun or a Retried that wants what another open operation has.
        """
        if isinstance(event, ev.Unread):
            raise TypeError("an event that cannot be read cannot be told either")
        with self._writing() as connection:
            at = self._now()
            cursor = connection.execute(
                "INSERT INTO events (at_us, operation, kind, actor, event) VALUES (?, ?, ?, ?, ?)",
                (to_us(at), operation, kind_of(event), to_text(self._who), to_text(event)),
            )
            told = ev.Entry(seq=cursor.lastrowid or 0, at=at, operation=operation, actor=self._who, event=event)
            tables.follow(connection, told)
        return told

    def begin(self, operation: str, begun: ev.Begun) -> ev.Entry:
        """Write the beginning down, and take its targets. Raises Leased or BegunAlready: nothing is written then."""
        try:
            return self.append(operation, begun)
        except JournalError as error:
            if isinstance(error.__cause__, sqlite3.IntegrityError):
                raise BegunAlready(operation) from None
            raise

    def entries(self, operation: str, after: int = 0) -> list[ev.Entry]:
        """The events of an operation after a sequence number, in order."""
        return self._entries("operation = ? AND seq > ? ORDER BY seq", (operation, after))

    def operation(self, identity: str) -> Operation | None:
        """The operation as its events tell it; None where there is none, or a newer megapod began it."""
        return fold(self.entries(identity))

    def open_ids(self) -> tuple[str, ...]:
        """The operations that have not ended, oldest first. Costs the same however long the history is."""
        return self._names("SELECT operation FROM open_operations ORDER BY begun_seq", ())

    def open_operations(self) -> tuple[Operation, ...]:
        """Those of them that can be read."""
        return self._folded(self.open_ids())

    def recent_ids(self, limit: int) -> tuple[str, ...]:
        """The operations that began last, the newest first, ended or not."""
        return self._names("SELECT operation FROM events WHERE kind = 'begun' ORDER BY seq DESC LIMIT ?", (limit,))

    def recent(self, limit: int) -> tuple[Operation, ...]:
        """Those of them that can be read."""
        return self._folded(self.recent_ids(limit))

    def audit(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[ev.Entry]:
        """Every event of a time, by time. Read page by page: nobody waits while it is printed."""
        low = to_us(since) if since else 0
        high = to_us(until) if until else to_us(from_us(0) + _LATEST)
        where = "(at_us, seq) > (?, ?) AND at_us < ? ORDER BY at_us, seq LIMIT ?"
        last = (low, -1)
        while page := self._entries(where, (*last, high, PAGE)):
            yield from page
            last = (to_us(page[-1].at), page[-1].seq)

    def holds(self, pod: str) -> dict[str, Hold]:
        """The nodes of a pod that are held now, by name. One that has expired holds no longer."""
        with self._reading() as connection:
            found = tables.holds(connection, pod)
        now = self._now()
        return {node: hold for node, hold in found.items() if hold.stands(now)}

    def attention(self, pod: str) -> dict[str, Attention]:
        """Who looks after the findings of a pod, by their ids."""
        with self._reading() as connection:
            return attention.fold(tables.attention(connection, pod))

    def changed(self) -> tuple[int, int]:
        """A value that is another one when anything has been written, here or elsewhere. Costs no disk access."""
        with self._reading() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0]), self._written

    def close(self) -> None:
        """Close the file. The last to do so puts all of it into one file again."""
        with self._lock:
            self._connection.close()

    def _folded(self, names: tuple[str, ...]) -> tuple[Operation, ...]:
        return tuple(found for name in names if (found := self.operation(name)) is not None)

    def _entries(self, where: LiteralString, values: tuple[object, ...]) -> list[ev.Entry]:
        with self._reading() as connection:
            return read(connection, where, values)

    def _names(self, query: LiteralString, values: tuple[object, ...]) -> tuple[str, ...]:
        with self._reading() as connection:
            return tuple(row[0] for row in connection.execute(query, values))

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._file is None or identity(self.path) != self._file:
                why = "the journal was deleted or moved away while it was open"
                raise JournalError(f"{self.path}: {why}; nothing is written to it any more")
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise failure(self.path, error) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it on the disk, or none of it. IMMEDIATE: who writes waits his turn at the start."""
        with self._reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            self._written += 1
