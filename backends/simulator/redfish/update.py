"""The update service: which firmware and software runs where. It takes no image: the pod's firmware never changes."""

from backends.simulator.redfish.errors import Refused
from backends.simulator.redfish.resource import Body, Resource, collection, head, ref, status, uri
from backends.simulator.world import World, stable_id

CONTROLLER = "0.1.0"
GPU_FIRMWARE = "97.10.3a.00.05"
BIOS = "2.11.4"
PUSH = uri("UpdateService", "update")
_FIRMWARE = uri("UpdateService", "FirmwareInventory")
_SOFTWARE = uri("UpdateService", "SoftwareInventory")
_PARTS = {"BMC": "25.06-2", "BIOS": BIOS, "GPU": GPU_FIRMWARE}
_OS = {"OS": "12.10", "GPU-driver": "580.82.07"}


def service(_world: World) -> Resource:
    """The update service. It is disabled, and an image that is pushed is refused with 503."""
    return Resource(
        {
            **head(uri("UpdateService"), "UpdateService.v1_16_0.UpdateService", "UpdateService", "Update Service"),
            "ServiceEnabled": False,
            "Status": {"State": "Disabled", "Health": "OK"},
            "HttpPushUri": PUSH,
            "HttpPushUriOptions": {"HttpPushUriApplyTime": {"ApplyTime": "OnReset"}},
            "FirmwareInventory": ref("UpdateService", "FirmwareInventory"),
            "SoftwareInventory": ref("UpdateService", "SoftwareInventory"),
        }
    )


def push_refused(method: str) -> Refused:
    """What becomes of a request to the push URI: it takes images alone, and none while the service is disabled."""
    if method != "POST":
        return Refused(405, "OperationNotAllowed", headers={"Allow": "POST"})
    return Refused(503, "ServiceDisabled", uri("UpdateService"))


def inventory(world: World) -> Resource:
    """The controller's firmware, and each node's."""
    ids = ["controller", *(f"{name}-{part}" for name in world.nodes for part in _PARTS)]
    return collection(_FIRMWARE, "SoftwareInventory", "Firmware Inventory", [f"{_FIRMWARE}/{id_}" for id_ in ids])


def software_inventory(world: World) -> Resource:
    """What the nodes have installed: their system, and the driver of their GPUs."""
    ids = [f"{name}-{part}" for name in world.nodes for part in _OS]
    return collection(_SOFTWARE, "SoftwareInventory", "Software Inventory", [f"{_SOFTWARE}/{id_}" for id_ in ids])


def firmware(world: World, id_: str) -> Resource | None:
    """One piece of firmware, and what it runs on."""
    node, _, part = id_.rpartition("-")
    if id_ == "controller":
        return Resource(_body(world, f"{_FIRMWARE}/{id_}", CONTROLLER, [ref("Managers", "controller")]))
    if node not in world.nodes or part not in _PARTS:
        return None
    related = [ref("Systems", node)]
    if part == "GPU":
        related = [ref("Systems", node, "Processors", f"GPU_{gpu.index}") for gpu in world.nodes[node].gpus]
    return Resource(_body(world, f"{_FIRMWARE}/{id_}", _PARTS[part], related))


def software(world: World, id_: str) -> Resource | None:
    """One piece of software, and the node it runs on."""
    part = next((name for name in _OS if id_.endswith(f"-{name}")), "")
    node = id_.removesuffix(f"-{part}")
    if not part or node not in world.nodes:
        return None
    return Resource(_body(world, f"{_SOFTWARE}/{id_}", _OS[part], [ref("Systems", node)]))


def _body(world: World, path: str, version: str, related: list[Body]) -> Body:
    kind, id_ = path.split("/")[-2:]
    return {
        **head(path, "SoftwareInventory.v1_13_0.SoftwareInventory", id_, f"{kind.removesuffix('Inventory')} {id_}"),
        "Manufacturer": "megapod",
        "SoftwareId": stable_id(world.shape.seed, kind, id_).hex()[:8].upper(),
        "Version": version,
        "Updateable": False,
        "WriteProtected": True,
        "Status": status("OK"),
        "RelatedItem": [*related],
        "RelatedItem@odata.count": len(related),
    }
