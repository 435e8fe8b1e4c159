"""ComputerSystems: one a node, with its reset."""

import uuid

from backends.simulator.boot import progress
from backends.simulator.node import MEMORY_MB, SimNode
from backends.simulator.power import Reset
from backends.simulator.redfish.boot_override import boot, boot_writes
from backends.simulator.redfish.chassis import node_health, tray_id, tray_sku
from backends.simulator.redfish.errors import Refused
from backends.simulator.redfish.plant.pcie import device_path
from backends.simulator.redfish.plant.state import identity, state
from backends.simulator.redfish.resource import (
    Action,
    Body,
    Outcome,
    Parameter,
    Resource,
    collection,
    head,
    ref,
    uri,
)
from backends.simulator.redfish.update import BIOS
from backends.simulator.world import World, stable_id

_MODEL = "GB300 compute tray"
_STATE = {"On": "Enabled", "PoweringOn": "Starting", "PoweringOff": "Enabled", "Off": "StandbyOffline"}


def system_collection(world: World) -> Resource:
    """Every node."""
    members = [uri("Systems", name) for name in world.nodes]
    return collection(uri("Systems"), "ComputerSystem", "Computer System Collection", members)


def system(world: World, id_: str) -> Resource | None:
    """One node, by its name."""
    node = world.nodes.get(id_)
    if node is None:
        return None

    def reset(asked: Body) -> Outcome:
        if not world.power.reset(node, Reset(str(asked["ResetType"]))):
            raise Refused(409, "ResourceInStandby")
        return Outcome()

    kinds = Parameter(required=True, allowed=tuple(Reset))
    return Resource(
        _body(world, node),
        writes=boot_writes(node.order),
        actions={"ComputerSystem.Reset": Action(run=reset, parameters={"ResetType": kinds})},
    )


def _body(world: World, node: SimNode) -> Body:
    health = node_health(world, node)
    seed = stable_id(world.shape.seed, node.name, "system")
    target = uri("Systems", node.name, "Actions", "ComputerSystem.Reset")
    since_s, stage = progress(node, world.now_s)
    return {
        **head(uri("Systems", node.name), "ComputerSystem.v1_23_1.ComputerSystem", node.name, f"Node {node.name}"),
        "SystemType": "Physical",
        "HostName": node.name,
        "Manufacturer": "megapod",
        "Model": _MODEL,
        "PartNumber": identity(world, node.tray, _MODEL)["PartNumber"],
        "SKU": tray_sku(node),
        "BiosVersion": BIOS,
        "SerialNumber": seed.hex()[:12].upper(),
        "UUID": str(uuid.UUID(bytes=seed, version=5)),
        "AssetTag": "",
        "LocationIndicatorActive": False,
        "PowerState": node.power,
        "Status": {**state(world, f"Systems/{node.name}", node.name, _STATE[node.power]), "Health": health},
        "Boot": boot(node.order),
        "BootProgress": {"LastState": stage, "LastStateTime": world.wall(since_s).isoformat()},
        "LastResetTime": world.wall(node.began_s).isoformat(),
        "ProcessorSummary": {"Count": 2, "Model": "NVIDIA Grace", "CoreCount": 144},
        "MemorySummary": {"TotalSystemMemoryGiB": round(MEMORY_MB / 1024, 1)},
        "Processors": ref("Systems", node.name, "Processors"),
        "Memory": ref("Systems", node.name, "Memory"),
        "VirtualMedia": ref("Systems", node.name, "VirtualMedia"),
        "LogServices": ref("Systems", node.name, "LogServices"),
        "PCIeDevices": [ref(device_path(node, gpu)) for gpu in node.gpus],
        "Links": {"Chassis": [ref("Chassis", tray_id(node))], "ManagedBy": [ref("Managers", "controller")]},
        "Actions": {
            "#ComputerSystem.Reset": {
                "target": target,
                "ResetType@Redfish.AllowableValues": [kind.value for kind in Reset],
            }
        },
    }
