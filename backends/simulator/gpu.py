"""One simulated GPU."""

from backends.simulator.thermal import Heat

MODEL = "NVIDIA GB300"
SLURM_TYPE = "gb300"
MEMORY_MIB = 288 * 1024
_LINK_PACE = 0.8
_ECC_PER_S = 0.7


class SimGpu:
    """A GPU: what holds it, how warm it is, and what is wrong with it ("" , "xid", "lost").

    `links_down` are the indices of its NVLinks that are down, `link_downs` how often each has gone down. ECC counts
    are lifetime counts; correctable ones go on rising from `ecc_since_s` on while its memory is bad.
    """

    __slots__ = (
        "_correctable",
        "ecc_since_s",
        "fault",
        "heat",
        "index",
        "job",
        "link_downs",
        "links_down",
        "serial",
        "turn",
        "uncorrectable",
        "uuid",
    )

    def __init__(self, index: int, serial: str, uuid: str, heat: Heat) -> None:
        self.index = index
        self.serial = serial
        self.uuid = uuid
        self.heat = heat
        self.job: int | None = None
        self.fault = ""
        self.turn = 0
        self.links_down: set[int] = set()
        self.link_downs: dict[int, int] = {}
        self.uncorrectable = 0
        self.ecc_since_s: float | None = None
        self._correctable = int(serial[-1]) % 3

    @property
    def lost(self) -> bool:
        """Whether it has fallen off the bus: it answers nothing then."""
        return self.fault == "lost"

    @property
    def pace(self) -> float:
        """How fast its work goes: throttled silicon is slow, and so is a gang over links that are missing."""
        return self.heat.pace * (_LINK_PACE if self.links_down else 1.0)

    def correctable(self, now_s: float) -> int:
        """Correctable ECC errors of its memory, over its life."""
        rising = int((now_s - self.ecc_since_s) * _ECC_PER_S) if self.ecc_since_s is not None else 0
        return self._correctable + rising

    def spoil(self, now_s: float) -> None:
        """Its memory goes bad: one error that cannot be corrected, and many that can from now on."""
        self.uncorrectable += 1
        self.ecc_since_s = now_s

    def remap(self, now_s: float) -> None:
        """The bad rows are mapped out: the counts stay, and rise no more."""
        self._correctable = self.correctable(now_s)
        self.ecc_since_s = None
