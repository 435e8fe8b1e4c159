"""Planning a return to service: what is ours is given back; what is held, or another's, is left alone and named."""

from backends.model.node import Service
from backends.model.snapshot import Snapshot
from console.operations.gate_plan import gates
from console.operations.outline import Outline, drain_set, ours, who
from console.operations.plan import Obstacle, Plan
from console.operations.request import Request
from console.operations.step import Do, Lane, Phase, Step
from console.targets import Targets

CONFIRM_WITHIN_S = 30.0


def plan_resume(snapshot: Snapshot, targets: Targets, request: Request) -> Plan:
    """Give the targets back. A drain that is not ours stays, unless `take_over`; a held node always does."""
    outline = Outline(verb="resume", snapshot=snapshot, targets=targets, request=request)
    outline.look_at_scheduler()
    done: list[str] = []
    for name in targets.nodes:
        node, hold = outline.node(name), request.holds.get(name)
        if hold is not None and hold.stands(request.at):
            outline.aside.append((name, Obstacle.HELD, f"{name} is {hold}; `megapod release {name}` lifts it"))
        elif not (node.service.out or node.service is Service.UNKNOWN or drain_set(node)):
            done.append(name)
        elif not ours(node, request.user) and not request.options.take_over:
            why = f"{name} is not yours to resume: {who(outline, name)}; --take-over overrules"
            outline.aside.append((name, Obstacle.FOREIGN, why))
        else:
            outline.needed.append(name)
    outline.skip(done, "in service already")
    if outline.needed and request.equivalent:
        outline.commands = request.equivalent("resume", tuple(outline.needed), "")
    return outline.plan(_phases(outline))


def _phases(outline: Outline) -> tuple[Phase, ...]:
    if not outline.needed:
        return ()
    step = Step(id="resume", do=Do.RESUME, nodes=tuple(outline.needed), patience_s=CONFIRM_WITHIN_S)
    return (*gates(outline, tuple(outline.needed)), Phase(name="resume", lanes=(Lane((step,)),)))
