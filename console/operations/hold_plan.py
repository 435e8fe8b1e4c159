"""Planning holds and releases: a word in the journal first, then the mark that tells every other host."""

from msgspec.structs import replace

from backends.model.snapshot import Snapshot
from console.operations.closing import CONFIRM_WITHIN_S, close, commands, mark_of, say_anew
from console.operations.hold import Hold, args_of, held_by_mark, released_text, text_of
from console.operations.outline import Outline, drain_set, ours, who
from console.operations.plan import Obstacle, Plan
from console.operations.request import Request
from console.operations.step import Do, Lane, Phase, Step
from console.targets import Targets, fold


def plan_hold(snapshot: Snapshot, targets: Targets, request: Request) -> Plan:
    """Keep the targets out until somebody releases them. Where another's reason stands, it is left as it is."""
    outline = Outline(verb="hold", snapshot=snapshot, targets=targets, request=request)
    outline.look_at_scheduler()
    _look_at_words(outline)
    opened: list[str] = []
    anew: list[str] = []
    mine: list[str] = []
    for name in targets.nodes:
        node, hold = outline.node(name), request.holds.get(name)
        reason = node.scheduler.reason if node.scheduler else None
        if hold is not None and hold.owner == request.user:
            mine.append(name)
            continue
        if hold is not None:
            outline.aside.append((name, Obstacle.HELD, f"{name} is {hold}; `megapod release {name}` lifts it"))
            continue
        outline.needed.append(name)
        if reason is None and not drain_set(node):
            opened.append(name)
        elif ours(node, request.user):
            anew.append(name)
        else:
            text = f"{name} is out already: {who(outline, name)}; that reason stays, so only this host knows the hold"
            outline.warnings.append(text)
    outline.skip(mine, "held by you already; release it first to hold it in another way")
    return outline.plan(_holding(outline, tuple(opened), tuple(anew)))


def _holding(outline: Outline, opened: tuple[str, ...], anew: tuple[str, ...]) -> tuple[Phase, ...]:
    request, options = outline.request, outline.request.options
    nodes = tuple(outline.needed)
    if not nodes:
        return ()
    mark = mark_of(outline, text_of(request.reason, options.ticket, options.until))
    outline.commands = commands(outline, (*opened, *anew), mark)
    hold = Hold(
        reason=request.reason,
        owner=request.user,
        since=request.at,
        ticket=options.ticket,
        until=options.until,
        operation=request.operation,
    )
    keep = Step(id="hold", do=Do.HOLD, nodes=nodes, args=args_of(hold), patience_s=CONFIRM_WITHIN_S, undo=Do.RELEASE)
    steps = (*((close(opened, mark),) if opened else ()), *say_anew(outline, anew, mark))
    closing = Phase(name="close", lanes=tuple(Lane((step,)) for step in steps))
    return (Phase(name="hold", lanes=(Lane((keep,)),)), *((closing,) if steps else ()))


def plan_release(snapshot: Snapshot, targets: Targets, request: Request) -> Plan:
    """Lift the targets' holds. They stay drained, and say so, unless they are given `back`."""
    outline = Outline(verb="release", snapshot=snapshot, targets=targets, request=request)
    outline.look_at_scheduler()
    free: list[str] = []
    groups: dict[str, tuple[Hold, list[str]]] = {}
    for name in targets.nodes:
        hold = request.holds.get(name)
        if hold is None:
            free.append(name)
        elif hold.owner != request.user and not request.options.take_over:
            outline.aside.append((name, Obstacle.FOREIGN, f"{name} is {hold}; --take-over overrules"))
        else:
            outline.needed.append(name)
            groups.setdefault(hold.operation, (hold, []))[1].append(name)
    outline.skip(free, "not held")
    _look_at_gate(outline)
    lanes = tuple(
        lane
        for number, (hold, nodes) in enumerate(groups.values(), 1)
        for lane in _releasing(outline, number, hold, tuple(nodes))
    )
    return outline.plan((Phase(name="release", lanes=lanes),) if lanes else ())


def _look_at_gate(outline: Outline) -> None:
    """A node is not given back past the gate that its pod requires."""
    gate = outline.request.gate
    if gate and outline.request.options.back and outline.needed:
        text = (
            f"pod {outline.snapshot.pod} requires gate {gate} (`gate`): release without --resume, then `megapod resume`"
        )
        outline.block(Obstacle.NOT_ALLOWED, fold(outline.needed), text)


def _releasing(outline: Outline, number: int, hold: Hold, nodes: tuple[str, ...]) -> tuple[Lane, ...]:
    """The lanes for the nodes of one hold: those that carry its mark say something else then, or are given back."""
    release = Step(
        id=f"release/{number}",
        do=Do.RELEASE,
        nodes=nodes,
        args=args_of(hold),
        patience_s=CONFIRM_WITHIN_S,
        undo=Do.HOLD,
    )
    outline.warnings.append(f"{fold(nodes)}: {hold}")
    marked = tuple(name for name in nodes if held_by_mark(outline.node(name)) is not None)
    others = tuple(name for name in nodes if name not in marked and drain_set(outline.node(name)))
    equivalent = outline.request.equivalent
    if outline.request.options.back:
        outline.warnings.extend(
            f"{name} stays out: {who(outline, name)}; `megapod resume` gives it back" for name in others
        )
        back = Step(
            id=f"resume/{number}",
            do=Do.RESUME,
            nodes=marked,
            args={"held_by": hold.operation},
            patience_s=CONFIRM_WITHIN_S,
        )
        outline.commands += equivalent("resume", marked, "") if marked and equivalent else ()
        return (Lane((release, *((back,) if marked else ()))),)
    mark = mark_of(outline, released_text(hold))
    outline.commands += commands(outline, marked, mark)
    steps = tuple(replace(step, id=f"{step.id}/{number}") for step in say_anew(outline, marked, mark))
    return (Lane((release, *steps)),)


def _look_at_words(outline: Outline) -> None:
    """What cannot be written into a mark, or makes no sense."""
    request, options = outline.request, outline.request.options
    if len(options.ticket.split()) > 1 or options.ticket != options.ticket.strip():
        outline.block(Obstacle.UNSUPPORTED, outline.targets.node_set, f"ticket {options.ticket!r}: one word, as OPS-12")
    if options.until is not None and options.until <= request.at:
        text = f"{options.until:%Y-%m-%d %H:%MZ} is over already; a hold ends in the future, or when it is released"
        outline.block(Obstacle.UNSUPPORTED, outline.targets.node_set, text)
