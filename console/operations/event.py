"""What the journal keeps: every event of an operation, in the order it happened. State is a fold over these."""

from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from backends.model.severity import Severity
from console.operations.plan import Plan
from console.operations.result import Outcome


class Actor(Struct, frozen=True):
    """Who did it, and from where: `origin` is the SSH client's address, the terminal, or what else is known."""

    user: str
    host: str
    pid: int
    origin: str = ""


class NodeEnd(Struct, frozen=True):
    """How a step ended for one of its nodes, with its evidence."""

    node: str
    outcome: Outcome
    text: str = ""


class Begun(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """The plan was confirmed. `config` is the file it was made with; `take` the targets that nobody else may touch."""

    plan: Plan
    config: str
    take: tuple[str, ...]


class Started(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """A process has taken the operation up: at first, or after the one before it was lost."""


class Intended(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """A step is about to have its effect on these nodes. Written before it, so that no effect goes unrecorded.

    `before` is what was seen of each node just then: where an effect must not happen twice, it tells whether it has.
    """

    step: str
    nodes: tuple[str, ...]
    before: dict[str, str] = {}


class Applied(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """The effect was asked for, and this is what came back. `error` may still have had its effect.

    `said` is how the far side says that it does it, by node: the messages of a Redfish task.
    """

    step: str
    nodes: tuple[str, ...]
    error: str = ""
    said: dict[str, str] = {}


class Noted(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """The last line of evidence of a step under way, by node. Only told when it changes."""

    step: str
    texts: dict[str, str]


class Ended(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """A step has ended for these nodes."""

    step: str
    ends: tuple[NodeEnd, ...]


class Paused(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """No further effect until it goes on. `why` is a person's, or the circuit breaker's."""

    why: str = ""


class Continued(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """It goes on."""


class Tripped(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """Too much went wrong: no further lane begins. Those under way run to their end."""

    why: str


class Cancelling(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """No further step runs, and what can be taken back is."""

    why: str = ""


class Adopted(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """Another person, or another process, carries it on from here."""


class Retried(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """The nodes that did not get there begin again, at the step where they failed."""

    nodes: tuple[str, ...]


class Closed(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """The operation has ended; its targets are free."""

    outcome: Outcome
    text: str


class Held(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """Nodes are kept out until they are released, whoever resumes what. None of `until` never expires.

    `owner` is who asked for it; "" is who wrote it down.
    """

    pod: str
    nodes: tuple[str, ...]
    reason: str
    ticket: str = ""
    until: datetime | None = None
    owner: str = ""


class Released(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """Nodes are no longer held."""

    pod: str
    nodes: tuple[str, ...]
    reason: str = ""


class Commanded(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """A command is about to be sent to nodes. Written before it, so that none runs that nobody can account for."""

    pod: str
    nodes: tuple[str, ...]
    argv: tuple[str, ...]
    reason: str = ""


class Answered(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """What became of a command: the nodes by how it ended there (`done`, `failed`, `timeout`…), each folded."""

    endings: dict[str, str]
    worst: int | None = None


class Care(StrEnum):
    """What somebody says of a finding: that they are on it, no longer, not before a time; or a note for others."""

    ACK = "ack"
    UNACK = "unack"
    SNOOZE = "snooze"
    NOTE = "note"


class Attended(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """Somebody has said something of a finding, as severe as it was then."""

    pod: str
    finding: str
    care: Care
    severity: Severity = Severity.UNKNOWN
    text: str = ""
    until: datetime | None = None


class Unread(Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """An event that a newer megapod wrote: kept, named, and not understood here. Never written by us."""

    was: str
    text: str


Event: TypeAlias = (
    Begun
    | Started
    | Intended
    | Applied
    | Noted
    | Ended
    | Paused
    | Continued
    | Tripped
    | Cancelling
    | Adopted
    | Retried
    | Closed
    | Held
    | Released
    | Commanded
    | Answered
    | Attended
    | Unread
)


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the journal. `seq` grows by at least one with each, over all operations."""

    seq: int
    at: datetime
    operation: str
    actor: Actor
    event: Event
