"""The named faults of a simulated pod: what each hurts, when it strikes, and when it is mended."""

from difflib import get_close_matches
from functools import partial

from msgspec import Struct

from backends.simulator.strikes import STRIKES, Strike
from backends.simulator.target import default_target, has_target
from backends.simulator.world import World

_FOREVER_S = 1e9


class FaultError(ValueError):
    """A fault that cannot be: one line that says what is wrong with it."""


class FaultKind(Struct, frozen=True, kw_only=True):
    """A row of the table. `target` is what may be named after the colon: a node, a gpu, a rack, a pump, a pod."""

    name: str
    target: str
    does: str
    strike: Strike


class Fault(Struct, frozen=True, kw_only=True):
    """One fault as asked for: `NAME[:TARGET][@START[-END]]`. An empty target is chosen, the same each time."""

    kind: FaultKind
    target: str
    at_s: float
    end_s: float | None = None


def parse_fault(text: str) -> Fault:
    """Read `NAME[:TARGET][@START[-END]]`, in seconds; raises FaultError."""
    rest, mark, seconds = text.partition("@")
    name, _, target = rest.partition(":")
    start, dash, end = seconds.partition("-")
    try:
        at_s = float(start) if mark else 0.0
        end_s = float(end) if dash else None
    except ValueError:
        at_s, end_s = -1.0, None
    return make_fault(name, target, at_s, end_s)


def make_fault(name: str, target: str, at_s: float, end_s: float | None) -> Fault:
    """A fault from its parts; raises FaultError."""
    kind = FAULTS.get(name)
    if kind is None:
        close = get_close_matches(name, FAULTS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(FAULTS)}"
        raise FaultError(f"no fault is called {name!r}: {hint}")
    if not 0 <= at_s < _FOREVER_S:
        raise FaultError(f"fault {name}: it starts a number of seconds from 0 up after the beginning")
    if end_s is not None and not at_s < end_s < _FOREVER_S:
        raise FaultError(f"fault {name}: it ends a number of seconds after the beginning, and after its start")
    return Fault(kind=kind, target=target, at_s=at_s, end_s=end_s)


def plan_faults(faults: list[Fault], worlds: dict[str, World]) -> None:
    """Put every fault down in the pod it is for: the one its target belongs to, else the first; raises FaultError."""
    for fault in faults:
        world = next(iter(worlds.values()))
        if fault.target:
            found = next((each for each in worlds.values() if has_target(each, fault.kind.target, fault.target)), None)
            if found is None:
                raise FaultError(f"fault {fault.kind.name}: no {fault.kind.target} is called {fault.target!r}")
            world = found
        target = fault.target or default_target(world, fault.kind.target)
        world.agenda.at(fault.at_s, partial(fault.kind.strike, world, target, on=True))
        if fault.end_s is not None:
            world.agenda.at(fault.end_s, partial(fault.kind.strike, world, target, on=False))


_ROWS = (
    ("node-off", "node", "a node loses power; Slurm takes 45 s to call it DOWN, and requeues its jobs"),
    ("node-never-boots", "node", "a node restarts and its OS never comes up, until it is mended and reset"),
    ("thermal", "rack", "a rack's coolant arrives 32 °C too warm: its busy GPUs pass their limits and throttle"),
    ("gpu-xid", "gpu", "a GPU reports an uncorrectable error: health Critical, and the job on it fails"),
    ("gpu-ecc", "gpu", "a GPU's memory goes bad: ECC counts rise, health Warning, and the job on it fails"),
    ("gpu-lost", "gpu", "a GPU falls off the bus: health Critical, no readings, and the job on it fails"),
    ("nvlink-down", "link", "an NVLink of a GPU goes down: the gang on it runs at 80 %"),
    ("cdu-leak", "cdu", "coolant runs out under a CDU, 1.5 % of its reservoir a minute; empty, its flow fails"),
    ("tray-leak", "node", "a tray leaks: its detector is Critical, and after 30 s the tray is switched off"),
    ("pump-fail", "pump", "a pump stops: half the flow, a warmer loop, GPUs that throttle, jobs that take longer"),
    ("flow-low", "cdu", "the filter of a CDU clogs: 55 % of the flow, with what follows from it"),
    ("psu-lost", "psu", "a power supply fails: the others share its load, and N+N has one to spare less"),
    ("shelf-lost", "shelf", "a power shelf fails: the other one carries the rack, with nothing to spare"),
    ("pdu-outlet-off", "outlet", "an outlet of a rack PDU is off: the shelf on it has no input"),
    ("over-budget", "pod", "the power budget of the pod falls to 80 % of what it draws at that moment"),
    ("slurmctld-down", "pod", "the scheduler's controller is dead: scontrol ping says DOWN, queries fail after 9 s"),
    ("bmc-503", "pod", "the Redfish service answers 503 with a page of HTML"),
    ("bmc-hang", "pod", "the Redfish service takes requests and never answers"),
    ("bmc-node-hang", "node", "the BMC of a node hangs: its system and tray never answer, the others do"),
    ("sse-drop", "pod", "event streams are cut, and refused with 503 until it is mended; everything else answers"),
    ("ssh-down", "pod", "the head node's sshd is gone: connections drop, new ones are refused"),
)

FAULTS = {name: FaultKind(name=name, target=target, does=does, strike=STRIKES[name]) for name, target, does in _ROWS}
