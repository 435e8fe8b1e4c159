"""What a planner is asked for: who wants what, why, and how."""

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from console.operations.gate import Gate
from console.operations.hold import Hold
from console.operations.policy import Policy
from console.operations.profile import Profile

Equivalent = Callable[[str, tuple[str, ...], str], tuple[str, ...]]


class Options(Struct, frozen=True, kw_only=True):
    """How a write is to be done. Each planner reads what concerns it.

    `mode`: what a drain does with running work (finish, or requeue after `grace_s`). `at_once`: nodes in work at a
    time. `deadline_s` ends the operation, `stop_after` its further lanes once more nodes than that went wrong.
    `power` is which power action, done in groups of `batch` with `delay_s` between; `force_busy` kills running work.
    A hold has a `ticket` and an end (`until`), where one is known; a release may give the nodes back (`back`).
    A resume goes through a `gate` (its name in the config; else the pod's own), or says why not (`waive`).
    A provisioning follows a `profile` (its name in the config): `canary` nodes first, then `wave` at a time; its `mode`
    refuse refuses where work runs.
    """

    take_over: bool = False
    mode: str = "finish"
    grace_s: float = 0.0
    at_once: int | None = None
    deadline_s: float | None = None
    stop_after: int | None = None
    power: str = ""
    batch: int | None = None
    delay_s: float = 0.0
    force_busy: bool = False
    ticket: str = ""
    until: datetime | None = None
    back: bool = False
    gate: str = ""
    waive: str = ""
    profile: str = ""
    canary: int | None = None
    wave: int | None = None


class Request(Struct, frozen=True, kw_only=True):
    """Who asks for what, when, and why. `equivalent` is the scheduler's way to say it in commands, None without one.

    `policy` is the pod's; `holds` are its nodes that are held, by name.
    `gates` and `profiles` are the config's, by name, and `gate` the one that the pod requires; "" for none.
    """

    operation: str
    user: str
    reason: str
    at: datetime
    equivalent: Equivalent | None
    options: Options = Options()
    policy: Policy = Policy()
    holds: Mapping[str, Hold] = {}
    gates: Mapping[str, Gate] = {}
    gate: str = ""
    profiles: Mapping[str, Profile] = {}
