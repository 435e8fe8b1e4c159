"""One simulated node: the tray, what runs on it, and what the scheduler has been told about it."""

from collections import deque

from msgspec import Struct

from backends.simulator.boot_order import BootOrder
from backends.simulator.gpu import SimGpu
from backends.simulator.thermal import Lag

CPUS = 144
SOCKETS = 2
MEMORY_MB = 960_000
TRAY_W = 620.0
STANDBY_W = 45.0
CPU_W = 190.0
_LIQUID_W = 420.0
_LAG_S = 1.0
_BOOTS_KEPT = 20


class Boot(Struct, frozen=True, kw_only=True):
    """A boot of a node: when it began, when its OS came up (None: not), whether it ended in the firmware's menus."""

    number: int
    began_s: float
    up_s: float | None = None
    menu: bool = False


class SimNode:
    """A node. Hardware (`power`, `gpus`), its slurmd (`slurmd`, `booted_s`) and slurmctld's record are apart.

    slurmctld's record is `drain`, `down`, `responding` and the reason: it may be wrong about the hardware for as long
    as the real one is. `jobs` maps a job to the GPU indices it holds here; `completing` counts epilogs under way.

    `cpu_w` is the part of `tray_w` that each of its CPUs draws. `began_s` is when the last boot began, `booted_s` when
    the last OS came up, `boots` are the last twenty boots, `order` is what it starts from. `stuck` boots never end, and
    are `late` once its controller says so.
    """

    def __init__(self, name: str, rack: int, slot: int, gpus: tuple[SimGpu, ...]) -> None:
        self.name = name
        self.rack = rack
        self.slot = slot
        self.gpus = gpus
        self.power = "On"
        self.tray_w = Lag(TRAY_W, _LAG_S)
        self.cpu_w = Lag(CPU_W, _LAG_S)
        self.leaking = False
        self.stuck = False
        self.power_turn = 0
        self.slurmd = True
        self.slurmd_turn = 0
        self.booted_s = 0.0
        self.began_s = 0.0
        self.boots: deque[Boot] = deque(maxlen=_BOOTS_KEPT)
        self.late = False
        self.order = BootOrder()
        self.deaf = False
        self.idle_since_s = 0.0
        self.drain = False
        self.down = False
        self.responding = True
        self.reason = ""
        self.reason_by = ""
        self.reason_s = 0.0
        self.jobs: dict[int, tuple[int, ...]] = {}
        self.completing = 0
        self.free = len(gpus)

    @property
    def tray(self) -> str:
        """The tray it is in: `austin-r1-t01`."""
        before, _, slot = self.name.rpartition("-n")
        return f"{before}-t{slot}"

    @property
    def powered(self) -> bool:
        """Whether its GPUs have power: not while it is off, or on its way there from a cold start."""
        return self.power not in ("Off", "PoweringOn")

    def begin_boot(self, at_s: float) -> None:
        """It has been reset, or given power: what became of the boot before is settled."""
        number = self.boots[-1].number + 1 if self.boots else 1
        if self.boots:
            self.boots[-1] = self.last_boot
        self.began_s = at_s
        self.boots.append(Boot(number=number, began_s=at_s))

    @property
    def last_boot(self) -> Boot:
        """The last boot, as far as it has come."""
        last, up_s = self.boots[-1], self.booted_s if self.booted_s > self.began_s else None
        return Boot(number=last.number, began_s=last.began_s, up_s=up_s, menu=self.order.menu)

    def power_w(self, now_s: float) -> float:
        """What the tray draws: its GPUs and the rest of it, or only its controller."""
        return self.tray_w.at(now_s) + sum(gpu.heat.power_w(now_s) for gpu in self.gpus)

    def liquid_w(self, now_s: float) -> float:
        """The part of it that goes into the coolant; fans carry the rest."""
        return (_LIQUID_W if self.powered else 0.0) + sum(gpu.heat.power_w(now_s) for gpu in self.gpus)

    def energy_j(self, now_s: float) -> float:
        """What it has drawn since second 0."""
        return self.tray_w.area(now_s) + sum(gpu.heat.energy_j(now_s) for gpu in self.gpus)

    @property
    def available(self) -> bool:
        """Whether slurmctld would give it work."""
        return not (self.drain or self.down) and self.responding

    @property
    def gpus_used(self) -> int:
        """GPUs that jobs hold."""
        return len(self.gpus) - self.free

    @property
    def indices_used(self) -> tuple[int, ...]:
        """The GPU indices that jobs hold, in order."""
        return tuple(sorted(index for held in self.jobs.values() for index in held))

    @property
    def cpus_used(self) -> int:
        """CPUs that jobs hold: each GPU brings its share."""
        return CPUS * self.gpus_used // len(self.gpus)

    @property
    def memory_used_mb(self) -> int:
        """Memory that jobs hold, in MB, shared out like the CPUs."""
        return MEMORY_MB * self.gpus_used // len(self.gpus)

    @property
    def base(self) -> str:
        """The base state, without flags."""
        if self.down:
            return "DOWN"
        if not self.jobs:
            return "IDLE"
        return "MIXED" if self.free else "ALLOCATED"

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags over the base, in Slurm's order (alphabetical)."""
        flags = []
        if self.completing:
            flags.append("COMPLETING")
        if self.drain:
            flags.append("DRAIN")
        if not self.responding:
            flags.append("NOT_RESPONDING")
        return tuple(flags)

    def free_indices(self, count: int) -> tuple[int, ...]:
        """The lowest free GPU indices."""
        return tuple(gpu.index for gpu in self.gpus if gpu.job is None)[:count]
