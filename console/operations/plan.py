"""A plan: what a write would do, before it does it. Drawn, printed, saved and run as this one value."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from backends.model.reason import Reason
from backends.model.snapshot import Snapshot
from console.exit import Exit

EXPIRES_AFTER_S = 300
TYPED_COUNT_OVER = 16


class Obstacle(StrEnum):
    """Why a plan may not run."""

    READ_ONLY = "read-only"
    UNSUPPORTED = "unsupported"
    FOREIGN = "foreign"
    STALE = "stale"

    @property
    def exit(self) -> Exit:
        """The exit code of a refusal for this reason."""
        return _EXIT[self]


_EXIT = {
    Obstacle.READ_ONLY: Exit.REFUSED,
    Obstacle.UNSUPPORTED: Exit.REFUSED,
    Obstacle.FOREIGN: Exit.CONFLICT,
    Obstacle.STALE: Exit.PARTIAL,
}


class Blocker(Struct, frozen=True):
    """One reason not to run, and what lifts it."""

    obstacle: Obstacle
    nodes: str
    text: str


class Skip(Struct, frozen=True):
    """Nodes the plan leaves alone, and why: already as wanted."""

    nodes: str
    why: str


class Hit(Struct, frozen=True, kw_only=True):
    """A job the plan touches: it runs on a target, and keeps its other nodes waiting too (its gang)."""

    job: str
    name: str
    user: str
    nodes: str
    gpus: int
    ends_at: datetime | None = None


class Blast(Struct, frozen=True, kw_only=True):
    """What a plan hits, and what is left. GPUs count those of the targets, idle ones those that still take work."""

    nodes: int
    gpus: int
    jobs: tuple[Hit, ...] = ()
    users: tuple[str, ...] = ()
    gang_nodes: str = ""
    nodes_left: int = 0
    gpus_left: int = 0


class Step(Struct, frozen=True, kw_only=True):
    """One effect on one set of nodes. `verb` is the scheduler's: drain or resume."""

    verb: str
    nodes: tuple[str, ...]
    node_set: str
    reason: str = ""


class Relied(Struct, frozen=True):
    """A source the plan believed, and when it had last answered."""

    source: str
    observed_at: datetime | None


class Plan(Struct, frozen=True, kw_only=True):
    """Steps in order, and everything a person needs to say yes or no.

    `follow` are the nodes whose state ends it: those its steps change, and those that were on their way already.
    `operation` is the id that goes into the mark on the cluster. `commands` are what an operator would have typed.
    `reasons` is what each node its steps change said when it was made: another reason since then is another's hand.
    A plan past `expires_at` is made again, not run.
    """

    operation: str
    verb: str
    pod: str
    targets: str
    reason: str
    user: str
    steps: tuple[Step, ...]
    follow: tuple[str, ...]
    blast: Blast
    blockers: tuple[Blocker, ...] = ()
    skipped: tuple[Skip, ...] = ()
    warnings: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    relied_on: tuple[Relied, ...] = ()
    reasons: dict[str, Reason | None] = {}
    snapshot: int = 0
    made_at: datetime
    expires_at: datetime

    @property
    def refused(self) -> bool:
        """Whether something forbids it; nothing of a refused plan runs."""
        return bool(self.blockers)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to change."""
        return not self.steps

    @property
    def count_to_type(self) -> int | None:
        """The number of nodes a person must type to confirm; None where a yes is enough."""
        return len(self.nodes) if len(self.nodes) > TYPED_COUNT_OVER else None

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes its steps change."""
        return tuple(name for step in self.steps for name in step.nodes)


def relied_on(snapshot: Snapshot) -> tuple[Relied, ...]:
    """The sources a plan over this snapshot believes."""
    return tuple(Relied(name, status.observed_at) for name, status in snapshot.sources.items())
