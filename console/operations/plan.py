"""A plan: what a write would do, before it does it. Drawn, printed, saved and run as this one value."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b

from msgspec import Struct, json

from backends.model.reason import Reason
from backends.model.snapshot import Snapshot
from console.exit import Exit
from console.operations.policy import TYPED_COUNT_OVER
from console.operations.step import Do, Lane, Phase, Step

EXPIRES_AFTER_S = 300


class Obstacle(StrEnum):
    """Why a plan may not run."""

    READ_ONLY = "read-only"
    UNSUPPORTED = "unsupported"
    FOREIGN = "foreign"
    HELD = "held"
    STALE = "stale"
    BUSY = "busy"
    LEASED = "leased"
    BUDGET = "budget"
    FROZEN = "frozen"
    NOT_ALLOWED = "not-allowed"
    MOVED = "moved"

    @property
    def exit(self) -> Exit:
        """The exit code of a refusal for this reason."""
        return _EXIT.get(self, Exit.REFUSED)


_EXIT = {
    Obstacle.FOREIGN: Exit.CONFLICT,
    Obstacle.LEASED: Exit.CONFLICT,
    Obstacle.MOVED: Exit.CONFLICT,
    Obstacle.STALE: Exit.PARTIAL,
}


class Blocker(Struct, frozen=True):
    """One reason not to run, and what lifts it. `rule` is the policy's, by its key in the config."""

    obstacle: Obstacle
    nodes: str
    text: str
    rule: str = ""


class Skip(Struct, frozen=True):
    """Nodes the plan leaves alone, and why. `wanted`: they are where they should be already."""

    nodes: str
    why: str
    wanted: bool = True


class Hit(Struct, frozen=True, kw_only=True):
    """A job the plan touches: it runs on a target, and keeps its other nodes waiting too (its gang)."""

    job: str
    name: str
    user: str
    nodes: str
    gpus: int
    ends_at: datetime | None = None


class Blast(Struct, frozen=True, kw_only=True):
    """What a plan hits, and what is left. GPUs count those of the targets, idle ones those that still take work.

    `clear_at` is when the last of the jobs reaches its time limit, None when one has none.
    """

    nodes: int
    gpus: int
    jobs: tuple[Hit, ...] = ()
    users: tuple[str, ...] = ()
    gang_nodes: str = ""
    nodes_left: int = 0
    gpus_left: int = 0
    clear_at: datetime | None = None


class Relied(Struct, frozen=True):
    """A source the plan believed, and when it had last answered."""

    source: str
    observed_at: datetime | None


class Verdict(Struct, frozen=True):
    """What one rule of the policy says: `allowed` of `of` are used up with this plan."""

    rule: str
    text: str
    ok: bool


class Plan(Struct, frozen=True, kw_only=True, dict=True):
    """Phases in order, and everything a person needs to say yes or no.

    `operation` is the id that goes into the mark on the cluster. `commands` are what an operator would have typed.
    `reasons` is what each node its steps change said when it was made: another reason since then is another's hand.
    `stop_after` is how many nodes may fail before no further lane begins. `deadline_at` ends the waiting for the rest.
    A plan past `expires_at` is made again, not run.
    """

    operation: str
    verb: str
    pod: str
    targets: str
    reason: str
    user: str
    phases: tuple[Phase, ...]
    blast: Blast
    blockers: tuple[Blocker, ...] = ()
    skipped: tuple[Skip, ...] = ()
    warnings: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    commands: tuple[str, ...] = ()
    relied_on: tuple[Relied, ...] = ()
    reasons: dict[str, Reason | None] = {}
    stop_after: int | None = None
    typed_count_over: int = TYPED_COUNT_OVER
    typed_jobs: bool = False
    deadline_at: datetime | None = None
    snapshot: int = 0
    made_at: datetime
    expires_at: datetime

    @property
    def refused(self) -> bool:
        """Whether something forbids it; nothing of a refused plan runs."""
        return bool(self.blockers)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to change: no step, or only waiting."""
        return not any(step.do.writes for step in self.steps)

    @property
    def lanes(self) -> Iterator[Lane]:
        """Every lane, in order."""
        return (lane for phase in self.phases for lane in phase.lanes)

    @property
    def steps(self) -> Iterator[Step]:
        """Every step, in order."""
        return (step for lane in self.lanes for step in lane.steps)

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes its steps change: nobody else may touch those meanwhile. Any number may look on and wait."""
        return tuple(dict.fromkeys(name for step in self.steps if step.do.writes for name in step.nodes))

    @property
    def follow(self) -> tuple[str, ...]:
        """The nodes whose end is its end: those it changes, and those that were on their way already."""
        return tuple(self.course)

    @property
    def ends_work(self) -> bool:
        """Whether it ends what runs, rather than leaves it to complete: not where each node is emptied first."""
        return any(step.do.ends_work and "claimed" not in step.args for step in self.steps)

    @property
    def long(self) -> bool:
        """Whether it goes on for long once its first phase is done: nobody waits for that unasked."""
        return any(step.do in (Do.BOOTED, Do.REQUEUE) for step in self.steps)

    @property
    def starts(self) -> bool:
        """Whether it starts its nodes anew, stage by stage."""
        return any(step.do is Do.BOOTED for step in self.steps)

    @cached_property
    def turns(self) -> frozenset[str]:
        """The steps that begin a node's turn, where it waits for that in nothing but a claim: its wave's."""
        return frozenset(lane.steps[0].id for phase in self.phases[1:] for lane in phase.lanes if self.starts)

    @cached_property
    def course(self) -> dict[str, tuple[Step, ...]]:
        """The steps each node goes through, in order."""
        found: dict[str, list[Step]] = {}
        for step in self.steps:
            for name in step.nodes:
                found.setdefault(name, []).append(step)
        return {name: tuple(steps) for name, steps in found.items()}

    @property
    def count_to_type(self) -> int | None:
        """The number a person must type to confirm; None where a yes is enough. Of jobs, where those are ended."""
        if self.typed_jobs and self.blast.jobs:
            return len(self.blast.jobs)
        return len(self.nodes) if len(self.nodes) > self.typed_count_over else None


def digest(plan: Plan) -> str:
    """What tells a plan from every other: a saved one that says something else than it was shown to say is refused."""
    return blake2b(json.encode(plan, order="deterministic"), digest_size=16).hexdigest()


def relied_on(snapshot: Snapshot) -> tuple[Relied, ...]:
    """The sources a plan over this snapshot believes."""
    return tuple(Relied(name, status.observed_at) for name, status in snapshot.sources.items())
