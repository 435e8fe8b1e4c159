"""Planning power: on, off, cycle, reset, nmi, in batches. A node with running work is refused unless it is forced."""

from backends.model.node import Node
from backends.model.snapshot import Snapshot
from console.operations.outline import JOBS, Outline
from console.operations.plan import Obstacle, Plan
from console.operations.request import Options, Request
from console.operations.step import Do, Lane, Phase, Step
from console.targets import Targets, fold
from console.words import count

SWITCHED_WITHIN_S = 180.0
SHUT_DOWN_WITHIN_S = 600.0
RESET_WITHIN_S = 120.0
POWERS: dict[str, tuple[Do, ...]] = {
    "on": (Do.POWER_ON,),
    "off": (Do.POWER_OFF,),
    "shut-down": (Do.SHUT_DOWN,),
    "cycle": (Do.POWER_OFF, Do.POWER_ON),
    "reset": (Do.RESET,),
    "nmi": (Do.NMI,),
}
"""What each action does, in order. A cycle is an off and an on: both can be looked at, and neither hurts twice."""

RESET_TYPE = {
    Do.POWER_ON: "On",
    Do.POWER_OFF: "ForceOff",
    Do.SHUT_DOWN: "GracefulShutdown",
    Do.RESET: "ForceRestart",
    Do.NMI: "Nmi",
}
_WITHIN_S = {Do.SHUT_DOWN: SHUT_DOWN_WITHIN_S, Do.RESET: RESET_WITHIN_S}


def plan_power(snapshot: Snapshot, targets: Targets, request: Request) -> Plan:
    """Switch the targets, `batch` at a time with a pause between. Whatever is not `on` ends what runs there."""
    options = request.options
    outline = Outline(verb=f"power {options.power}", snapshot=snapshot, targets=targets, request=request)
    outline.look_at_pod()
    _look_at_hardware(outline)
    if options.power != "on":
        _look_at_work(outline)
    outline.needed = [name for name in targets.nodes if outline.node(name).hardware is not None]
    outline.commands = tuple(
        f'POST {facts.system}/Actions/ComputerSystem.Reset {{"ResetType": "{RESET_TYPE[do]}"}}'
        for name in outline.needed
        for do in POWERS[options.power]
        if (facts := outline.node(name).hardware)
    )
    return outline.plan(_phases(outline))


def _phases(outline: Outline) -> tuple[Phase, ...]:
    options, nodes = outline.request.options, outline.needed
    size = options.batch or len(nodes) or 1
    batches = [tuple(nodes[start : start + size]) for start in range(0, len(nodes), size)]
    return tuple(
        Phase(
            name=options.power if len(batches) == 1 else f"{options.power} {number} of {len(batches)}",
            lanes=(Lane(_steps(options, number, batch)),),
            pause_s=options.delay_s if number > 1 else 0.0,
        )
        for number, batch in enumerate(batches, 1)
    )


def _steps(options: Options, number: int, nodes: tuple[str, ...]) -> tuple[Step, ...]:
    """The steps of one batch. What spares running work looks once more just before it acts: `args["spare"]`."""
    args = {} if options.force_busy else {"spare": "busy"}
    return tuple(
        Step(
            id=f"{do.value}/{number}",
            do=do,
            nodes=nodes,
            args=args if do is not Do.POWER_ON else {},
            patience_s=_WITHIN_S.get(do, SWITCHED_WITHIN_S),
        )
        for do in POWERS[options.power]
    )


def _look_at_hardware(outline: Outline) -> None:
    unknown = [name for name in outline.targets.nodes if outline.node(name).hardware is None]
    if unknown:
        text = f"no controller of pod {outline.snapshot.pod} manages {fold(unknown)}"
        outline.block(Obstacle.UNSUPPORTED, fold(unknown), text)
    look_at_age(outline)


def look_at_age(outline: Outline) -> None:
    """What forbids a write to controllers whose word is old."""
    old = [name for name in outline.targets.nodes if outline.snapshot.stale(outline.node(name).hardware)]
    if old:
        text = f"the controller's facts about {fold(old)} are old; power on old facts is a guess"
        outline.block(Obstacle.STALE, fold(old), text)


def _look_at_work(outline: Outline) -> None:
    snapshot, nodes = outline.snapshot, outline.targets.nodes
    status = snapshot.sources.get(JOBS)
    if status is not None and not status.trusted and not outline.request.options.force_busy:
        outline.block(Obstacle.STALE, outline.targets.node_set, "the job list is old: nobody knows what runs there")
    busy = [name for name in nodes if snapshot.jobs_on(name)]
    if busy:
        jobs = {job.id for name in busy for job in snapshot.jobs_on(name)}
        said = f"{fold(busy)}: {count(len(jobs), 'job')} would die ({', '.join(sorted(jobs))})"
        if outline.request.options.force_busy:
            outline.warnings.append(said)
        else:
            outline.block(Obstacle.BUSY, fold(busy), f"{said}; drain first, or --force-busy and type the count")
    open_ = [name for name in nodes if name not in busy and _may_get_work(outline.node(name))]
    if open_:
        outline.warnings.append(f"{fold(open_)} still takes new work: a job may start on it meanwhile; drain first")


def _may_get_work(node: Node) -> bool:
    return node.scheduler is not None and not node.service.out
