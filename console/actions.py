"""Every action, declared once. Keys, palette, sub-commands, help and the README's table come from here.

Read-only mode is structural: what is dangerous does not exist for a read-only pod, in any of those.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from msgspec import Struct

from backends.model.snapshot import Snapshot
from backends.ports import Capability
from console.moment import later, seconds
from console.operations.cordon import plan_cordon
from console.operations.drain import plan_drain
from console.operations.hold_plan import plan_hold, plan_release
from console.operations.plan import Plan
from console.operations.power import POWERS, plan_power
from console.operations.provision import plan_provision
from console.operations.request import Options, Request
from console.operations.resume import plan_resume
from console.targets import Targets
from console.words import duration

Planner = Callable[[Snapshot, Targets, Request], Plan]


class Ask(Struct, frozen=True):
    """An option that the screen asks for: which of `Options`, how it asks, and how what was typed is read.

    `read` raises ValueError with one line. An empty answer leaves the option as it is, unless it is `wanted`.
    `table` is the one of the config whose names it may be (`profiles`); `many`: asked for more than one node alone.
    """

    option: str
    prompt: str
    read: Callable[[str, datetime], object]
    wanted: bool = False
    table: str = ""
    many: bool = False


class Dial(Struct, frozen=True):
    """An option that the dialog of a plan turns by a key: through its `words`, or to what is typed where it has none.

    `said` is how it stands, in a word or two. In another `mode` than its own it is not there. An empty answer puts it
    back to where it was at first.
    """

    key: str
    said: Callable[[Options], str]
    ask: Ask
    words: tuple[str, ...] = ()
    mode: str = ""


def _word(text: str, _now: datetime) -> str:
    if len(text.split()) != 1:
        raise ValueError(f"{text!r} is not one word, as OPS-12 is")
    return text.strip()


def _power(text: str, _now: datetime) -> str:
    if text.strip() not in POWERS:
        raise ValueError(f"{text!r} is none of {', '.join(POWERS)}")
    return text.strip()


def _seconds(text: str, _now: datetime) -> float:
    return seconds(text.strip())


def _number(text: str, _now: datetime) -> int:
    if not (text.isdecimal() and int(text)):
        raise ValueError(f"{text!r} is no number of nodes")
    return int(text)


_DRAIN_DIALS = (
    Dial("m", lambda now: f"mode {now.mode}", Ask("mode", "", _word), words=("finish", "requeue")),
    Dial(
        "g",
        lambda now: f"grace {duration(now.grace_s) if now.grace_s else 'none'}",
        Ask("grace_s", "grace (10m, or nothing): ", _seconds),
        mode="requeue",
    ),
    Dial(
        "p",
        lambda now: f"parallel {now.at_once or 'all'}",
        Ask("at_once", "at a time (4, or nothing): ", _number),
        mode="requeue",
    ),
)


class Action(Struct, frozen=True, kw_only=True):
    """One verb. `dangerous` ones write, and have a planner; `needs` is what an adapter must be able to do.

    `reason` says whether a person must say why, `asks` what else the screen asks, `dials` what its dialog
    lets a person turn; `hinted` ones stand in the key line.
    """

    id: str
    verb: str
    key: str
    target: str
    help: str
    dangerous: bool
    reason: bool
    needs: Capability
    planner: Planner
    asks: tuple[Ask, ...] = ()
    dials: tuple[Dial, ...] = ()
    hinted: bool = True


ACTIONS: tuple[Action, ...] = (
    Action(
        id="drain",
        verb="drain",
        key="D",
        target="node",
        help="keep new work away; running work completes",
        dangerous=True,
        reason=True,
        needs=Capability.DRAIN,
        planner=plan_drain,
        dials=_DRAIN_DIALS,
    ),
    Action(
        id="resume",
        verb="resume",
        key="U",
        target="node",
        help="give nodes back to the scheduler",
        dangerous=True,
        reason=False,
        needs=Capability.RESUME,
        planner=plan_resume,
    ),
    Action(
        id="cordon",
        verb="cordon",
        key="C",
        target="node",
        help="close to new work; what runs there runs on",
        dangerous=True,
        reason=True,
        needs=Capability.DRAIN,
        planner=plan_cordon,
        hinted=False,
    ),
    Action(
        id="hold",
        verb="hold",
        key="H",
        target="node",
        help="keep out until released, whoever resumes what",
        dangerous=True,
        reason=True,
        needs=Capability.DRAIN,
        planner=plan_hold,
        asks=(
            Ask("ticket", "ticket, or nothing: ", _word),
            Ask("until", "until (8h, 3d, or nothing): ", later),
        ),
        hinted=False,
    ),
    Action(
        id="release",
        verb="release",
        key="R",
        target="node",
        help="lift a hold; the node stays drained",
        dangerous=True,
        reason=False,
        needs=Capability.DRAIN,
        planner=plan_release,
        hinted=False,
    ),
    Action(
        id="power",
        verb="power",
        key="P",
        target="node",
        help="switch on, off, cycle, reset or nmi",
        dangerous=True,
        reason=False,
        needs=Capability.POWER,
        planner=plan_power,
        asks=(Ask("power", f"{', '.join(POWERS)}: ", _power, wanted=True),),
        hinted=False,
    ),
    Action(
        id="provision",
        verb="provision",
        key="V",
        target="node",
        help="start anew as a profile says, check, give back",
        dangerous=True,
        reason=True,
        needs=Capability.PROVISION,
        planner=plan_provision,
        asks=(
            Ask("profile", "profile", _word, wanted=True, table="profiles"),
            Ask("canary", "how many first, alone (a number, or nothing): ", _number, many=True),
            Ask("wave", "then how many at a time (a number, or nothing for all): ", _number, many=True),
        ),
        hinted=False,
    ),
)


def action(identity: str) -> Action:
    """The action with this id. Raises KeyError: ids are ours, not an operator's."""
    return {known.id: known for known in ACTIONS}[identity]


def verbs() -> tuple[str, ...]:
    """Every word that a policy may name: the verbs, `power` also with what it does, and `exec`."""
    actions = tuple(known.verb for known in ACTIONS)
    return (*actions, *(f"power {power}" for power in POWERS), "exec")


def available(*, read_only: bool, capabilities: Iterable[Capability]) -> tuple[Action, ...]:
    """The actions that exist for a pod: dangerous ones only where it may be written, and something can do them."""
    able = frozenset(capabilities)
    return tuple(known for known in ACTIONS if known.needs in able and not (known.dangerous and read_only))
