"""The NVLink domain of a rack: every GPU has one port to each switch tray."""

from backends.simulator.gpu import SimGpu
from backends.simulator.node import SimNode

PORT_GBPS = 1_600.0
_MOST_SWITCHES = 9
_BYTES_PER_J = 2_000_000


class SwitchTray:
    """One NVLink switch tray of a rack."""

    __slots__ = ("index", "name", "rack")

    def __init__(self, name: str, rack: int, index: int) -> None:
        self.name = name
        self.rack = rack
        self.index = index


def switch_count(nodes_per_rack: int) -> int:
    """Nine trays for a rack of 18, as in an NVL72; fewer for a smaller one."""
    return max(2, min(_MOST_SWITCHES, (nodes_per_rack + 1) // 2))


def port_number(node: SimNode, gpu: SimGpu) -> int:
    """The port of a GPU on every switch of its rack, counted from 1."""
    return (node.slot - 1) * len(node.gpus) + gpu.index + 1


def port_bytes(gpu: SimGpu, links: int, now_s: float) -> int:
    """What has gone over one link: in step with the work done, which its energy stands for."""
    return int(gpu.heat.energy_j(now_s) * _BYTES_PER_J / links)
