"""Planners for taking nodes out of service and giving them back. Pure: snapshot, targets, request → plan."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from backends.model.node import Node, Service
from backends.model.reason import Mark
from backends.model.snapshot import Snapshot
from console.operations.plan import (
    EXPIRES_AFTER_S,
    Blast,
    Blocker,
    Hit,
    Obstacle,
    Plan,
    Skip,
    Step,
    relied_on,
)
from console.targets import Targets, fold
from console.words import age

Equivalent = Callable[[str, tuple[str, ...], str], tuple[str, ...]]


class Request(Struct, frozen=True, kw_only=True):
    """Who asks for what, when, and why. `equivalent` is the scheduler's way to say it in commands, None without one."""

    operation: str
    user: str
    reason: str
    at: datetime
    equivalent: Equivalent | None
    take_over: bool = False


def plan_drain(snapshot: Snapshot, targets: Targets, request: Request) -> Plan:
    """Close the targets to new work, with our mark. Running work completes; another's reason is never replaced."""
    mark = Mark(request.operation, request.user, request.reason)
    needed: list[str] = []
    skipped: list[str] = []
    blockers = _common_blockers(snapshot, targets, request)
    for name in targets.nodes:
        node = snapshot.nodes[name]
        reason = node.scheduler.reason if node.scheduler else None
        if _ours(node, request.user) and _drain_set(node):
            skipped.append(name)
        elif (reason is not None or _drain_set(node)) and not _ours(node, request.user):
            blockers.append(Blocker(Obstacle.FOREIGN, name, f"{name} is out already: {_who(node, snapshot.at)}"))
        else:
            needed.append(name)
    return _plan(
        "drain", snapshot, targets, request, _Sorted(needed, skipped, "drained by you already", blockers, str(mark))
    )


def plan_resume(snapshot: Snapshot, targets: Targets, request: Request) -> Plan:
    """Give the targets back. Refused for a drain that is not ours, unless `take_over`."""
    needed: list[str] = []
    skipped: list[str] = []
    blockers = _common_blockers(snapshot, targets, request)
    for name in targets.nodes:
        node = snapshot.nodes[name]
        if not (node.service.out or node.service is Service.UNKNOWN or _drain_set(node)):
            skipped.append(name)
        elif not _ours(node, request.user) and not request.take_over:
            blockers.append(
                Blocker(
                    Obstacle.FOREIGN,
                    name,
                    f"{name} is not yours to resume: {_who(node, snapshot.at)}; --take-over overrules",
                )
            )
        else:
            needed.append(name)
    return _plan("resume", snapshot, targets, request, _Sorted(needed, skipped, "in service already", blockers, ""))


class _Sorted(Struct):
    needed: list[str]
    skipped: list[str]
    why_skipped: str
    blockers: list[Blocker]
    reason: str


def _plan(verb: str, snapshot: Snapshot, targets: Targets, request: Request, sorted_: _Sorted) -> Plan:
    needed = tuple(sorted_.needed)
    run = needed and not sorted_.blockers
    steps = (Step(verb=verb, nodes=needed, node_set=fold(needed), reason=sorted_.reason),) if run else ()
    commands = request.equivalent(verb, needed, sorted_.reason) if run and request.equivalent else ()
    return Plan(
        operation=request.operation,
        verb=verb,
        pod=snapshot.pod,
        targets=targets.node_set,
        reason=request.reason,
        user=request.user,
        steps=steps,
        follow=() if sorted_.blockers else (*needed, *sorted_.skipped),
        blast=blast(snapshot, targets.nodes if sorted_.blockers else needed),
        blockers=tuple(sorted_.blockers),
        skipped=(Skip(fold(sorted_.skipped), sorted_.why_skipped),) if sorted_.skipped else (),
        warnings=tuple(_warnings(snapshot, verb, needed)),
        commands=commands,
        relied_on=relied_on(snapshot),
        reasons={name: facts.reason for name in needed if (facts := snapshot.nodes[name].scheduler)},
        snapshot=snapshot.number,
        made_at=request.at,
        expires_at=request.at + timedelta(seconds=EXPIRES_AFTER_S),
    )


def blast(snapshot: Snapshot, names: Iterable[str]) -> Blast:
    """What taking these nodes away hits: jobs, their whole gangs, their users; and what still takes work then."""
    targets = dict.fromkeys(names)
    jobs = {job.id: job for name in targets for job in snapshot.jobs_on(name)}
    gang = dict.fromkeys(node for job in jobs.values() for node in job.nodes)
    left = [node for name, node in snapshot.nodes.items() if name not in targets and _takes_work(node)]
    return Blast(
        nodes=len(targets),
        gpus=sum(snapshot.nodes[name].gpu_count for name in targets),
        jobs=tuple(
            Hit(job=job.id, name=job.name, user=job.user, nodes=job.node_set, gpus=job.gpus, ends_at=job.ends_at)
            for job in jobs.values()
        ),
        users=tuple(sorted({job.user for job in jobs.values()})),
        gang_nodes=fold(gang),
        nodes_left=len(left),
        gpus_left=sum(node.gpu_count for node in left),
    )


def _common_blockers(snapshot: Snapshot, targets: Targets, request: Request) -> list[Blocker]:
    blockers: list[Blocker] = []
    if snapshot.read_only:
        text = f"pod {snapshot.pod} is read-only; set read_only = false under [pods.{snapshot.pod}] to allow writes"
        blockers.append(Blocker(Obstacle.READ_ONLY, targets.node_set, text))
    if request.equivalent is None:
        text = f"pod {snapshot.pod} has no scheduler to ask"
        blockers.append(Blocker(Obstacle.UNSUPPORTED, targets.node_set, text))
    old = [name for name in targets.nodes if snapshot.stale(snapshot.nodes[name].scheduler)]
    if old:
        text = f"the scheduler's facts about {fold(old)} are old; a plan on old facts is a guess"
        blockers.append(Blocker(Obstacle.STALE, fold(old), text))
    unscheduled = [name for name in targets.nodes if snapshot.nodes[name].scheduler is None]
    if unscheduled and request.equivalent is not None:
        text = f"the scheduler does not know {fold(unscheduled)}"
        blockers.append(Blocker(Obstacle.UNSUPPORTED, fold(unscheduled), text))
    return blockers


def _warnings(snapshot: Snapshot, verb: str, nodes: tuple[str, ...]) -> Iterable[str]:
    if verb == "drain":
        for name in nodes:
            node = snapshot.nodes[name]
            if node.service is Service.DOWN:
                yield f"{name} is down: it will count as drained only when the scheduler sees it empty"
    jobs = snapshot.sources.get("slurm.jobs")
    if jobs is not None and not jobs.trusted:
        yield "the job list is old: what this hits may be more than is shown"


def _takes_work(node: Node) -> bool:
    facts = node.scheduler
    return facts is not None and facts.responding and not facts.service.out and facts.service is not Service.UNKNOWN


def _drain_set(node: Node) -> bool:
    return node.scheduler is not None and "DRAIN" in node.scheduler.state


def _ours(node: Node, user: str) -> bool:
    mark = node.scheduler.reason.mark if node.scheduler and node.scheduler.reason else None
    return mark is not None and mark.user == user


def _who(node: Node, now: datetime) -> str:
    reason = node.scheduler.reason if node.scheduler else None
    if reason is None:
        return f"{node.service.value}, with no reason given"
    by = f" by {reason.by}" if reason.by else ""
    since = f", {age(reason.at, now)} ago" if reason.at else ""
    return f"{reason.text!r}{by}{since}"
