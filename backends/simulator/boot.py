"""How a node boots: the stages its controller sees (DSP0268 ComputerSystem.BootProgress), and its patience."""

from backends.simulator.node import SimNode

BOOT_S = 30.0
OS_UP_S = 26.0
INSTALL_S = 20.0
LATE_S = 90.0
RUNNING = "OSRunning"
_STAGES = (
    (0.0, "PrimaryProcessorInitializationStarted"),
    (1.0, "BusInitializationStarted"),
    (2.0, "MemoryInitializationStarted"),
    (4.0, "SecondaryProcessorInitializationStarted"),
    (5.0, "PCIResourceConfigStarted"),
    (9.0, "SystemHardwareInitializationComplete"),
    (14.0, "OSBootStarted"),
)
_MENU = "SetupEntered"


def stages(began_s: float, now_s: float, *, menu: bool = False) -> list[tuple[float, str]]:
    """The stages a boot has come to, each with its second, the first first. `menu`: it goes no further than there."""
    last_s, last = _STAGES[-1]
    named = (*_STAGES[:-1], (last_s, _MENU if menu else last))
    return [(began_s + after_s, name) for after_s, name in named if began_s + after_s <= now_s]


def progress(node: SimNode, now_s: float) -> tuple[float, str]:
    """The last stage of a node, and since when. A boot that hangs stays where it is."""
    if node.power != "On":
        return node.began_s, "None"
    up = node.slurmd or node.booted_s > node.began_s  # slurmd comes up a few seconds after the rest
    return (node.booted_s, RUNNING) if up else stages(node.began_s, now_s, menu=node.order.menu)[-1]
