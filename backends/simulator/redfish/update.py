"""The update service: which firmware runs where. It takes no image: the pod's firmware never changes."""

from backends.simulator.redfish.resource import Body, Resource, collection, head, ref, status, uri
from backends.simulator.world import World, stable_id

CONTROLLER = "0.1.0"
_PATH = uri("UpdateService", "FirmwareInventory")
_PARTS = {"BMC": "25.06-2", "BIOS": "2.11.4", "GPU": "97.10.3a.00.05"}


def service(_world: World) -> Resource:
    """The update service."""
    body = head(uri("UpdateService"), "UpdateService.v1_16_0.UpdateService", "UpdateService", "Update Service")
    inventory = {"FirmwareInventory": ref("UpdateService", "FirmwareInventory")}
    return Resource({**body, "ServiceEnabled": False, "Status": {"State": "Disabled"}, **inventory})


def inventory(world: World) -> Resource:
    """The controller's firmware, and each node's."""
    ids = ["controller", *(f"{name}-{part}" for name in world.nodes for part in _PARTS)]
    return collection(_PATH, "SoftwareInventory", "Firmware Inventory", [f"{_PATH}/{id_}" for id_ in ids])


def firmware(world: World, id_: str) -> Resource | None:
    """One piece of firmware, and what it runs on."""
    node, _, part = id_.rpartition("-")
    if id_ == "controller":
        return Resource(_body(world, id_, CONTROLLER, [ref("Managers", "controller")]))
    if node not in world.nodes or part not in _PARTS:
        return None
    related = [ref("Systems", node)]
    if part == "GPU":
        related = [ref("Systems", node, "Processors", f"GPU_{gpu.index}") for gpu in world.nodes[node].gpus]
    return Resource(_body(world, id_, _PARTS[part], related))


def _body(world: World, id_: str, version: str, related: list[Body]) -> Body:
    return {
        **head(f"{_PATH}/{id_}", "SoftwareInventory.v1_13_0.SoftwareInventory", id_, f"Firmware {id_}"),
        "Manufacturer": "megapod",
        "SoftwareId": stable_id(world.shape.seed, "firmware", id_).hex()[:8].upper(),
        "Version": version,
        "Updateable": False,
        "Status": status("OK"),
        "RelatedItem": [*related],
        "RelatedItem@odata.count": len(related),
    }
