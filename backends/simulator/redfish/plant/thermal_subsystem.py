"""ThermalSubsystem of a chassis: its temperatures; of a tray also its fans and its leak detector."""

from backends.simulator.node import SimNode
from backends.simulator.redfish.plant.frame import Frame, frame
from backends.simulator.redfish.plant.leak import detection, detector, detector_collection
from backends.simulator.redfish.plant.state import identity, part_location, reading, state
from backends.simulator.redfish.resource import Body, Resource, Value, collection, head, ref, uri
from backends.simulator.world import World

FANS = 4
_PART = "ThermalSubsystem"


def thermal_subsystem(world: World, id_: str) -> Resource | None:
    """The subsystem of one chassis."""
    one = frame(world, id_)
    if one is None:
        return None
    body: Body = {
        **head(uri("Chassis", id_, _PART), "ThermalSubsystem.v1_5_0.ThermalSubsystem", _PART, f"Cooling of {id_}"),
        "Status": state(world, f"Chassis/{id_}/{_PART}", one.within if one.node else ""),
        "ThermalMetrics": ref("Chassis", id_, _PART, "ThermalMetrics"),
    }
    if one.node:
        fans: list[Value] = [ref("Chassis", id_, _PART, "Fans", str(number)) for number in range(1, FANS + 1)]
        body["Fans"] = ref("Chassis", id_, _PART, "Fans")
        body["LeakDetection"] = ref("Chassis", id_, _PART, "LeakDetection")
        body["FanRedundancy"] = [
            {
                "RedundancyType": "NPlusM",
                "MinNeededInGroup": FANS - 1,
                "MaxSupportedInGroup": FANS,
                "RedundancyGroup": fans,
                "Status": {"State": "Enabled", "Health": "OK"},
            }
        ]
    return Resource(body)


def thermal_metrics(world: World, id_: str) -> Resource | None:
    """Its temperatures."""
    one = frame(world, id_)
    if one is None:
        return None
    temp_c, source = one.temp_c(), f"Chassis/{id_}/Sensors/Temperature"
    path = uri("Chassis", id_, _PART, "ThermalMetrics")
    return Resource(
        {
            **head(path, "ThermalMetrics.v1_3_3.ThermalMetrics", "ThermalMetrics", f"Temperatures of {id_}"),
            "TemperatureSummaryCelsius": {"Ambient": reading(24.0), "Internal": reading(temp_c, source)},
            "TemperatureReadingsCelsius": [{**reading(temp_c, source), "DeviceName": f"{id_} inlet"}],
        }
    )


def fan_collection(world: World, id_: str) -> Resource | None:
    """The fans of a tray."""
    node = _tray(world, id_)
    if node is None:
        return None
    path = uri("Chassis", id_, _PART, "Fans")
    return collection(path, "Fan", f"Fans of {id_}", [f"{path}/{number}" for number in range(1, FANS + 1)])


def fan(world: World, id_: str, number: str) -> Resource | None:
    """One fan: faster with the load of its tray, still without power."""
    node = _tray(world, id_)
    if node is None or number not in map(str, range(1, FANS + 1)):
        return None
    origin = f"Chassis/{id_}/{_PART}/Fans/{number}"
    speed_pct = 35.0 + 25.0 * node.gpus_used / len(node.gpus) if node.powered else 0.0
    return Resource(
        {
            **head(uri(origin), "Fan.v1_6_0.Fan", number, f"Fan {number}"),
            **{key: value for key, value in identity(world, origin, "Tray fan").items() if key != "Version"},
            "SpeedPercent": reading(speed_pct),
            "HotPluggable": False,
            "PhysicalContext": "Chassis",
            "Location": part_location(f"Fan {number}", int(number), "Bay"),
            "Status": state(world, origin, word="Enabled" if node.powered else "StandbyOffline"),
        }
    )


def tray_leak_detection(world: World, id_: str) -> Resource | None:
    """LeakDetection of a tray."""
    one = frame(world, id_)
    return detection(world, _place(id_), "tray", one.within) if one and one.node else None


def tray_leak_detectors(world: World, id_: str) -> Resource | None:
    """The detectors of a tray: one, in its drip pan."""
    return detector_collection(_place(id_), "tray") if _tray(world, id_) else None


def tray_leak_detector(world: World, id_: str, name: str) -> Resource | None:
    """The detector of a tray."""
    node = _tray(world, id_)
    return detector(world, _place(id_), name, node.name) if node and name == "tray" else None


def _place(id_: str) -> str:
    return f"Chassis/{id_}/{_PART}/LeakDetection"


def _tray(world: World, id_: str) -> SimNode | None:
    one: Frame | None = frame(world, id_)
    return one.node if one else None
