"""Chassis: the pod, its racks, trays, switch trays, shelves, PDUs and units; and what their sensors say."""

from backends.simulator.gpu import SimGpu
from backends.simulator.node import STANDBY_W, TRAY_W, SimNode
from backends.simulator.plant import gpu_origin
from backends.simulator.redfish.plant.frame import Frame, frame, frame_ids, rack_contents
from backends.simulator.redfish.plant.metering import chassis_energy
from backends.simulator.redfish.plant.state import (
    VERSION,
    identifier,
    identity,
    part_location,
    placement,
    reading,
    state,
)
from backends.simulator.redfish.resource import Body, Resource, Value, collection, head, ref, uri
from backends.simulator.strikes import tray_name
from backends.simulator.thermal import BUSY_W, RIPPLE
from backends.simulator.world import World


def chassis_collection(world: World) -> Resource:
    """The pod and its units, then each rack with what is in it."""
    return collection(
        uri("Chassis"), "Chassis", "Chassis Collection", [uri("Chassis", name) for name in frame_ids(world)]
    )


def chassis(world: World, id_: str) -> Resource | None:
    """One chassis, by its id."""
    one = frame(world, id_)
    if one is None:
        return None
    body: Body = {
        **head(uri("Chassis", id_), "Chassis.v1_28_0.Chassis", id_, one.title),
        **identity(world, id_, one.model),
        "ChassisType": one.kind,
        "UUID": identifier(world, id_),
        "Version": VERSION,
        "PowerState": one.node.power if one.node else "On",
        "Status": state(world, f"Chassis/{id_}", one.within),
        "Location": {**placement(one.rack, one.unit), **(part_location(_slot(one), one.slot) if one.slot else {})},
        "Sensors": ref("Chassis", id_, "Sensors"),
        "EnvironmentMetrics": ref("Chassis", id_, "EnvironmentMetrics"),
        "ThermalSubsystem": ref("Chassis", id_, "ThermalSubsystem"),
        "PowerSubsystem": ref("Chassis", id_, "PowerSubsystem"),
        "Links": _links(world, one),
    }
    if one.node:
        body |= _tray(id_, one.node)
    if one.kind == "Pod":
        body["MaxPowerWatts"] = round(world.plant.normal_budget_w)
    return Resource(body)


def environment(world: World, id_: str) -> Resource | None:
    """EnvironmentMetrics of one chassis; the pod's carry its power budget."""
    one = frame(world, id_)
    if one is None:
        return None
    watts = one.power_w()
    body = head(
        uri("Chassis", id_, "EnvironmentMetrics"),
        "EnvironmentMetrics.v1_6_0.EnvironmentMetrics",
        "EnvironmentMetrics",
        f"Environment of {id_}",
    )
    body["TemperatureCelsius"] = reading(one.temp_c(), f"Chassis/{id_}/Sensors/Temperature")
    body["PowerWatts"] = reading(watts, f"Chassis/{id_}/Sensors/Power")
    body["EnergykWh"] = chassis_energy(world, one)
    if one.kind == "Pod":
        budget_w = world.plant.budget_w
        body["PowerLimitWatts"] = {
            "SetPoint": round(budget_w, 1),
            "AllowableMin": 0,
            "AllowableMax": round(world.plant.normal_budget_w, 1),
            "ControlMode": "Manual",
        }
        body["PowerLoadPercent"] = reading(100 * watts / budget_w)
    return Resource(body)


def tray_id(node: SimNode) -> str:
    """The tray of a node: `austin-r1-t01`."""
    return tray_name(node)


def tray_sku(node: SimNode) -> str:
    """What it is ordered by."""
    return f"GB300-{len(node.gpus)}G"


def gpu_health(world: World, node: SimNode, gpu: SimGpu) -> str:
    """A GPU is as healthy as its alarms."""
    return world.alarms.health(gpu_origin(node, gpu))


def node_health(world: World, node: SimNode) -> str:
    """The worst of what is in its tray."""
    return world.alarms.rollup(node.name)


def _tray(id_: str, node: SimNode) -> Body:
    """What only a tray has: boards, PCIe devices, and the bounds of what it can draw."""
    return {
        "SKU": tray_sku(node),
        "MinPowerWatts": round(STANDBY_W),
        "MaxPowerWatts": round(TRAY_W + len(node.gpus) * BUSY_W * (1 + RIPPLE)),
        "Assembly": ref("Chassis", id_, "Assembly"),
        "PCIeDevices": ref("Chassis", id_, "PCIeDevices"),
    }


def _slot(one: Frame) -> str:
    return f"Slot {one.slot}" if one.kind == "Sled" else f"{one.title.rpartition(' ')[0]} {one.slot}"


def _links(world: World, one: Frame) -> Body:
    plant = world.plant
    contains: list[str] = []
    if one.kind == "Pod":
        contains = [*world.shape.rack_names, *plant.cdus]
    elif one.kind == "Rack":
        contains = rack_contents(world, one.rack_number)
    units: list[Value] = [ref("ThermalEquipment", "CDUs", one.id)] if one.id in plant.cdus else []
    links: Body = {
        "ManagedBy": [ref("Managers", "controller")],
        "CoolingUnits": units,
        "ComputerSystems": [ref("Systems", one.node.name)] if one.node else [],
    }
    within = one.id if one.id in plant.pdus or one.kind != "Rack" else plant.pdu_of(one.rack_number).name
    kind = "PowerShelves" if within in plant.shelves else "RackPDUs"
    distributes = within in plant.shelves or within in plant.pdus
    links["PowerDistribution"] = ref("PowerEquipment", kind, within) if distributes else None
    if contains:
        links["Contains"] = [ref("Chassis", name) for name in contains]
    if one.parent:
        links["ContainedBy"] = ref("Chassis", one.parent)
    if one.node:
        links["Processors"] = [ref("Systems", one.node.name, "Processors", f"GPU_{gpu.index}") for gpu in one.node.gpus]
    if one.id in plant.switches:
        rack = world.shape.rack_names[one.rack_number - 1]
        links["Switches"] = [ref("Fabrics", f"{rack}-nvlink", "Switches", one.id)]
    return links
