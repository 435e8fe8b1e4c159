"""Planning a drain: the whole set is closed to new work first, then each node is emptied, as the mode says."""

from backends.model.snapshot import Snapshot
from console.operations.closing import close, commands, mark_of, sort_by_owner
from console.operations.outline import Outline
from console.operations.plan import Plan
from console.operations.request import Request
from console.operations.step import Do, Lane, Phase, Step
from console.targets import Targets

REQUEUED_WITHIN_S = 300.0


def plan_drain(snapshot: Snapshot, targets: Targets, request: Request) -> Plan:
    """Close the targets with our mark and wait until they are empty. Another's reason is never replaced."""
    outline = Outline(verb="drain", snapshot=snapshot, targets=targets, request=request)
    outline.look_at_scheduler()
    done = sort_by_owner(outline)
    outline.skip(done, "drained by you already")
    outline.waiting = done
    mark = mark_of(outline, request.reason)
    outline.commands = commands(outline, tuple(outline.needed), mark)
    if request.options.mode == "requeue":
        outline.commands += _requeueing(outline)
    return outline.plan(_phases(outline, mark))


def _requeueing(outline: Outline) -> tuple[str, ...]:
    """What an operator would have typed once the grace is over, as the jobs are known now."""
    nodes = (*outline.needed, *outline.waiting)
    jobs = tuple(dict.fromkeys(job.id for name in nodes for job in outline.snapshot.jobs_on(name)))
    equivalent = outline.request.equivalent
    return equivalent("requeue", jobs, "") if jobs and equivalent else ()


def _phases(outline: Outline, mark: str) -> tuple[Phase, ...]:
    options = outline.request.options
    phases: list[Phase] = []
    if outline.needed:
        phases.append(Phase(name="close", lanes=(Lane((close(tuple(outline.needed), mark),)),)))
    lanes = tuple(Lane(_emptying(outline, name)) for name in (*outline.needed, *outline.waiting))
    paced = options.mode == "requeue"
    if options.at_once and not paced:
        outline.warnings.append("nothing is ended in mode finish, so there is nothing to pace: all are watched at once")
    if lanes:
        phases.append(Phase(name="empty", lanes=lanes, at_once=options.at_once if paced else None))
    return tuple(phases)


def _emptying(outline: Outline, name: str) -> tuple[Step, ...]:
    empty = Step(id=f"empty/{name}", do=Do.EMPTY, nodes=(name,))
    options = outline.request.options
    if options.mode != "requeue":
        return (empty,)
    requeue = Step(
        id=f"requeue/{name}",
        do=Do.REQUEUE,
        nodes=(name,),
        args={"grace_s": f"{options.grace_s:g}"},
        patience_s=options.grace_s + REQUEUED_WITHIN_S,
    )
    return (requeue, empty)
