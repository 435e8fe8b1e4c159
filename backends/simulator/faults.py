"""The named faults of a simulated pod: what each hurts, and when it strikes."""

from collections.abc import Callable
from difflib import get_close_matches
from functools import partial

from msgspec import Struct

from backends.simulator.node import SimNode
from backends.simulator.world import World

_HOT_C = 32.0


class FaultError(ValueError):
    """A fault that cannot be: one line that says what is wrong with it."""


class FaultKind(Struct, frozen=True, kw_only=True):
    """A row of the table. `target` is what may be named after the colon: a node, a gpu, a rack or a pod."""

    name: str
    target: str
    does: str
    strike: Callable[[World, str], None]


class Fault(Struct, frozen=True, kw_only=True):
    """One fault as asked for: `NAME[:TARGET][@SECONDS]`. An empty target is chosen, the same each time."""

    kind: FaultKind
    target: str
    at_s: float


def parse_fault(text: str) -> Fault:
    """Read `NAME[:TARGET][@SECONDS]`; raises FaultError."""
    rest, _, seconds = text.partition("@")
    name, _, target = rest.partition(":")
    kind = FAULTS.get(name)
    if kind is None:
        close = get_close_matches(name, FAULTS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(FAULTS)}"
        raise FaultError(f"no fault is called {name!r}: {hint}")
    try:
        at_s = float(seconds) if "@" in text else 0.0
    except ValueError:
        at_s = -1.0
    if not 0 <= at_s < 1e9:
        raise FaultError(f"fault {text!r}: after the @ goes a number of seconds from 0 up")
    return Fault(kind=kind, target=target, at_s=at_s)


def plan_faults(faults: list[Fault], worlds: dict[str, World]) -> None:
    """Put every fault down in the pod it is for: the one its target belongs to, else the first; raises FaultError."""
    for fault in faults:
        world = next(iter(worlds.values()))
        if fault.target:
            found = next((each for each in worlds.values() if _has(each, fault)), None)
            if found is None:
                raise FaultError(f"fault {fault.kind.name}: no {fault.kind.target} is called {fault.target!r}")
            world = found
        target = fault.target or _default(world, fault.kind.target)
        world.agenda.at(fault.at_s, partial(fault.kind.strike, world, target))


def _has(world: World, fault: Fault) -> bool:
    if fault.kind.target == "pod":
        return fault.target == world.shape.pod
    if fault.kind.target == "rack":
        return fault.target in world.shape.rack_names
    node, _, index = fault.target.partition("/")
    if node not in world.nodes:
        return False
    if fault.kind.target == "gpu":
        return not index or (index.isdecimal() and int(index) < world.shape.gpus_per_node)
    return not index


def _default(world: World, target: str) -> str:
    """The first rack, or the third node of the pod: in the opening hours both have work on them."""
    if target == "pod":
        return world.shape.pod
    if target == "rack":
        return world.shape.rack_names[0]
    return list(world.nodes)[min(2, len(world.nodes) - 1)]


def _node_off(world: World, target: str) -> None:
    world.power.lose(world.nodes[target])


def _thermal(world: World, target: str) -> None:
    world.coolant_extra_c[target] = _HOT_C
    for node in world.racks[world.shape.rack_names.index(target)]:
        world.refresh_heat(node)


def _gpu_fault(fault: str, world: World, target: str) -> None:
    name, _, index = target.partition("/")
    node: SimNode = world.nodes[name]
    gpu = node.gpus[int(index or 0)]
    gpu.fault = fault
    world.fail_jobs_on(gpu)
    world.refresh_heat(node)


def _outage(service: str, world: World, _target: str) -> None:
    world.outages.add(service)


_TABLE = (
    FaultKind(
        name="node-off",
        target="node",
        does="a node loses power; Slurm takes 45 s to call it DOWN, and requeues its jobs",
        strike=_node_off,
    ),
    FaultKind(
        name="thermal",
        target="rack",
        does="a rack's coolant is 32 °C too warm: its busy GPUs pass their warning and critical temperatures",
        strike=_thermal,
    ),
    FaultKind(
        name="gpu-xid",
        target="gpu",
        does="a GPU reports an uncorrectable error: health Critical, and the job on it fails",
        strike=partial(_gpu_fault, "xid"),
    ),
    FaultKind(
        name="gpu-lost",
        target="gpu",
        does="a GPU falls off the bus: health Critical, no readings, and the job on it fails",
        strike=partial(_gpu_fault, "lost"),
    ),
    FaultKind(
        name="slurmctld-down",
        target="pod",
        does="the scheduler's controller is dead: scontrol ping says DOWN, queries fail after 9 s",
        strike=partial(_outage, "slurmctld"),
    ),
    FaultKind(
        name="bmc-503",
        target="pod",
        does="the Redfish service answers 503 with a page of HTML",
        strike=partial(_outage, "bmc-503"),
    ),
    FaultKind(
        name="bmc-hang",
        target="pod",
        does="the Redfish service takes requests and never answers",
        strike=partial(_outage, "bmc-hang"),
    ),
    FaultKind(
        name="ssh-down",
        target="pod",
        does="the head node's sshd is gone: connections drop, new ones are refused",
        strike=partial(_outage, "ssh"),
    ),
)

FAULTS = {kind.name: kind for kind in _TABLE}
