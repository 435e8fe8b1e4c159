"""Which deed does which step."""

from backends.model.node import Power
from backends.ports import PowerAction
from console.operations.deeds.boot import Booted, Firmware, Parts
from console.operations.deeds.check import Check
from console.operations.deeds.close import Close, Resume
from console.operations.deeds.deed import Deed
from console.operations.deeds.empty import Empty
from console.operations.deeds.hold import Keep, LetGo
from console.operations.deeds.join import Joined, Reached
from console.operations.deeds.media import Eject, Insert
from console.operations.deeds.power import Nmi, Reset, Switch
from console.operations.deeds.requeue import Requeue
from console.operations.deeds.start import BootFrom, BootNormally
from console.operations.step import Do


def deeds() -> dict[Do, Deed]:
    """A set of deeds for one operation: some remember what they have seen of it."""
    return {
        Do.CHECK: Check(),
        Do.CLOSE: Close(),
        Do.RESUME: Resume(),
        Do.EMPTY: Empty(),
        Do.REQUEUE: Requeue(),
        Do.HOLD: Keep(),
        Do.RELEASE: LetGo(),
        Do.POWER_ON: Switch(Power.ON, PowerAction.ON),
        Do.POWER_OFF: Switch(Power.OFF, PowerAction.OFF),
        Do.SHUT_DOWN: Switch(Power.OFF, PowerAction.SHUT_DOWN),
        Do.RESET: Reset(),
        Do.NMI: Nmi(),
        Do.FIRMWARE: Firmware(),
        Do.MEDIA: Insert(),
        Do.EJECT: Eject(),
        Do.BOOT_FROM: BootFrom(),
        Do.BOOT_NORMALLY: BootNormally(),
        Do.BOOTED: Booted(),
        Do.REACHED: Reached(),
        Do.PARTS: Parts(),
        Do.JOINED: Joined(),
    }
