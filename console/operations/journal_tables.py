"""What events come to: which operations are open, who has which target, which nodes are held.

Each is brought up to date in the transaction that writes the event, so that no reader sees one without the other.
"""

import sqlite3
from collections.abc import Iterable

from console.operations import event as ev
from console.operations.hold import Hold, told_by
from console.operations.journal_codec import entry, read
from console.operations.journal_error import Leased


def follow(connection: sqlite3.Connection, told: ev.Entry) -> None:
    """Bring the tables up to date with an event just written. Raises Leased, and then it must not be kept."""
    match told.event:
        case ev.Begun() as event:
            _open(connection, told.operation, told.seq)
            _take(connection, told, _targets(event.plan.pod, event.take))
        case ev.Retried() as event:
            _again(connection, told, event)
        case ev.Closed():
            connection.execute("DELETE FROM open_operations WHERE operation = ?", (told.operation,))
            connection.execute("DELETE FROM leases WHERE operation = ?", (told.operation,))
        case ev.Held() as event:
            connection.executemany(
                "INSERT INTO holds VALUES (?, ?, ?) ON CONFLICT (pod, node) DO UPDATE SET held_seq = excluded.held_seq",
                [(event.pod, node, told.seq) for node in event.nodes],
            )
        case ev.Released() as event:
            connection.executemany(
                "DELETE FROM holds WHERE pod = ? AND node = ?", [(event.pod, node) for node in event.nodes]
            )
        case ev.Attended() as event:
            connection.execute("INSERT INTO attention VALUES (?, ?, ?)", (event.pod, event.finding, told.seq))


def attention(connection: sqlite3.Connection, pod: str) -> list[ev.Entry]:
    """What was said of the findings of a pod, in order."""
    return read(connection, "seq IN (SELECT seq FROM attention WHERE pod = ?) ORDER BY seq", (pod,))


def holds(connection: sqlite3.Connection, pod: str) -> dict[str, Hold]:
    """Every hold of a pod that was not released, expired or not, by node."""
    rows = connection.execute(
        "SELECT node, seq, at_us, operation, kind, actor, event FROM holds JOIN events ON seq = held_seq WHERE pod = ? "
        "ORDER BY held_seq, node",
        (pod,),
    )
    found: dict[str, Hold] = {}
    for node, *row in rows:
        told = entry(tuple(row))
        if isinstance(told.event, ev.Held):
            found[node] = told_by(told, told.event)
        else:  # a newer megapod held it: for what, it alone can say
            found[node] = Hold(
                reason="held by a newer megapod", owner=told.actor.user, since=told.at, operation=told.operation
            )
    return found


def _open(connection: sqlite3.Connection, operation: str, seq: int) -> None:
    connection.execute("INSERT INTO open_operations VALUES (?, ?) ON CONFLICT DO NOTHING", (operation, seq))


def _again(connection: sqlite3.Connection, told: ev.Entry, event: ev.Retried) -> None:
    found = read(connection, "operation = ? AND kind = 'begun'", (told.operation,))
    if not found or not isinstance((begun := found[0]).event, ev.Begun):
        return
    pod = begun.event.plan.pod
    taken = set(_targets(pod, begun.event.take))
    _open(connection, told.operation, begun.seq)
    _take(connection, told, [target for target in _targets(pod, event.nodes) if target in taken])


def _targets(pod: str, names: Iterable[str]) -> list[str]:
    """`pod/node` for each; a name may say its pod already."""
    return [name if name.startswith(f"{pod}/") else f"{pod}/{name}" for name in names]


def _take(connection: sqlite3.Connection, told: ev.Entry, targets: Iterable[str]) -> None:
    wanted = list(targets)
    others: dict[str, list[str]] = {}
    for target in wanted:
        row = connection.execute("SELECT operation FROM leases WHERE target = ?", (target,)).fetchone()
        if row is not None and row[0] != told.operation:
            others.setdefault(row[0], []).append(target)
    if others:
        operation, nodes = next(iter(others.items()))
        since = connection.execute("SELECT since_seq FROM leases WHERE target = ?", (nodes[0],)).fetchone()[0]
        taken = read(connection, "seq = ?", (since,))[0]
        raise Leased(operation, _carrier(connection, operation) or taken.actor, taken.at, nodes)
    connection.executemany(
        "INSERT INTO leases VALUES (?, ?, ?) ON CONFLICT (target) DO NOTHING",
        [(target, told.operation, told.seq) for target in wanted],
    )


def _carrier(connection: sqlite3.Connection, operation: str) -> ev.Actor | None:
    """Who has it now, where another has adopted it."""
    adopted = read(connection, "operation = ? AND kind = 'adopted' ORDER BY seq DESC LIMIT 1", (operation,))
    return adopted[0].actor if adopted else None
