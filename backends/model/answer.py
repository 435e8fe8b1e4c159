"""What became of a command on a node."""

from enum import StrEnum

from msgspec import Struct


class Ending(StrEnum):
    """What became of a command on a node. Only DONE and FAILED are the command's own word.

    TIMEOUT, LOST and INTERRUPTED began: whether they had their effect is not known. The rest never began.
    """

    DONE = "done"
    FAILED = "failed"
    TIMEOUT = "timeout"
    LOST = "lost"
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    DENIED = "denied"
    INTERRUPTED = "interrupted"
    NOT_BEGUN = "not-begun"


class Answer(Struct, frozen=True, kw_only=True):
    """One node's answer. `status` is the command's, None where there is none; the output is as it came, not cleaned."""

    node: str
    ending: Ending
    status: int | None = None
    stdout: str = ""
    stderr: str = ""
    error: str = ""
    took_s: float = 0.0
