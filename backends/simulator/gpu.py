"""One simulated GPU."""

from backends.simulator.stopwatch import Stopwatch
from backends.simulator.thermal import POWER, POWER_LIMIT_W, RIPPLE, THERMAL, Heat

MODEL = "NVIDIA GB300"
SLURM_TYPE = "gb300"
MEMORY_MIB = 288 * 1024
_LINK_PACE = 0.8
_ECC_PER_S = 0.7


class SimGpu:
    """A GPU: what holds it, how warm it is, and what is wrong with it ("" , "xid", "lost").

    `links_down` are the indices of its NVLinks that are down, `link_downs` how often each has gone down. ECC counts
    are lifetime counts; correctable ones rise while its memory is `bad` and it runs. `limit_w` is what
    it was told to draw at the most, and keeps to while it is `limited`; `throttled` is how long it was, by cause.
    """

    __slots__ = (
        "_before",
        "_correctable",
        "_failing",
        "bad",
        "fault",
        "heat",
        "index",
        "job",
        "limit_w",
        "limited",
        "link_downs",
        "links_down",
        "resetting",
        "serial",
        "throttled",
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
        self.bad = False
        self._failing = Stopwatch()
        self._correctable = int(serial[-1]) % 3
        self._before = (self._correctable, 0)
        self.limit_w = POWER_LIMIT_W
        self.limited = True
        self.resetting = False
        self.throttled = {POWER: Stopwatch(), THERMAL: Stopwatch()}

    @property
    def lost(self) -> bool:
        """Whether it has fallen off the bus: it answers nothing then."""
        return self.fault == "lost"

    @property
    def answers(self) -> bool:
        """Whether it does anything, given power: not off the bus, nor on its way through a reset."""
        return not self.lost and not self.resetting

    @property
    def cap_w(self) -> float:
        """What it may draw on average, so that the breathing of training steps stays below its limit."""
        return self.limit_w / (1 + RIPPLE) if self.limited else float("inf")

    @property
    def pace(self) -> float:
        """How fast its work goes: throttled silicon is slow, and so is a gang over links that are missing."""
        return self.heat.pace * (_LINK_PACE if self.links_down else 1.0)

    def correctable(self, now_s: float) -> int:
        """Correctable ECC errors of its memory, over its life."""
        return self._correctable + int(self._failing.total_s(now_s) * _ECC_PER_S)

    def recent(self, now_s: float) -> tuple[int, int]:
        """ECC errors since it last came up: correctable, uncorrectable."""
        return self.correctable(now_s) - self._before[0], self.uncorrectable - self._before[1]

    def watch_causes(self, now_s: float) -> None:
        """What it is throttled for has changed."""
        for cause, watch in self.throttled.items():
            watch.run(now_s, on=cause in self.heat.causes)

    def count(self, now_s: float, *, on: bool) -> None:
        """It is up, and bad memory makes errors; or it is down, and what it counts since it came up begins anew."""
        self._failing.run(now_s, on=on and self.bad)
        if not on:
            self._before = (self.correctable(now_s), self.uncorrectable)

    def spoil(self, now_s: float) -> None:
        """Its memory goes bad: one error that cannot be corrected, and many that can from now on."""
        self.uncorrectable += 1
        self.bad = True
        self._failing.run(now_s, on=True)

    def remap(self, now_s: float) -> None:
        """The bad rows are mapped out: the counts stay, and rise no more."""
        self.bad = False
        self._failing.run(now_s, on=False)
