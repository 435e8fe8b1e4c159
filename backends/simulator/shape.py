"""What a simulated pod is made of: its names and its size. Everything else follows from this and the seed."""

from functools import cached_property

from msgspec import Struct

POD_NAMES = (
    "austin",
    "boden",
    "cairo",
    "delft",
    "espoo",
    "fukui",
    "galway",
    "hobart",
    "izmir",
    "jaipur",
    "kyoto",
    "lulea",
)


def pod_name(number: int) -> str:
    """The name of the pod with this number, counted from 0; names past the list are made of the number."""
    return POD_NAMES[number] if number < len(POD_NAMES) else f"pod{number + 1}"


class PodShape(Struct, frozen=True, kw_only=True, dict=True):
    """The size of one pod. The default is two NVL72 racks: 18 compute trays of 4 GPUs in each."""

    pod: str = POD_NAMES[0]
    seed: int = 1
    racks: int = 2
    nodes_per_rack: int = 18
    gpus_per_node: int = 4

    @property
    def node_count(self) -> int:
        """Nodes in the pod."""
        return self.racks * self.nodes_per_rack

    @property
    def gpu_count(self) -> int:
        """GPUs in the pod."""
        return self.node_count * self.gpus_per_node

    @cached_property
    def rack_names(self) -> tuple[str, ...]:
        """`austin-r1`, `austin-r2`, ..."""
        return tuple(f"{self.pod}-r{number}" for number in range(1, self.racks + 1))

    @property
    def head(self) -> str:
        """The head node, where slurmctld runs."""
        return f"{self.pod}-head"

    def node_name(self, rack: int, slot: int) -> str:
        """`austin-r1-n01`: rack and slot are counted from 1, the slot padded so that names sort."""
        width = max(2, len(str(self.nodes_per_rack)))
        return f"{self.pod}-r{rack}-n{slot:0{width}d}"
