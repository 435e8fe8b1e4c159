"""Chassis: the pod, its racks, and a tray for each node; and what their sensors say."""

from math import fsum

from backends.simulator.gpu import SimGpu
from backends.simulator.node import SimNode
from backends.simulator.redfish.resource import Body, Resource, Value, collection, head, ref, status, uri, worst
from backends.simulator.thermal import COOLANT_C
from backends.simulator.world import World, stable_id

_TRAY_W = 620.0
_STANDBY_W = 45.0
_RACK_UNITS_BELOW = 9


def chassis_collection(world: World) -> Resource:
    """The pod, then each rack with its trays."""
    names = [world.shape.pod]
    for rack, nodes in zip(world.shape.rack_names, world.racks, strict=True):
        names += [rack, *(tray_id(node) for node in nodes)]
    return collection(uri("Chassis"), "Chassis", "Chassis Collection", [uri("Chassis", name) for name in names])


def chassis(world: World, id_: str) -> Resource | None:
    """One chassis, by its id."""
    if id_ == world.shape.pod:
        return Resource(_pod(world))
    if id_ in world.shape.rack_names:
        return Resource(_rack(world, id_))
    node = tray_node(world, id_)
    return Resource(_tray(world, node)) if node else None


def environment(world: World, id_: str) -> Resource | None:
    """EnvironmentMetrics of one chassis."""
    nodes = _nodes_in(world, id_)
    if not nodes:
        return None
    racks = {world.shape.rack_names[node.rack - 1] for node in nodes}
    warmest_c = max(COOLANT_C + world.coolant_extra_c[rack] for rack in racks)
    body = head(
        uri("Chassis", id_, "EnvironmentMetrics"),
        "EnvironmentMetrics.v1_3_1.EnvironmentMetrics",
        "EnvironmentMetrics",
        f"Environment of {id_}",
    )
    body["TemperatureCelsius"] = {"Reading": round(warmest_c, 1)}
    body["PowerWatts"] = {"Reading": round(fsum(node_power_w(world, node) for node in nodes), 1)}
    return Resource(body)


def tray_id(node: SimNode) -> str:
    """The tray of a node: `austin-r1-t01`."""
    before, _, slot = node.name.rpartition("-n")
    return f"{before}-t{slot}"


def tray_node(world: World, id_: str) -> SimNode | None:
    """The node in a tray."""
    before, mark, slot = id_.rpartition("-t")
    return world.nodes.get(f"{before}-n{slot}") if mark else None


def node_power_w(world: World, node: SimNode) -> float:
    """What a tray draws: its GPUs and the rest of it, or only its controller."""
    if node.power == "Off":
        return _STANDBY_W
    return _TRAY_W + fsum(gpu.heat.power_w(world.now_s) for gpu in node.gpus if not gpu.lost)


def gpu_health(world: World, node: SimNode, gpu: SimGpu) -> str:
    """A GPU without power has nothing to complain of."""
    return "OK" if node.power == "Off" else gpu.health(world.now_s)


def node_health(world: World, node: SimNode) -> str:
    """The worst of its GPUs."""
    return worst([gpu_health(world, node, gpu) for gpu in node.gpus])


def _nodes_in(world: World, id_: str) -> list[SimNode]:
    if id_ == world.shape.pod:
        return list(world.nodes.values())
    if id_ in world.shape.rack_names:
        return list(world.racks[world.shape.rack_names.index(id_)])
    node = tray_node(world, id_)
    return [node] if node else []


def _pod(world: World) -> Body:
    name = world.shape.pod
    racks: list[Value] = [ref("Chassis", rack) for rack in world.shape.rack_names]
    body = _common(world, name, "Pod", "Simulated pod", "MP-2")
    body["Links"] = {"Contains": racks, "ManagedBy": [ref("Managers", "controller")]}
    return body


def _rack(world: World, name: str) -> Body:
    nodes = world.racks[world.shape.rack_names.index(name)]
    trays: list[Value] = [ref("Chassis", tray_id(node)) for node in nodes]
    body = _common(world, name, "Rack", "Liquid-cooled rack", "NVL72")
    body["Location"] = {"Placement": {"Row": "1", "Rack": name.rpartition("-")[2]}}
    body["Links"] = {
        "ContainedBy": ref("Chassis", world.shape.pod),
        "Contains": trays,
        "ManagedBy": [ref("Managers", "controller")],
    }
    return body


def _tray(world: World, node: SimNode) -> Body:
    rack = world.shape.rack_names[node.rack - 1]
    body = _common(world, tray_id(node), "Sled", "Compute tray", "GB300 compute tray")
    body["PowerState"] = node.power
    body["Location"] = {
        "Placement": {
            "Row": "1",
            "Rack": rack.rpartition("-")[2],
            "RackOffset": _RACK_UNITS_BELOW + node.slot,
            "RackOffsetUnits": "EIA_310",
        },
        "PartLocation": {
            "ServiceLabel": f"Slot {node.slot}",
            "LocationType": "Slot",
            "LocationOrdinalValue": node.slot,
            "Orientation": "BottomToTop",
        },
    }
    body["Links"] = {
        "ContainedBy": ref("Chassis", rack),
        "ComputerSystems": [ref("Systems", node.name)],
        "ManagedBy": [ref("Managers", "controller")],
    }
    return body


def _common(world: World, id_: str, type_: str, name: str, model: str) -> Body:
    health = worst([node_health(world, node) for node in _nodes_in(world, id_)])
    return {
        **head(uri("Chassis", id_), "Chassis.v1_25_1.Chassis", id_, f"{name} {id_}"),
        "ChassisType": type_,
        "Manufacturer": "megapod",
        "Model": model,
        "SerialNumber": stable_id(world.shape.seed, id_).hex()[:12].upper(),
        "PowerState": "On",
        "Status": {**status("OK"), "HealthRollup": health},
        "EnvironmentMetrics": ref("Chassis", id_, "EnvironmentMetrics"),
    }
