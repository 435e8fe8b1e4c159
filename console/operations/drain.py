"""Planning a drain: the whole set is closed to new work first, then each node is emptied, as the mode says."""

from backends.model.node import Service
from backends.model.reason import Mark
from backends.model.snapshot import Snapshot
from console.operations.outline import Outline, drain_set, ours, who
from console.operations.plan import Obstacle, Plan
from console.operations.request import Request
from console.operations.step import Do, Lane, Phase, Step
from console.targets import Targets

CONFIRM_WITHIN_S = 30.0
REQUEUED_WITHIN_S = 300.0


def plan_drain(snapshot: Snapshot, targets: Targets, request: Request) -> Plan:
    """Close the targets with our mark and wait until they are empty. Another's reason is never replaced."""
    outline = Outline(verb="drain", snapshot=snapshot, targets=targets, request=request)
    outline.look_at_scheduler()
    done: list[str] = []
    for name in targets.nodes:
        node = outline.node(name)
        reason = node.scheduler.reason if node.scheduler else None
        mine = ours(node, request.user)
        if mine and drain_set(node):
            done.append(name)
        elif (reason is not None or drain_set(node)) and not mine:
            outline.aside.append((name, Obstacle.FOREIGN, f"{name} is out already: {who(outline, name)}"))
        else:
            outline.needed.append(name)
            if node.service is Service.DOWN:
                outline.warnings.append(
                    f"{name} is down: it will count as drained only when the scheduler sees it empty"
                )
    outline.skip(done, "drained by you already")
    outline.waiting = done
    mark = str(Mark(request.operation, request.user, request.reason))
    if outline.needed and request.equivalent:
        outline.commands = request.equivalent("drain", tuple(outline.needed), mark)
    return outline.plan(_phases(outline, mark))


def _phases(outline: Outline, mark: str) -> tuple[Phase, ...]:
    options = outline.request.options
    phases: list[Phase] = []
    if outline.needed:
        close = Step(
            id="close",
            do=Do.CLOSE,
            nodes=tuple(outline.needed),
            args={"reason": mark},
            patience_s=CONFIRM_WITHIN_S,
            undo=Do.RESUME,
        )
        phases.append(Phase(name="close", lanes=(Lane((close,)),)))
    lanes = tuple(Lane(_emptying(outline, name)) for name in (*outline.needed, *outline.waiting))
    if lanes:
        phases.append(Phase(name="empty", lanes=lanes, at_once=options.at_once))
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
