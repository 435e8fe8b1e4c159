"""The journal's tables, and how an older file becomes today's.

`events` is the journal: append-only, and the file itself refuses anything else. The other tables are what its events
come to, kept in the same transactions so that nobody reads history to know what is open, leased or held.
"""

import sqlite3

from console.operations.journal_error import JournalError

APPLICATION_ID = 0x6D706F64
"""`mpod`, in the file's header: somebody else's database is never written to."""

_FIRST = """
CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at_us INTEGER NOT NULL,
  operation TEXT NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  event TEXT NOT NULL
);
CREATE INDEX events_of_operation ON events (operation, seq);
CREATE INDEX events_by_time ON events (at_us, seq);
CREATE UNIQUE INDEX begun_once ON events (operation) WHERE kind = 'begun';
CREATE INDEX begun_by_seq ON events (seq) WHERE kind = 'begun';
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER events_last BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TABLE open_operations (operation TEXT PRIMARY KEY, begun_seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE leases (target TEXT PRIMARY KEY, operation TEXT NOT NULL, since_seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX leases_of_operation ON leases (operation);
CREATE TABLE holds (
  pod TEXT NOT NULL, node TEXT NOT NULL, held_seq INTEGER NOT NULL, PRIMARY KEY (pod, node)
) WITHOUT ROWID;
"""

_SECOND = """
CREATE TABLE attention (
  pod TEXT NOT NULL, finding TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (pod, finding, seq)
) WITHOUT ROWID;
"""

MIGRATIONS = (_FIRST, _SECOND)
"""What brings a file from version n to n+1. A line that was once released is never changed, only followed."""

VERSION = len(MIGRATIONS)


def check(connection: sqlite3.Connection, path: str) -> None:
    """Raise JournalError for a file that is not ours to write, before anything is written to it."""
    _version(connection, path)


def migrate(connection: sqlite3.Connection, path: str) -> None:
    """Bring the file to our version in one transaction, whoever else opens it now. Raises as `check` does."""
    if _version(connection, path) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number in range(_version(connection, path), VERSION):  # asked again: another process may have been faster
            for statement in _statements(MIGRATIONS[number]):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection, path: str) -> int:
    whole = not connection.in_transaction
    if whole:
        connection.execute("BEGIN")  # one look: another process may be making the tables just now
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        owner = int(connection.execute("PRAGMA application_id").fetchone()[0])
        used = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    finally:
        if whole and connection.in_transaction:  # a full disk has ended it, and its own error is what is to be told
            connection.execute("COMMIT")
    if owner != APPLICATION_ID and (owner or version or used):
        raise JournalError(f"{path}: a database, but not a journal of megapod")
    if version > VERSION:
        raise JournalError(
            f"{path}: written by a newer megapod (schema {version}, this one knows {VERSION}); use that one"
        )
    return version


def _statements(script: str) -> list[str]:
    """The statements of a script. `executescript` would commit before it begins."""
    found: list[str] = []
    part = ""
    for line in script.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            found.append(part.strip())
            part = ""
    return [statement for statement in found if statement]
