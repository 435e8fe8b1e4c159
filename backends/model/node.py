"""A node: what each source says of it, side by side. Observed, intended and administrative state stay apart."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from backends.model.reason import Reason
from backends.model.severity import Severity


class Power(StrEnum):
    """DSP0268 `Resource.PowerState`, plus Unknown."""

    ON = "On"
    OFF = "Off"
    POWERING_ON = "PoweringOn"
    POWERING_OFF = "PoweringOff"
    PAUSED = "Paused"
    UNKNOWN = "Unknown"


class Service(StrEnum):
    """Whether a node takes work, in the operator's words: derived from the scheduler's whole compound state.

    DRAINING still runs work and takes no more; DRAINED is empty. The two are never one word.
    """

    IDLE = "idle"
    MIXED = "mixed"
    ALLOCATED = "allocated"
    COMPLETING = "completing"
    DRAINING = "draining"
    DRAINED = "drained"
    RESERVED = "reserved"
    MAINTENANCE = "maint"
    REBOOTING = "rebooting"
    POWERED_DOWN = "powered-down"
    DOWN = "down"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def out(self) -> bool:
        """Whether new work is kept away."""
        return self in _OUT


_OUT = frozenset(
    {Service.DRAINING, Service.DRAINED, Service.MAINTENANCE, Service.REBOOTING, Service.DOWN, Service.FAILED}
)


class Gpu(Struct, frozen=True, kw_only=True, gc=False):
    """One GPU as its controller reports it. `gc=False`: a fleet holds 800,000 of these, and they own no cycles.

    Everything that was not reported is None. `throttle` are DSP0268 `ThrottleCauses` while it is throttled. ECC counts
    are lifetime counts of its memory and caches; `nvlinks_up` of `nvlinks` are trained.
    """

    index: int
    model: str = ""
    serial: str = ""
    health: Severity = Severity.UNKNOWN
    temp_c: float | None = None
    power_w: float | None = None
    power_limit_w: float | None = None
    utilisation_pct: float | None = None
    throttle: tuple[str, ...] = ()
    ecc_correctable: int | None = None
    ecc_uncorrectable: int | None = None
    nvlinks: int | None = None
    nvlinks_up: int | None = None

    @property
    def reads(self) -> bool:
        """Whether it tells anything of how it does."""
        return self.temp_c is not None or self.power_w is not None


class SchedulerFacts(Struct, frozen=True, kw_only=True):
    """What the scheduler says of a node.

    `state` is the whole compound, upper case, base first (`("MIXED", "DRAIN")`): DRAIN is a flag over a base.
    `responding` is False when the scheduler itself doubts it (Slurm's `*`). GPU indices are known only where the
    scheduler binds devices (Slurm's `IDX:`); an empty tuple with `gpus_used > 0` means "some, which is not known".
    `missing_since`: the source has answered since without this node; these are then its last known facts.
    """

    source: str
    state: tuple[str, ...]
    service: Service
    responding: bool = True
    reason: Reason | None = None
    partitions: tuple[str, ...] = ()
    address: str = ""
    cpus: int = 0
    cpus_used: int = 0
    memory_mb: int = 0
    memory_used_mb: int = 0
    gpu_model: str = ""
    gpus: int = 0
    gpus_used: int = 0
    gpu_indices_used: tuple[int, ...] = ()
    features: tuple[str, ...] = ()
    version: str = ""
    boot_at: datetime | None = None
    missing_since: datetime | None = None


class HardwareFacts(Struct, frozen=True, kw_only=True):
    """What the out-of-band controller says of a node. `system` is its resource there, the address of its actions.

    `boot` is how far its start has come (DSP0268 `BootProgress.LastState`), `bios` its firmware's version.
    `missing_since` as in `SchedulerFacts`. `also` are the other sources that see the same machine.
    """

    source: str
    system: str
    power: Power = Power.UNKNOWN
    health: Severity = Severity.UNKNOWN
    state: str = ""
    model: str = ""
    serial: str = ""
    uuid: str = ""
    host_name: str = ""
    rack: str = ""
    chassis: str = ""
    slot: int | None = None
    power_w: float | None = None
    temp_c: float | None = None
    gpus: tuple[Gpu, ...] = ()
    reset_types: tuple[str, ...] = ()
    boot: str = ""
    bios: str = ""
    also: tuple[str, ...] = ()
    missing_since: datetime | None = None


class Node(Struct, frozen=True, kw_only=True):
    """One node, joined by name. A source that does not know it leaves None; nothing is filled in for it."""

    name: str
    rack: str = ""
    group: str = ""
    scheduler: SchedulerFacts | None = None
    hardware: HardwareFacts | None = None

    @property
    def service(self) -> Service:
        """The scheduler's word, UNKNOWN where there is none."""
        return self.scheduler.service if self.scheduler else Service.UNKNOWN

    @property
    def power(self) -> Power:
        """The controller's word, UNKNOWN where there is none."""
        return self.hardware.power if self.hardware else Power.UNKNOWN

    @property
    def health(self) -> Severity:
        """The controller's word, UNKNOWN where there is none."""
        return self.hardware.health if self.hardware else Severity.UNKNOWN

    @property
    def gpu_count(self) -> int:
        """GPUs the scheduler gives out, or those the controller sees where no scheduler knows the node."""
        if self.scheduler and self.scheduler.gpus:
            return self.scheduler.gpus
        return len(self.hardware.gpus) if self.hardware else 0
