"""Why a node is out of service: the text, who wrote it and when.

Our own mark reads `megapod:<operation> <user>: <text>`. It tells other tools, and the next operator, who owns a
drain; a reason without it belongs to somebody else and is never overwritten.
"""

import re
from datetime import datetime

from msgspec import Struct

_SCHEDULER = "slurm"
_ITS_WORDS = ("Not responding", "Node unexpectedly rebooted")
"""How Slurm signs what it does to a node by itself: as its own user, which may be root, so its words count, too."""
_MARK = re.compile(r"^megapod:(?P<operation>[a-z0-9-]+) (?P<user>[^\s:]+):(?: (?P<text>.*))?$", re.DOTALL)


class Reason(Struct, frozen=True):
    """A reason as the scheduler keeps it. `by` and `at` are the scheduler's own record (Slurm: `[root@time]`)."""

    text: str
    by: str = ""
    at: datetime | None = None

    @property
    def mark(self) -> "Mark | None":
        """Our mark, when the reason carries one."""
        return Mark.parse(self.text)

    @property
    def by_itself(self) -> bool:
        """Whether it is the scheduler that says so, and no person."""
        return self.mark is None and (self.by == _SCHEDULER or self.text.startswith(_ITS_WORDS))


class Mark(Struct, frozen=True):
    """The signature megapod leaves on what it takes out of service."""

    operation: str
    user: str
    text: str

    def __str__(self) -> str:
        """The reason as it is written to the scheduler."""
        return f"megapod:{self.operation} {self.user}: {self.text}"

    @classmethod
    def parse(cls, reason: str) -> "Mark | None":
        """The mark in a reason, None when it is somebody else's."""
        match = _MARK.match(reason)
        return cls(**match.groupdict(default="")) if match else None
