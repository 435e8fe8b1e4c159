"""How an operation is going, and how it ended, node by node. Different ends are different words."""

from enum import StrEnum

from msgspec import Struct

from console.exit import Exit


class Outcome(StrEnum):
    """How an operation, or one node of it, ended. WORKING has not."""

    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    CONFLICT = "conflict"
    TIMED_OUT = "timed-out"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class NodeResult(Struct, frozen=True, kw_only=True):
    """One target: the outcome so far, its service state in the scheduler's last word, and the jobs still on it."""

    node: str
    outcome: Outcome
    service: str
    detail: str = ""
    jobs: tuple[str, ...] = ()


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
        if self.outcome is Outcome.FAILED and Outcome.DONE in ends:
            return Exit.SOME_FAILED
        return _EXIT[self.outcome]


_EXIT = {
    Outcome.WORKING: Exit.DONE,
    Outcome.DONE: Exit.DONE,
    Outcome.FAILED: Exit.FAILED,
    Outcome.CONFLICT: Exit.CONFLICT,
    Outcome.TIMED_OUT: Exit.DEADLINE,
    Outcome.REFUSED: Exit.REFUSED,
    Outcome.UNKNOWN: Exit.PARTIAL,
}


def sum_up(nodes: tuple[NodeResult, ...]) -> Outcome:
    """The outcome of a whole set: the one that most needs a person's eye, DONE only when every node is."""
    ends = {node.outcome for node in nodes}
    for outcome in (Outcome.CONFLICT, Outcome.FAILED, Outcome.UNKNOWN, Outcome.TIMED_OUT, Outcome.WORKING):
        if outcome in ends:
            return outcome
    return Outcome.DONE
