"""ThermalEquipment: coolant distribution units with their pumps, filter, reservoir and connectors, and the loops."""

from backends.simulator.cooling import Cdu
from backends.simulator.redfish.offers import actions_body
from backends.simulator.redfish.plant import cdu_parts
from backends.simulator.redfish.plant.coolant import DEW_POINT_C, TCS, connector
from backends.simulator.redfish.plant.leak import detection, detector, detector_collection
from backends.simulator.redfish.plant.metering import energy
from backends.simulator.redfish.plant.state import VERSION, identity, part_location, reading, state
from backends.simulator.redfish.resource import (
    Action,
    Body,
    Outcome,
    Parameter,
    Resource,
    Value,
    collection,
    head,
    ref,
    uri,
)
from backends.simulator.world import World

_CDUS = "ThermalEquipment/CDUs"
_PARTS = {
    "Pumps": ("Pump", ("pump1", "pump2")),
    "Filters": ("Filter", ("1",)),
    "Reservoirs": ("Reservoir", ("1",)),
    "PrimaryCoolantConnectors": ("CoolantConnector", ("1",)),
    "SecondaryCoolantConnectors": ("CoolantConnector", ("1",)),
}


def thermal_equipment(world: World) -> Resource:
    """The units and loops of the pod."""
    return Resource(
        {
            **head(uri("ThermalEquipment"), "ThermalEquipment.v1_2_0.ThermalEquipment", "ThermalEquipment", "Cooling"),
            "CDUs": ref("ThermalEquipment", "CDUs"),
            "CoolingLoops": ref("ThermalEquipment", "CoolingLoops"),
            "Status": state(world, "ThermalEquipment", world.shape.pod),
        }
    )


def unit_collection(world: World) -> Resource:
    """The units."""
    return collection(uri(_CDUS), "CoolingUnit", "CDUs", [uri(_CDUS, name) for name in world.plant.cdus])


def unit(world: World, name: str) -> Resource | None:
    """One unit."""
    cdu = world.plant.cdus.get(name)
    if cdu is None:
        return None
    pumps: list[Value] = [ref(_CDUS, name, "Pumps", pump.name) for pump in cdu.pumps]
    health = "OK" if cdu.running == len(cdu.pumps) else "Warning" if cdu.running else "Critical"
    links: dict[str, Value] = {part: ref(_CDUS, name, part) for part in _PARTS}
    actions = {"CoolingUnit.SetMode": _mode(cdu)}
    return Resource(
        {
            **head(uri(_CDUS, name), "CoolingUnit.v1_5_0.CoolingUnit", name, f"Coolant distribution unit {name}"),
            **identity(world, name, "CDU-1350"),
            "EquipmentType": "CDU",
            "Version": VERSION,
            "FirmwareVersion": VERSION,
            "ProductionDate": "2025-06-01T00:00:00Z",
            "CoolingCapacityWatts": round(cdu.rated_w),
            "Coolant": TCS,
            "Location": {"Placement": {"Row": "1"}, **part_location(name, 1, "Embedded")},
            "PumpRedundancy": [
                {
                    "RedundancyType": "NPlusM",
                    "MinNeededInGroup": 1,
                    "MaxSupportedInGroup": len(pumps),
                    "RedundancyGroup": pumps,
                    "Status": {"State": "Enabled", "Health": health},
                }
            ],
            **links,
            "LeakDetection": ref(_CDUS, name, "LeakDetection"),
            "EnvironmentMetrics": ref(_CDUS, name, "EnvironmentMetrics"),
            "Status": state(world, f"{_CDUS}/{name}", name, "Enabled" if cdu.enabled else "Disabled"),
            "Links": {"Chassis": [ref("Chassis", name)], "ManagedBy": [ref("Managers", "controller")]},
            **actions_body(uri(_CDUS, name), actions),
        },
        actions=actions,
    )


def _mode(cdu: Cdu) -> Action:
    """Start or stop the unit: without it, its racks lose their flow."""

    def run(asked: Body) -> Outcome:
        cdu.enable(on=asked["Mode"] == cdu_parts.MODES[0])
        return Outcome()

    return Action(run=run, parameters={"Mode": Parameter(required=True, allowed=cdu_parts.MODES)})


def unit_environment(world: World, name: str) -> Resource | None:
    """What the unit itself draws, and the air around it."""
    cdu = world.plant.cdus.get(name)
    if cdu is None:
        return None
    path, kind = uri(_CDUS, name, "EnvironmentMetrics"), "EnvironmentMetrics"
    return Resource(
        {
            **head(path, f"{kind}.v1_6_0.{kind}", kind, f"Environment of {name}"),
            "PowerWatts": reading(cdu.power_w(), f"Chassis/{name}/Sensors/Power"),
            "EnergykWh": energy(world, name, cdu.energy_j(world.now_s), f"Chassis/{name}/Sensors/Energy"),
            "TemperatureCelsius": reading(24.0, f"Chassis/{name}/Sensors/Temperature"),
            "HumidityPercent": reading(42.0, f"Chassis/{name}/Sensors/Humidity"),
            "DewPointCelsius": reading(DEW_POINT_C),
        }
    )


def part_collection(world: World, name: str, part: str) -> Resource | None:
    """Pumps, filters, reservoirs or connectors of a unit."""
    if name not in world.plant.cdus or part not in _PARTS:
        return None
    kind, members = _PARTS[part]
    path = uri(_CDUS, name, part)
    return collection(path, kind, f"{part} of {name}", [f"{path}/{id_}" for id_ in members])


def part(world: World, name: str, kind: str, id_: str) -> Resource | None:
    """One part of a unit."""
    cdu = world.plant.cdus.get(name)
    if cdu is None or kind not in _PARTS or id_ not in _PARTS[kind][1]:
        return None
    place, schema = f"{_CDUS}/{name}/{kind}/{id_}", _PARTS[kind][0]
    if schema != "CoolantConnector":
        make = {"Pump": cdu_parts.pump, "Filter": cdu_parts.filter_of, "Reservoir": cdu_parts.reservoir}[schema]
        return make(world, cdu, place, id_)
    body, writes = connector(world, cdu, primary=kind.startswith("Primary"))
    own = head(uri(place), "CoolantConnector.v1_4_0.CoolantConnector", id_, f"{schema} {id_} of {name}")
    return Resource({**own, **body, "Status": state(world, place)}, writes=writes)


def unit_leak_detection(world: World, name: str) -> Resource | None:
    """LeakDetection of a unit."""
    return detection(world, _leaks(name), "base", name) if name in world.plant.cdus else None


def unit_leak_detectors(world: World, name: str) -> Resource | None:
    """The detectors of a unit: one, in its base."""
    return detector_collection(_leaks(name), "base") if name in world.plant.cdus else None


def unit_leak_detector(world: World, name: str, id_: str) -> Resource | None:
    """The detector of a unit."""
    return detector(world, _leaks(name), id_, name) if name in world.plant.cdus and id_ == "base" else None


def _leaks(name: str) -> str:
    return f"{_CDUS}/{name}/LeakDetection"
