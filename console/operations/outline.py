"""A plan in the making: targets sorted into what to change, what to leave and what forbids it; then the plan."""

from datetime import timedelta

from msgspec import Struct, field

from backends.model.node import Node, SchedulerFacts
from backends.model.snapshot import Snapshot
from console.operations.blast import blast
from console.operations.judgement import Intention, judge
from console.operations.plan import EXPIRES_AFTER_S, Blocker, Obstacle, Plan, Skip, relied_on
from console.operations.request import Request
from console.operations.step import Phase
from console.targets import Targets, fold
from console.words import age

NODES = "slurm.nodes"
JOBS = "slurm.jobs"


class Outline(Struct, kw_only=True):
    """One plan being drawn up.

    `needed` are the nodes to change, `waiting` those that are on their way already. `aside` are nodes that belong to
    somebody else, with why: they are left alone and named where others remain, and forbid it all where none does.
    """

    verb: str
    snapshot: Snapshot
    targets: Targets
    request: Request
    needed: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    aside: list[tuple[str, Obstacle, str]] = field(default_factory=list)
    blockers: list[Blocker] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    commands: tuple[str, ...] = ()

    def node(self, name: str) -> Node:
        """A target as it is known now."""
        return self.snapshot.nodes[name]

    def skip(self, names: list[str], why: str) -> None:
        """Leave nodes as they are: they are as wanted."""
        if names:
            self.skipped.append(Skip(fold(names), why))

    def look_at_scheduler(self) -> None:
        """What forbids any write to the scheduler: no scheduler, old facts, nodes it does not know."""
        self.look_at_pod()
        targets, snapshot = self.targets, self.snapshot
        if self.request.equivalent is None:
            self.block(Obstacle.UNSUPPORTED, targets.node_set, f"pod {snapshot.pod} has no scheduler to ask")
        old = [name for name in targets.nodes if snapshot.stale(self.node(name).scheduler)]
        if old:
            text = f"the scheduler's facts about {fold(old)} are old; a plan on old facts is a guess"
            self.block(Obstacle.STALE, fold(old), text)
        unscheduled = [name for name in targets.nodes if self.node(name).scheduler is None]
        if unscheduled and self.request.equivalent is not None:
            self.block(Obstacle.UNSUPPORTED, fold(unscheduled), f"the scheduler does not know {fold(unscheduled)}")
        status = snapshot.sources.get(JOBS)
        if status is not None and not status.trusted:
            self.warnings.append("the job list is old: what this hits may be more than is shown")

    def look_at_pod(self) -> None:
        """What forbids any write at all."""
        if self.snapshot.read_only:
            pod = self.snapshot.pod
            text = f"pod {pod} is read-only; set read_only = false under [pods.{pod}] to allow writes"
            self.block(Obstacle.READ_ONLY, self.targets.node_set, text)

    def block(self, obstacle: Obstacle, nodes: str, text: str) -> None:
        """Something forbids the whole plan."""
        self.blockers.append(Blocker(obstacle, nodes, text))

    def plan(self, phases: tuple[Phase, ...]) -> Plan:
        """The plan; without phases where something forbids it."""
        self._settle_aside()
        wish = Intention(
            verb=self.verb, user=self.request.user, at=self.request.at, nodes=tuple(self.needed) or self.targets.nodes
        )
        verdicts, broken = judge(self.request.policy, self.snapshot, wish)
        self.blockers.extend(broken)
        request, refused = self.request, bool(self.blockers)
        hit = self.targets.nodes if refused else tuple(self.needed)
        deadline_s = request.options.deadline_s
        return Plan(
            operation=request.operation,
            verb=self.verb,
            pod=self.snapshot.pod,
            targets=self.targets.node_set,
            reason=request.reason,
            user=request.user,
            phases=() if refused else phases,
            blast=blast(self.snapshot, hit),
            blockers=tuple(self.blockers),
            skipped=tuple(self.skipped),
            warnings=tuple(self.warnings),
            verdicts=verdicts,
            typed_count_over=self.request.policy.typed_count_over,
            commands=() if refused else self.commands,
            relied_on=relied_on(self.snapshot),
            reasons={name: facts.reason for name in self.needed if (facts := self.node(name).scheduler)},
            stop_after=request.options.stop_after,
            typed_jobs=request.options.force_busy,
            deadline_at=request.at + timedelta(seconds=deadline_s) if deadline_s is not None else None,
            snapshot=self.snapshot.number,
            made_at=request.at,
            expires_at=request.at + timedelta(seconds=EXPIRES_AFTER_S),
        )

    def _settle_aside(self) -> None:
        if self.needed or self.waiting:
            self.skipped.extend(Skip(name, why, wanted=False) for name, _, why in self.aside)
        else:
            for name, obstacle, why in self.aside:
                self.block(obstacle, name, why)


def drain_set(node: Node) -> bool:
    """Whether the node is closed to new work on purpose."""
    return node.scheduler is not None and closed(node.scheduler)


def closed(facts: SchedulerFacts) -> bool:
    """Whether new work is kept away on purpose: empty or not, up or down."""
    return "DRAIN" in facts.state


def ours(node: Node, user: str) -> bool:
    """Whether the node carries this user's mark."""
    mark = node.scheduler.reason.mark if node.scheduler and node.scheduler.reason else None
    return mark is not None and mark.user == user


def who(outline: Outline, name: str) -> str:
    """Whose it is, in one line: `'bad dimm' by joe, 3h05m ago`."""
    facts: SchedulerFacts | None = outline.node(name).scheduler
    reason = facts.reason if facts else None
    if reason is None:
        return f"{outline.node(name).service.value}, with no reason given"
    by = f" by {reason.by}" if reason.by else ""
    since = f", {age(reason.at, outline.snapshot.at)} ago" if reason.at else ""
    return f"{reason.text!r}{by}{since}"
