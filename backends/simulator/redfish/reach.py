"""What the pod's controller reaches through the BMC of a node: the node's system and its tray, and all below them."""

from backends.simulator.redfish.resource import ROOT
from backends.simulator.world import World


def deaf(world: World, path: str) -> bool:
    """Whether a path leads through a BMC that takes requests and never answers."""
    kind, _, rest = path.removeprefix(f"{ROOT}/").partition("/")
    name = rest.partition("/")[0]
    if kind == "Systems":
        node = world.nodes.get(name)
        return node is not None and node.deaf
    return kind == "Chassis" and any(node.deaf and node.tray == name for node in world.nodes.values())
