"""What can go wrong with the journal, each as one line for a person. Light: whoever ends a run may import it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.operations.event import Actor


class JournalError(Exception):
    """The journal cannot be read or written. Nothing was half done: a write is in it whole, or not at all."""


class BegunAlready(JournalError):
    """The operation has begun already: a plan runs once."""

    def __init__(self, operation: str) -> None:
        super().__init__(f"{operation} has begun already, and a plan runs once; see `megapod ops show {operation}`")
        self.operation = operation


class Leased(JournalError):
    """Another operation that has not ended has some of the targets. `nodes` are those, as `pod/node`."""

    def __init__(self, operation: str, actor: "Actor", since: datetime, nodes: Sequence[str]) -> None:
        who = f"{actor.user}@{actor.host}"
        super().__init__(
            f"{', '.join(nodes)}: taken by {operation} of {who} since {since:%Y-%m-%d %H:%M:%SZ}; "
            f"`megapod ops watch {operation}`, or take it on with `megapod ops adopt {operation}`"
        )
        self.operation = operation
        self.actor = actor
        self.since = since
        self.nodes = tuple(nodes)
