"""ThermalEquipment: coolant distribution units with their pumps, filter, reservoir and connectors, and the loops."""

from backends.simulator.cooling import FWS_KG, FWS_KJ, TCS_KG, TCS_KJ, Cdu, Circuit
from backends.simulator.redfish.plant.leak import detection, detector, detector_collection
from backends.simulator.redfish.plant.state import VERSION, identity, part_location, reading, state
from backends.simulator.redfish.resource import Body, Resource, Value, collection, head, ref, uri
from backends.simulator.world import World

TCS: Body = {
    "CoolantType": "Water",
    "AdditiveName": "Propylene glycol",
    "AdditivePercent": 25,
    "DensityKgPerCubicMeter": TCS_KG,
    "SpecificHeatkJoulesPerKgK": TCS_KJ,
}
FWS: Body = {"CoolantType": "Water", "DensityKgPerCubicMeter": FWS_KG, "SpecificHeatkJoulesPerKgK": FWS_KJ}
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
            "Status": state(world, f"{_CDUS}/{name}", name),
            "Links": {"Chassis": [ref("Chassis", name)], "ManagedBy": [ref("Managers", "controller")]},
        }
    )


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
            "EnergykWh": reading(cdu.power_w() * world.now_s / 3.6e6, f"Chassis/{name}/Sensors/Energy", 4),
            "TemperatureCelsius": reading(24.0, f"Chassis/{name}/Sensors/Temperature"),
            "HumidityPercent": reading(42.0, f"Chassis/{name}/Sensors/Humidity"),
            "DewPointCelsius": reading(10.4),
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
    origin = f"{_CDUS}/{name}/{kind}/{id_}"
    schema = _PARTS[kind][0]
    version = {"Pump": "v1_2_0", "Filter": "v1_1_1", "Reservoir": "v1_0_2", "CoolantConnector": "v1_4_0"}[schema]
    body = {
        **head(uri(origin), f"{schema}.{version}.{schema}", id_, f"{schema} {id_} of {name}"),
        "Status": state(world, origin),
    }
    if schema == "CoolantConnector":
        return Resource({**body, **_connector(world, cdu, primary=kind.startswith("Primary"))})
    make = {"Pump": _pump, "Filter": _filter, "Reservoir": _reservoir}[schema]
    return Resource({**body, **make(world, cdu, id_)})


def _pump(world: World, cdu: Cdu, id_: str) -> Body:
    pump = next(each for each in cdu.pumps if each.name == id_)
    number = int(id_.removeprefix("pump"))
    return {
        **identity(world, f"{cdu.name}/{id_}", "CDU pump"),
        "PumpType": "Liquid",
        "PumpSpeedPercent": reading(pump.speed_pct(cdu.running)),
        "ServiceHours": pump.hours(world.now_s),
        "PhysicalContext": "CoolingSubsystem",
        "Location": part_location(f"Pump {number}", number, "Bay"),
    }


def _filter(world: World, cdu: Cdu, id_: str) -> Body:
    return {
        **identity(world, f"{cdu.name}/filter{id_}", "50 µm filter"),
        "ServicedDate": "2026-01-10T00:00:00Z",
        "ServiceHours": round(1_200 + world.now_s / 3_600, 1),
        "RatedServiceHours": 8_760,
        "Replaceable": True,
        "HotPluggable": False,
        "DeltaLiquidPressurekPa": reading(cdu.filter_kpa(world.now_s)),
        "Location": part_location("Filter 1", 1, "Bay"),
    }


def _reservoir(world: World, cdu: Cdu, id_: str) -> Body:
    return {
        "ReservoirType": "Reserve",
        "CapacityLiters": 60,
        "FluidLevelPercent": reading(cdu.level_pct(world.now_s), f"Chassis/{cdu.name}/Sensors/Level"),
        "FluidLevelStatus": world.alarms.health(f"{_CDUS}/{cdu.name}/Reservoirs/{id_}"),
        "Coolant": TCS,
        "Location": part_location("Reservoir 1", 1, "Embedded"),
    }


def _connector(world: World, cdu: Cdu, *, primary: bool) -> Body:
    """One side of the unit: what goes out, what comes back, and the heat between them."""
    side: Circuit = cdu.primary(world.now_s) if primary else cdu.secondary(world.now_s)
    sensors = "" if primary else f"Chassis/{cdu.name}/Sensors/"
    kj, kg = (FWS_KJ, FWS_KG) if primary else (TCS_KJ, TCS_KG)

    def read(value: float, name: str, digits: int = 2) -> Body:
        return reading(value, f"{sensors}{name}" if sensors and name else "", digits)

    racks: list[Value] = [ref("Chassis", world.shape.rack_names[rack - 1]) for rack in cdu.racks]
    loop = f"{world.shape.pod}-fws" if primary else f"{cdu.name}-tcs"
    links: Body = {"ConnectedCoolingLoop": ref("ThermalEquipment", "CoolingLoops", loop)}
    if not primary:
        links["ConnectedChassis"] = racks
    return {
        "CoolantConnectorType": "Pair",
        "CoolingLoopName": loop,
        "Coolant": FWS if primary else TCS,
        "RatedFlowLitersPerMinute": round(cdu.rated_w * 60 / (kj * kg * 10), 1),
        "FlowLitersPerMinute": read(side.flow_lpm, "Flow"),
        "SupplyTemperatureCelsius": read(side.supply_c, "SupplyTemperature"),
        "ReturnTemperatureCelsius": read(side.return_c, "ReturnTemperature"),
        "DeltaTemperatureCelsius": read(side.return_c - side.supply_c, ""),
        "SupplyPressurekPa": read(side.supply_kpa, "SupplyPressure"),
        "ReturnPressurekPa": read(side.return_kpa, "ReturnPressure"),
        "DeltaPressurekPa": read(side.supply_kpa - side.return_kpa, ""),
        "HeatRemovedkW": read(side.heat_kw, "Heat", 3),
        "Links": links,
    }


def unit_leak_detection(world: World, name: str) -> Resource | None:
    """LeakDetection of a unit."""
    return detection(world, _leaks(name), "base", name) if name in world.plant.cdus else None


def unit_leak_detectors(world: World, name: str) -> Resource | None:
    """The detectors of a unit: one, in its base."""
    return detector_collection(_leaks(name), "base") if name in world.plant.cdus else None


def unit_leak_detector(world: World, name: str, id_: str) -> Resource | None:
    """The detector of a unit."""
    return detector(world, _leaks(name), id_) if name in world.plant.cdus and id_ == "base" else None


def _leaks(name: str) -> str:
    return f"{_CDUS}/{name}/LeakDetection"
