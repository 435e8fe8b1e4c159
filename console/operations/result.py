"""How an operation is going, and how it ended, node by node. Different ends are different words."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from console.exit import Exit


class Outcome(StrEnum):
    """How an operation, or one node of it, ended. WORKING has not.

    SKIPPED: left alone on purpose, as it belongs to somebody else or is held. NOT_REACHED: its turn never came.
    """

    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    CONFLICT = "conflict"
    TIMED_OUT = "timed-out"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    NOT_REACHED = "not-reached"
    UNKNOWN = "unknown"

    @property
    def ended(self) -> bool:
        """Whether it is an end."""
        return self is not Outcome.WORKING


class NodeResult(Struct, frozen=True, kw_only=True):
    """One target: how it went, the step it is in or ended with, the last line of evidence, and what to do `next`.

    One that works and is in no step waits for its turn.
    """

    node: str
    outcome: Outcome
    stage: str = ""
    detail: str = ""
    next: str = ""


class Result(Struct, frozen=True, kw_only=True):
    """One operation. `outcome` sums its nodes up; `text` is the one line for a person."""

    operation: str
    verb: str
    pod: str
    targets: str
    outcome: Outcome
    text: str
    nodes: tuple[NodeResult, ...] = ()

    @property
    def exit(self) -> Exit:
        """The exit code: SOME_FAILED when a part of the nodes got there and a part did not."""
        ends = {node.outcome for node in self.nodes}
        if self.outcome in _PARTLY and Outcome.DONE in ends:
            return Exit.SOME_FAILED
        return _EXIT[self.outcome]


_PARTLY = frozenset({Outcome.FAILED, Outcome.SKIPPED, Outcome.NOT_REACHED})
_EXIT = {
    Outcome.WORKING: Exit.DONE,
    Outcome.DONE: Exit.DONE,
    Outcome.FAILED: Exit.FAILED,
    Outcome.CONFLICT: Exit.CONFLICT,
    Outcome.TIMED_OUT: Exit.DEADLINE,
    Outcome.REFUSED: Exit.REFUSED,
    Outcome.CANCELLED: Exit.FAILED,
    Outcome.SKIPPED: Exit.CONFLICT,
    Outcome.NOT_REACHED: Exit.FAILED,
    Outcome.UNKNOWN: Exit.PARTIAL,
}
_GRAVEST_FIRST = (
    Outcome.CONFLICT,
    Outcome.FAILED,
    Outcome.UNKNOWN,
    Outcome.TIMED_OUT,
    Outcome.NOT_REACHED,
    Outcome.CANCELLED,
    Outcome.REFUSED,
    Outcome.WORKING,
    Outcome.SKIPPED,
)


def sum_up(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of a whole set: the one that most needs a person's eye, DONE only when every one is."""
    ends = set(outcomes)
    return next((outcome for outcome in _GRAVEST_FIRST if outcome in ends), Outcome.DONE)
