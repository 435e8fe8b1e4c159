"""A hold: a node that stays out until somebody releases it, whoever resumes what. It may expire.

It stands in the journal of the host it was made on, and in the node's mark, so that every other host sees it too.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from backends.model.node import Node
from backends.model.snapshot import Snapshot

if TYPE_CHECKING:
    from console.operations.event import Entry, Held  # a view needs holds, and none of the journal

_TEXT = re.compile(r"^hold(?: until (?P<until>\S+))?(?: ticket (?P<ticket>\S+))?: (?P<reason>.*)$", re.DOTALL)
_UNTIL = "%Y-%m-%dT%H:%MZ"


class Hold(Struct, frozen=True, kw_only=True):
    """Why, by whom, since and until when. None of `until` never expires. `operation` is the one that made it."""

    reason: str
    owner: str
    since: datetime
    ticket: str = ""
    until: datetime | None = None
    operation: str = ""

    def stands(self, now: datetime) -> bool:
        """Whether it still keeps the node out."""
        return self.until is None or now < self.until

    def __str__(self) -> str:
        """One line for a person: why, ticket, who, until when."""
        ticket = f" [{self.ticket}]" if self.ticket else ""
        until = f", until {self.until:%Y-%m-%d %H:%MZ}" if self.until else ""
        return f"held by {self.owner}{ticket}: {self.reason}{until}"


def args_of(hold: Hold) -> dict[str, str]:
    """What a step needs to make this hold, or to lift it, as words."""
    return {
        "why": hold.reason,
        "ticket": hold.ticket,
        "until": hold.until.isoformat() if hold.until else "",
        "owner": hold.owner,
        "held_by": hold.operation,
    }


def text_of(reason: str, ticket: str, until: datetime | None) -> str:
    """What a hold says in a node's mark; `held_by_mark` reads it again."""
    said = f" until {until.astimezone(UTC).strftime(_UNTIL)}" if until else ""
    return f"hold{said}{f' ticket {ticket}' if ticket else ''}: {reason}"


def told_by(told: "Entry", event: "Held") -> Hold:
    """The hold that an event of the journal made."""
    return Hold(
        reason=event.reason,
        owner=event.owner or told.actor.user,
        since=told.at,
        ticket=event.ticket,
        until=event.until,
        operation=told.operation,
    )


def held_by_mark(node: Node) -> Hold | None:
    """The hold that a node's own mark tells of, whichever host it was made on; expired or not."""
    reason = node.scheduler.reason if node.scheduler else None
    mark = reason.mark if reason else None
    match = _TEXT.match(mark.text) if mark else None
    if reason is None or mark is None or match is None:
        return None
    return Hold(
        reason=match["reason"],
        owner=mark.user,
        since=reason.at or datetime.fromtimestamp(0, UTC),
        ticket=match["ticket"] or "",
        until=_time(match["until"]),
        operation=mark.operation,
    )


def said_of(node: Node, now: datetime) -> str:
    """The hold in a node's mark as one line for a person, "" where there is none, or none any more."""
    hold = held_by_mark(node)
    return str(hold) if hold is not None and hold.stands(now) else ""


def released_text(hold: Hold) -> str:
    """What a node's mark says once its hold is lifted: which one, for the host that has it in its journal."""
    return f"released {hold.operation}, still out: {hold.reason}"


def holds_of(snapshot: Snapshot, kept: Mapping[str, Hold], now: datetime) -> dict[str, Hold]:
    """Every hold that stands: those of our own journal (`kept`), and those that the nodes' marks tell of.

    One of the journal that another host has lifted since, as the node's mark tells, does not stand.
    """
    marks = {name: hold for name, node in snapshot.nodes.items() if (hold := held_by_mark(node)) is not None}
    ours = {name: hold for name, hold in kept.items() if not _lifted(snapshot.nodes.get(name), hold)}
    return {name: hold for name, hold in {**marks, **ours}.items() if hold.stands(now)}


def _lifted(node: Node | None, hold: Hold) -> bool:
    reason = node.scheduler.reason if node and node.scheduler else None
    mark = reason.mark if reason else None
    return mark is not None and mark.text.startswith(f"released {hold.operation},")


def _time(text: str | None) -> datetime | None:
    """A time in a mark. One that cannot be read is no expiry: a node is rather kept out than let in."""
    try:
        return datetime.strptime(text or "", _UNTIL).replace(tzinfo=UTC)
    except ValueError:
        return None
