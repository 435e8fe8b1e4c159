"""One simulated GPU."""

from backends.simulator.thermal import CRITICAL_C, WARNING_C, Heat

MODEL = "NVIDIA GB300"
SLURM_TYPE = "gb300"


class SimGpu:
    """A GPU: what holds it, how warm it is, and what is wrong with it ("" , "xid", "lost")."""

    __slots__ = ("fault", "heat", "index", "job", "serial", "uuid")

    def __init__(self, index: int, serial: str, uuid: str, heat: Heat) -> None:
        self.index = index
        self.serial = serial
        self.uuid = uuid
        self.heat = heat
        self.job: int | None = None
        self.fault = ""

    @property
    def lost(self) -> bool:
        """Whether it has fallen off the bus: it answers nothing then."""
        return self.fault == "lost"

    def health(self, now_s: float) -> str:
        """Redfish's `Health` of this GPU."""
        if self.fault:
            return "Critical"
        temp_c = self.heat.temp_c(now_s)
        if temp_c >= CRITICAL_C:
            return "Critical"
        return "Warning" if temp_c >= WARNING_C else "OK"
