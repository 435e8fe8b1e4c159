"""Controls inside another resource (DSP0268 Control v1.8, as an excerpt): a set point that a client may hold."""

from collections.abc import Callable

from msgspec import Struct

from backends.simulator.redfish.offers import number, word
from backends.simulator.redfish.resource import Body, Write

_AUTOMATIC, _MANUAL = "Automatic", "Manual"


class Control(Struct, frozen=True, kw_only=True):
    """A set point: what it is now, and whether somebody `held` it there. `hold` takes a value, None to let go."""

    setpoint: float
    held: bool
    least: float
    most: float
    hold: Callable[[float | None], None]

    def body(self) -> Body:
        """As the resource shows it."""
        return {
            "SetPoint": round(self.setpoint, 1),
            "AllowableMin": self.least,
            "AllowableMax": self.most,
            "ControlMode": _MANUAL if self.held else _AUTOMATIC,
        }

    def writes(self, name: str) -> dict[str, Write]:
        """What of it may be written: a set point holds it, and the mode lets go of it, or holds it where it is."""

        def mode(asked: str) -> None:
            if asked == _AUTOMATIC:
                self.hold(None)
            elif not self.held:
                self.hold(self.setpoint)

        return {
            f"{name}/ControlMode": word((_AUTOMATIC, _MANUAL), mode),
            f"{name}/SetPoint": number(self.least, self.most, self.hold),
        }
