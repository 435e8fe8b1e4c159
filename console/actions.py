"""Every action, declared once. Keys, palette, sub-commands, help and the README's table come from here.

Read-only mode is structural: what is dangerous does not exist for a read-only pod, in any of those.
"""

from collections.abc import Callable, Iterable

from msgspec import Struct

from backends.model.snapshot import Snapshot
from backends.ports import Capability
from console.operations.drain import plan_drain
from console.operations.plan import Plan
from console.operations.request import Request
from console.operations.resume import plan_resume
from console.targets import Targets

Planner = Callable[[Snapshot, Targets, Request], Plan]


class Action(Struct, frozen=True, kw_only=True):
    """One verb. `dangerous` ones write, and have a planner; `needs` is what an adapter must be able to do.

    `reason` says whether a person must say why.
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
)


def action(identity: str) -> Action:
    """The action with this id. Raises KeyError: ids are ours, not an operator's."""
    return {known.id: known for known in ACTIONS}[identity]


def available(*, read_only: bool, capabilities: Iterable[Capability]) -> tuple[Action, ...]:
    """The actions that exist for a pod: dangerous ones only where it may be written, and something can do them."""
    able = frozenset(capabilities)
    return tuple(known for known in ACTIONS if known.needs in able and not (known.dangerous and read_only))
