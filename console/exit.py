"""Exit codes: a contract with every script. See the README's table; a test keeps the two equal."""

from enum import IntEnum


class Exit(IntEnum):
    """What a finished megapod says to its caller."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    DEADLINE = 4
    REFUSED = 5
    CONFLICT = 6
    UNCONFIRMED = 7
    SOME_FAILED = 8
    INTERRUPTED = 130


MEANING = {
    Exit.DONE: "done, or nothing to do",
    Exit.FAILED: "the operation failed",
    Exit.USAGE: "usage: bad arguments, config or targets",
    Exit.PARTIAL: "a pod or source is unreachable, or the data is partial",
    Exit.DEADLINE: "the deadline passed; what was asked for stands",
    Exit.REFUSED: "refused by policy (a read-only pod)",
    Exit.CONFLICT: "conflict: somebody else's drain, or the world moved",
    Exit.UNCONFIRMED: "confirmation needed: no terminal, and no --yes",
    Exit.SOME_FAILED: "some of the targets failed",
    Exit.INTERRUPTED: "interrupted; what was asked for stands",
}
