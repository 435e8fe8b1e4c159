"""ComputerSystems: one a node, with its reset."""

import uuid

from backends.simulator.node import MEMORY_MB, SimNode
from backends.simulator.power import Reset
from backends.simulator.redfish.chassis import node_health, tray_id
from backends.simulator.redfish.errors import Refused
from backends.simulator.redfish.resource import (
    Action,
    Body,
    Outcome,
    Parameter,
    Resource,
    collection,
    head,
    ref,
    status,
    uri,
)
from backends.simulator.redfish.settings import BOOT_TARGETS
from backends.simulator.world import World, stable_id

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
        _body(world, node), actions={"ComputerSystem.Reset": Action(run=reset, parameters={"ResetType": kinds})}
    )


def _body(world: World, node: SimNode) -> Body:
    health = node_health(world, node)
    seed = stable_id(world.shape.seed, node.name, "system")
    target = uri("Systems", node.name, "Actions", "ComputerSystem.Reset")
    booting = node.power == "On" and not node.slurmd
    return {
        **head(uri("Systems", node.name), "ComputerSystem.v1_23_1.ComputerSystem", node.name, f"Node {node.name}"),
        "SystemType": "Physical",
        "HostName": node.name,
        "Manufacturer": "megapod",
        "Model": "GB300 compute tray",
        "SerialNumber": seed.hex()[:12].upper(),
        "UUID": str(uuid.UUID(bytes=seed, version=5)),
        "AssetTag": "",
        "LocationIndicatorActive": False,
        "PowerState": node.power,
        "Status": {**status(health, _STATE[node.power]), "Health": health},
        "Boot": {
            "BootSourceOverrideEnabled": "Disabled",
            "BootSourceOverrideMode": "UEFI",
            "BootSourceOverrideTarget": "None",
            "BootSourceOverrideTarget@Redfish.AllowableValues": BOOT_TARGETS,
        },
        "BootProgress": {"LastState": _progress(node, booting=booting)},
        "ProcessorSummary": {"Count": 2, "Model": "NVIDIA Grace", "CoreCount": 144},
        "MemorySummary": {"TotalSystemMemoryGiB": round(MEMORY_MB / 1024, 1)},
        "Processors": ref("Systems", node.name, "Processors"),
        "Memory": ref("Systems", node.name, "Memory"),
        "VirtualMedia": ref("Systems", node.name, "VirtualMedia"),
        "Links": {"Chassis": [ref("Chassis", tray_id(node))], "ManagedBy": [ref("Managers", "controller")]},
        "Actions": {
            "#ComputerSystem.Reset": {
                "target": target,
                "ResetType@Redfish.AllowableValues": [kind.value for kind in Reset],
            }
        },
    }


def _progress(node: SimNode, *, booting: bool) -> str:
    if node.power != "On":
        return "None"
    return "OSBootStarted" if booting else "OSRunning"
