"""LeakDetection and its detectors (DSP0268 LeakDetection v1.2, LeakDetector v1.6)."""

from backends.simulator.redfish.plant.state import part_location, reading, state
from backends.simulator.redfish.resource import Resource, collection, head, ref, uri
from backends.simulator.world import World


def detection(world: World, place: str, name: str, within: str) -> Resource:
    """The leak detection at `place` (a path under the root) with one detector; `within` is what it rolls up."""
    origin = f"{place}/LeakDetectors/{name}"
    health = world.alarms.health(origin)
    return Resource(
        {
            **head(uri(place), "LeakDetection.v1_2_0.LeakDetection", "LeakDetection", f"Leak detection of {within}"),
            "Status": {"State": "Enabled", "Health": health, "HealthRollup": health},
            "LeakDetectors": ref(place, "LeakDetectors"),
            "LeakDetectorGroups": [
                {
                    "GroupName": name,
                    "HumidityPercent": reading(42.0),
                    "Detectors": [{"DataSourceUri": uri(origin), "DeviceName": name, "DetectorState": health}],
                    "Status": {"State": "Enabled", "Health": health},
                }
            ],
        }
    )


def detector_collection(place: str, name: str) -> Resource:
    """Its detectors."""
    path = uri(place, "LeakDetectors")
    return collection(path, "LeakDetector", "Leak detectors", [f"{path}/{name}"])


def detector(world: World, place: str, name: str) -> Resource:
    """One detector. A tray is switched off 30 s after its own has seen coolant; a unit only says so."""
    origin = f"{place}/LeakDetectors/{name}"
    tray = name == "tray"
    return Resource(
        {
            **head(uri(origin), "LeakDetector.v1_6_0.LeakDetector", name, f"Leak detector {name}"),
            "LeakDetectorType": "Moisture",
            "DetectorState": world.alarms.health(origin),
            "Enabled": True,
            "CriticalReactionType": "ForceOff" if tray else "None",
            "WarningReactionType": "None",
            "ReactionDelaySeconds": 30 if tray else 0,
            "PhysicalContext": "Chassis" if tray else "CoolingSubsystem",
            "Location": part_location("Drip pan" if tray else "Under the unit", 1, "Embedded"),
            "Status": state(world, origin),
        }
    )
