"""How an event is written in the journal, and read again, whoever wrote it."""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import LiteralString, TypeAlias

import msgspec

from console.operations.event import Actor, Entry, Event, Unread

Row: TypeAlias = tuple[int, int, str, str, str, str]
"""`seq, at_us, operation, kind, actor, event` as in the table."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EVENT: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_ACTOR = msgspec.json.Decoder(Actor)
_NOBODY = Actor(user="?", host="?", pid=0)


def kind_of(event: Event) -> str:
    """The word an event is filed under."""
    return type(event).__name__.lower()


def to_text(value: Event | Actor) -> str:
    """An event or an actor as JSON."""
    return msgspec.json.encode(value).decode()


def to_us(at: datetime) -> int:
    """Microseconds since 1970, exactly: a float would lose the last of them."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def from_us(at_us: int) -> datetime:
    """The time again, UTC."""
    return _EPOCH + timedelta(microseconds=at_us)


def read(connection: sqlite3.Connection, where: LiteralString, values: tuple[object, ...]) -> list[Entry]:
    """The entries that a condition picks, in the order it says."""
    columns = "seq, at_us, operation, kind, actor, event"
    rows = connection.execute(f"SELECT {columns} FROM events WHERE {where}", values)  # noqa: S608 - literals, by type
    return [entry(row) for row in rows]


def entry(row: Row) -> Entry:
    """One row. What a newer megapod wrote is kept and named as Unread; it never ends a listing."""
    seq, at_us, operation, kind, actor, event = row
    return Entry(seq=seq, at=from_us(at_us), operation=operation, actor=_actor(actor), event=_event(kind, event))


def _event(kind: str, text: str) -> Event:
    try:
        return _EVENT.decode(text)
    except msgspec.MsgspecError:
        return Unread(was=kind, text=text)


def _actor(text: str) -> Actor:
    try:
        return _ACTOR.decode(text)
    except msgspec.MsgspecError:
        return _NOBODY
