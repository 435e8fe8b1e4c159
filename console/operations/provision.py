"""Planning a provisioning: nodes are closed, emptied, started anew as a profile says, looked at, and given back.

Every stage is a step of its node with a deadline of its own, so that each goes at its own pace within its wave, and
what fails does so at a stage that can be named, and begun again from there.
"""

from collections.abc import Mapping
from difflib import get_close_matches

from backends.model.snapshot import Snapshot
from console.operations.closing import by_itself, close, commands, mark_of, say_anew
from console.operations.gate_plan import gates
from console.operations.outline import Outline, drain_set, ours, who
from console.operations.plan import Obstacle, Plan
from console.operations.power import RESET_TYPE, look_at_age
from console.operations.profile import Profile
from console.operations.request import Request
from console.operations.stages import Stages
from console.operations.step import Do, Lane, Phase, Step
from console.targets import Targets, fold
from console.words import count


def plan_provision(snapshot: Snapshot, targets: Targets, request: Request) -> Plan:
    """Provision the targets as `options.profile` says: the canary first, then waves.

    Another's drain stays unless `take_over`, and a held node always does; what the scheduler itself has taken down is
    nobody's, and taken. Running work completes first (`mode` finish), or refuses the plan (`mode` refuse).
    """
    outline = Outline(verb="provision", snapshot=snapshot, targets=targets, request=request)
    scheduled = request.equivalent is not None
    if scheduled:
        outline.look_at_scheduler()
    else:
        outline.look_at_pod()
        outline.warnings.append(f"pod {snapshot.pod} has no scheduler: nobody is kept from using these nodes meanwhile")
    look_at_age(outline)
    profile = _profile(outline)
    closed = _sort(outline)
    if request.options.mode == "refuse":
        _refuse_work(outline)
    if profile is None or not outline.needed:
        return outline.plan(())
    phases = _phases(outline, profile, closed, scheduled=scheduled)
    outline.commands = _commands(outline, profile, phases)
    return outline.plan(phases)


def _profile(outline: Outline) -> Profile | None:
    known, name = outline.request.profiles, outline.request.options.profile
    if problem := unknown(name, known):
        outline.block(Obstacle.UNSUPPORTED, outline.targets.node_set, problem)
    return known.get(name)


def unknown(name: str, known: Mapping[str, Profile]) -> str:
    """What is wrong with the name of a profile, in one line; empty when nothing is."""
    if name in known:
        return ""
    if not known:
        return "no profile to provision with: add a table [profiles.NAME] to the config (README, 'Configure')"
    close_to = get_close_matches(name, known, n=1)
    hint = f"did you mean {close_to[0]!r}?" if close_to else f"known: {', '.join(known)}"
    return f"no profile {name!r}; {hint}" if name else f"which profile? {hint}"


def _sort(outline: Outline) -> frozenset[str]:
    """Sort the targets into those to provision and those that are left alone; those of them that are closed already."""
    request = outline.request
    already: set[str] = set()
    for name in outline.targets.nodes:
        node, hold = outline.node(name), request.holds.get(name)
        reason = node.scheduler.reason if node.scheduler else None
        free = ours(node, request.user) or by_itself(reason) or request.options.take_over
        if node.hardware is None:
            outline.aside.append((name, Obstacle.UNSUPPORTED, f"no controller manages {name}"))
        elif hold is not None and hold.stands(request.at):
            outline.aside.append((name, Obstacle.HELD, f"{name} is {hold}; `megapod release {name}` lifts it"))
        elif (reason is not None or drain_set(node)) and not free:
            why = f"{name} is out already: {who(outline, name)}; --take-over overrules"
            outline.aside.append((name, Obstacle.FOREIGN, why))
        else:
            outline.needed.append(name)
            if drain_set(node):
                already.add(name)
    return frozenset(already)


def _refuse_work(outline: Outline) -> None:
    busy = [name for name in outline.needed if outline.snapshot.jobs_on(name)]
    if busy:
        jobs = sorted({job.id for name in busy for job in outline.snapshot.jobs_on(name)})
        text = f"{fold(busy)}: {count(len(jobs), 'job')} running ({', '.join(jobs)}); --mode finish waits for their end"
        outline.block(Obstacle.BUSY, fold(busy), text)


def _phases(outline: Outline, profile: Profile, closed: frozenset[str], *, scheduled: bool) -> tuple[Phase, ...]:
    options, needed = outline.request.options, tuple(outline.needed)
    checks: dict[str, list[Step]] = {}
    for phase in gates(outline, needed, profile.gate):
        for step in (step for lane in phase.lanes for step in lane.steps):
            checks.setdefault(step.nodes[0], []).append(step)
    claims = _claims(outline, closed) if scheduled else ()
    phases = [Phase(name="claim", lanes=tuple(Lane((step,)) for step in claims))] if claims else []
    claim_of = {name: step.id for step in claims for name in step.nodes}
    canary = needed[: options.canary or 0]
    rest = needed[len(canary) :]
    size = options.wave or len(rest) or 1
    waves = [rest[start : start + size] for start in range(0, len(rest), size)]
    named = [("canary", canary)] if canary else []
    for number, wave in enumerate(waves, 1):
        named.append((f"wave {number} of {len(waves)}" if len(waves) > 1 else "the rest" if canary else "start", wave))
    for place, (name, wave) in enumerate(named):
        courses = (Stages(outline.node(one), options.profile, profile, claim_of.get(one, "")) for one in wave)
        lanes = tuple(Lane(course.steps(checks.get(one, ()))) for one, course in zip(wave, courses, strict=True))
        phases.append(Phase(name=name, lanes=lanes, gate=bool(canary) and place == 1))
    return tuple(phases)


def _claims(outline: Outline, closed: frozenset[str]) -> tuple[Step, ...]:
    """The whole set is closed before any of it is emptied."""
    mark = mark_of(outline, outline.request.reason)
    opened = tuple(name for name in outline.needed if name not in closed)
    anew = say_anew(outline, tuple(name for name in outline.needed if name in closed), mark)
    return (*((close(opened, mark),) if opened else ()), *anew)


def _commands(outline: Outline, profile: Profile, phases: tuple[Phase, ...]) -> tuple[str, ...]:
    """What an operator would have typed: the scheduler's for all, the controller's for the first node."""
    equivalent, names = outline.request.equivalent, tuple(outline.needed)
    first = outline.node(names[0]).hardware
    steps = [step for phase in phases for lane in phase.lanes for step in lane.steps if step.nodes == names[:1]]
    more = f"   # and {count(len(names) - 1, 'more node')}" if len(names) > 1 else ""
    system = first.system if first else ""
    said = [f"{line}{more}" for step in steps if (line := _typed(step, system))]
    back = equivalent("resume", names, "") if equivalent and profile.release else ()
    return (*commands(outline, names, mark_of(outline, outline.request.reason)), *said, *back)


def _typed(step: Step, system: str) -> str:
    if step.do in RESET_TYPE:
        return f'POST {system}/Actions/ComputerSystem.Reset {{"ResetType": "{RESET_TYPE[step.do]}"}}'
    if step.do is Do.BOOT_FROM:
        uri = f', "HttpBootUri": "{step.args["uri"]}"' if step.args["uri"] else ""
        boot = f'"BootSourceOverrideTarget": "{step.args["source"]}", "BootSourceOverrideEnabled": "Once"{uri}'
        return f'PATCH {system} {{"Boot": {{{boot}}}}}'
    if step.do is Do.MEDIA:
        return f'POST {system}/VirtualMedia/…/VirtualMedia.InsertMedia {{"Image": "{step.args["image"]}"}}'
    return ""
