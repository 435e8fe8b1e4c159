"""The partitions of a simulated pod."""

from msgspec import Struct

from backends.simulator.folding import fold
from backends.simulator.node import SimNode

_DEBUG_NODES = 2

Racks = tuple[tuple[SimNode, ...], ...]


class SimPartition(Struct, frozen=True, kw_only=True):
    """A partition: its nodes rack by rack, the same folded, and its time limit (None for unlimited)."""

    name: str
    racks: Racks
    node_set: str
    default: bool = False
    limit_s: int | None = None

    @property
    def nodes(self) -> tuple[SimNode, ...]:
        """Its nodes, in order."""
        return tuple(node for rack in self.racks for node in rack)


def partitions(racks: Racks) -> dict[str, SimPartition]:
    """`batch` over the whole pod, and `debug` over the first nodes of the first rack."""
    debug = (racks[0][:_DEBUG_NODES],)
    return {
        "batch": SimPartition(name="batch", racks=racks, node_set=_folded(racks), default=True),
        "debug": SimPartition(name="debug", racks=debug, node_set=_folded(debug), limit_s=3_600),
    }


def _folded(racks: Racks) -> str:
    return fold(node.name for rack in racks for node in rack)
