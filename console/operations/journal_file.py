"""The journal's file: made for one person or for a group, opened for many processes, its failures in one line."""

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from console.operations.journal_error import JournalError
from console.operations.journal_schema import check, migrate
from console.operations.place import Place

BUSY_MS = 15_000
_TRIES = 100
_PAUSE_S = 0.05
_UNTIL_GROUPED = 20
_OWN, _GROUP = 0o600, 0o660
_BESIDE = ("-wal", "-shm")


def connect(place: Place, pause: Callable[[float], None] = time.sleep) -> sqlite3.Connection:
    """Open the file, or make it; raises JournalError. Every commit is on the disk (synchronous=FULL) and in the WAL.

    One that another process is just making may not have its group yet, or be open to reading only: then it is opened
    anew for a second, as a connection that began read-only stays so.
    """
    for left in range(_UNTIL_GROUPED, -1, -1):
        try:
            return _connect(place, pause)
        except sqlite3.Error as error:
            if not left or not _name(error).startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
                raise failure(place.journal, error) from error
            pause(_PAUSE_S)
    raise AssertionError(place.journal)


def _connect(place: Place, pause: Callable[[float], None]) -> sqlite3.Connection:
    path = place.journal
    try:
        place.folder(path.parent)
        _make(place)
        connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    except OSError as error:
        raise JournalError(f"{path}: the journal cannot be opened: {error.strerror}") from error
    try:
        _prepare(connection, path, pause)
        if place.shared:
            # Another may have been between making its companion and opening it to the group: we would be read-only.
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except BaseException:
        connection.close()
        raise
    return connection


def identity(path: Path) -> tuple[int, int] | None:
    """Which file stands under the name; None for none. SQLite goes on in one that was deleted, and nobody reads it."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def failure(path: Path, error: sqlite3.Error) -> JournalError:
    """The one line for what SQLite says."""
    name = _name(error)
    said = str(error)
    for start, advice in _ADVICE.items():
        if name.startswith(start):
            return JournalError(f"{path}: {advice} ({said})")
    return JournalError(f"{path}: the journal cannot be used: {said}")


_ADVICE = {
    "SQLITE_BUSY": "another process keeps the journal busy; nothing was written",
    "SQLITE_FULL": "no room left on the disk; nothing was written",
    "SQLITE_READONLY": "the journal cannot be written here; nothing was written",
    "SQLITE_CANTOPEN": "the journal cannot be opened: its folder must be yours to write",
    "SQLITE_PERM": "the journal is not yours to open",
    "SQLITE_CORRUPT": "the journal is damaged; move it aside to go on without its history, and keep it for a rescue",
    "SQLITE_NOTADB": "not a journal, or a damaged one; move it aside to go on without its history",
    "SQLITE_IOERR": "the disk does not do as it is told; nothing was written",
}


def _make(place: Place) -> None:
    """Make the file with the mode it must have before anything is in it. SQLite gives its companions the same mode."""
    try:
        descriptor = os.open(place.journal, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWN)
    except FileExistsError:
        return
    try:
        if place.shared:
            os.fchmod(descriptor, _GROUP)  # whatever the umask says
    finally:
        os.close(descriptor)


def _prepare(connection: sqlite3.Connection, path: Path, pause: Callable[[float], None]) -> None:
    """Settings of this connection, tables of this version. Another that is doing the same just now is waited for."""
    for left in range(_TRIES, -1, -1):
        try:
            check(connection, str(path))
            if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
                raise JournalError(f"{path}: this file system cannot hold a journal that several processes share")
            connection.execute("PRAGMA synchronous = FULL")
            _hand_on(path)
            migrate(connection, str(path))
            _hand_on(path)  # some of them are made only now
        except sqlite3.OperationalError as error:
            # The switch to WAL does not wait as other statements do, and a companion may not have its group yet.
            if not left or not _passes(error):
                raise
            pause(_PAUSE_S)
        else:
            return


def _passes(error: sqlite3.OperationalError) -> bool:
    name = _name(error)
    return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or name == "SQLITE_PROTOCOL"


def _name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", "") or ""


def _hand_on(path: Path) -> None:
    """Give the companions we made the group of the journal, where that is not this person's own group."""
    whole = path.stat()
    for suffix in _BESIDE:
        beside = path.with_name(path.name + suffix)
        try:
            found = beside.stat()
            if found.st_uid == os.geteuid() and found.st_gid != whole.st_gid:
                os.chown(beside, -1, whole.st_gid)
        except FileNotFoundError:
            continue
        except PermissionError:
            continue  # not of that group: then the journal's mode has not let us in through the group either
