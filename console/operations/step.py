"""The parts of a plan that run: a step has one effect, a lane is steps in a row, a phase is lanes side by side."""

from enum import StrEnum

from msgspec import Struct


class Do(StrEnum):
    """What a step does to its nodes. How each is observed and applied: `console.operations.deeds`."""

    CLOSE = "close"
    EMPTY = "empty"
    REQUEUE = "requeue"
    CHECK = "check"
    RESUME = "resume"
    HOLD = "hold"
    RELEASE = "release"
    POWER_ON = "power-on"
    POWER_OFF = "power-off"
    SHUT_DOWN = "shut-down"
    RESET = "reset"
    NMI = "nmi"
    FIRMWARE = "firmware"
    MEDIA = "media"
    EJECT = "eject"
    BOOT_FROM = "boot-from"
    BOOT_NORMALLY = "boot-normally"
    BOOTED = "booted"
    REACHED = "reached"
    PARTS = "parts"
    JOINED = "joined"

    @property
    def writes(self) -> bool:
        """Whether it changes anything, or only looks until something is so."""
        return self not in _LOOKS

    @property
    def ends_work(self) -> bool:
        """Whether what runs on its nodes is ended by it."""
        return self in _ENDS_WORK

    @property
    def brings_back(self) -> bool:
        """Whether it gives its nodes back, or leaves them nearer to it: never refused half-way."""
        return self in _BRINGS_BACK

    @property
    def doing(self) -> str:
        """What a node in the middle of it is doing, so that nobody reads it as done: `draining`, not `empty`."""
        return _DOING.get(self, self.value)


_DOING = {
    Do.CLOSE: "closing",
    Do.EMPTY: "draining",
    Do.REQUEUE: "requeueing",
    Do.CHECK: "being checked",
    Do.RESUME: "resuming",
    Do.HOLD: "being held",
    Do.RELEASE: "being released",
    Do.POWER_ON: "powering on",
    Do.POWER_OFF: "powering off",
    Do.SHUT_DOWN: "shutting down",
    Do.RESET: "resetting",
    Do.FIRMWARE: "having its firmware compared",
    Do.MEDIA: "getting its image",
    Do.EJECT: "having its image ejected",
    Do.BOOT_FROM: "being told what to boot",
    Do.BOOT_NORMALLY: "getting its boot order back",
    Do.BOOTED: "booting",
    Do.REACHED: "starting its OS",
    Do.PARTS: "having its GPUs counted",
    Do.JOINED: "joining",
}
_ENDS_WORK = frozenset({Do.REQUEUE, Do.POWER_OFF, Do.SHUT_DOWN, Do.RESET, Do.NMI})
_BRINGS_BACK = frozenset({Do.RESUME, Do.RELEASE, Do.POWER_ON, Do.EJECT, Do.BOOT_NORMALLY})
_LOOKS = frozenset({Do.EMPTY, Do.CHECK, Do.FIRMWARE, Do.BOOTED, Do.REACHED, Do.PARTS, Do.JOINED})


class Step(Struct, frozen=True, kw_only=True):
    """One effect on its nodes, or one thing to wait for.

    `id` is unique in its plan and says where it stands (`close`, `empty/gpu001`). `args` are what the deed needs, as
    words. `patience_s` is how long it may take from its begin until it is seen to be so; None waits as long as the
    operation does. `undo` is what takes its effect back when the operation is cancelled.

    Steps name others of their node by id. `takes_back`: it undoes that one's effect, also where a step between failed.
    `commits`: once this one has had its effect, a cancel leaves that one's as it is. `again`: a retry of this one
    begins there.
    """

    id: str
    do: Do
    nodes: tuple[str, ...]
    args: dict[str, str] = {}
    patience_s: float | None = None
    undo: Do | None = None
    takes_back: str = ""
    commits: str = ""
    again: str = ""


class Lane(Struct, frozen=True):
    """Steps one after the other. A node whose step did not end DONE takes no part in the next."""

    steps: tuple[Step, ...]


class Phase(Struct, frozen=True, kw_only=True):
    """Lanes side by side, `at_once` of them at a time (None: all). It begins `pause_s` after the phase before it.

    `gate`: the phase before must have gone well in every node; a canary phase is one whose next has a gate.
    """

    name: str
    lanes: tuple[Lane, ...]
    at_once: int | None = None
    pause_s: float = 0.0
    gate: bool = False
