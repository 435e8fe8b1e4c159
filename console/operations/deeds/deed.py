"""What the engine knows of a deed: look, whether it is so; and the one effect that makes it so."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from backends.errors import BackendError
from console.operations.operation import Progress
from console.operations.result import Outcome
from console.operations.step import Step
from console.operations.world import World


class Effect(Struct, frozen=True):
    """What came back when it was asked for, by node: the errors, and what the far side said of how it does it."""

    errors: Mapping[str, BackendError] = {}
    said: Mapping[str, str] = {}


ASKED = Effect()
"""No error, and no word."""


class Seen(StrEnum):
    """What a look at one node found.

    SO: as wanted. NEEDED: the effect is wanting. WAITING: on its way, nothing to do but wait. BLOCKED: it must not
    be done (another's hand). BAD: it will not come to be so. UNKNOWN: nobody can say just now.
    """

    SO = "so"
    NEEDED = "needed"
    WAITING = "waiting"
    BLOCKED = "blocked"
    BAD = "bad"
    UNKNOWN = "unknown"


class Sight(Struct, frozen=True):
    """One node as a look found it, with the evidence in one line."""

    seen: Seen
    text: str = ""


class Look(Struct, frozen=True, kw_only=True):
    """What is looked at: the step, its nodes that have not ended, and when each began with it.

    `asked` maps the nodes that the effect was asked for to what was noted of them just before. Of these the far side
    said no to `refused`, and nothing that can be relied on to `unanswered`: there it may have happened.
    """

    step: Step
    nodes: tuple[str, ...]
    begun_at: Mapping[str, datetime]
    asked: Mapping[str, str] = {}
    refused: frozenset[str] = frozenset()
    unanswered: frozenset[str] = frozenset()


class Deed(ABC):
    """One kind of step.

    `sources` are the pod's sources whose fresh word it needs: the engine looks only at facts asked for after the last
    effect. `repeatable`: doing it twice is the same as once; where it is not, `before` and `happened` tell whether an
    effect whose record was cut off has happened. `missed` is what running out of patience means.
    """

    sources: tuple[str, ...] = ()
    repeatable = True
    missed = Outcome.FAILED

    @abstractmethod
    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """How each node stands. Raises BackendError when nobody can say: then it is asked again later."""

    @abstractmethod
    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Effect:
        """The effect, once; what came back of single nodes, where they are asked for one by one.

        An error, returned or raised for all of them, may still have had its effect: what counts is the next look.
        """

    async def before(self, world: World, step: Step, nodes: Sequence[str]) -> Mapping[str, str]:  # noqa: ARG002 - for those who need it
        """What tells later whether the effect has happened. Empty for what may be repeated."""
        return {}

    async def happened(self, world: World, step: Step, node: str, begun: Progress) -> bool | None:  # noqa: ARG002 - as above
        """Whether the effect that was begun, and whose record was cut off, has happened; None when it cannot be told.

        Raises BackendError while it is too early to tell.
        """
        return False


class Watching(Deed):
    """What a deed that only waits has in common."""

    missed = Outcome.TIMED_OUT

    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Effect:  # noqa: ARG002 - nothing is ever wanting
        """Never asked for."""
        raise AssertionError(step.id)
