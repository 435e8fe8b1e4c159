"""LeakDetection and its detectors (DSP0268 LeakDetection v1.2, LeakDetector v1.6)."""

from backends.simulator.leak import LONGEST_DELAY_S, NO_REACTION, REACTIONS, LeakDetector
from backends.simulator.redfish.offers import switch, whole, word
from backends.simulator.redfish.plant.state import part_location, reading, state
from backends.simulator.redfish.resource import Resource, Write, collection, head, ref, uri
from backends.simulator.world import World


def detection(world: World, place: str, name: str, within: str) -> Resource:
    """The leak detection at `place` (a path under the root) with one detector; `within` is what it rolls up."""
    origin = f"{place}/LeakDetectors/{name}"
    health = world.alarms.health(origin)
    found = health if world.plant.leaks.detectors[within].enabled else "Unavailable"
    return Resource(
        {
            **head(uri(place), "LeakDetection.v1_2_0.LeakDetection", "LeakDetection", f"Leak detection of {within}"),
            "Status": {"State": "Enabled", "Health": health, "HealthRollup": health},
            "LeakDetectors": ref(place, "LeakDetectors"),
            "LeakDetectorGroups": [
                {
                    "GroupName": name,
                    "HumidityPercent": reading(42.0),
                    "Detectors": [{"DataSourceUri": uri(origin), "DeviceName": name, "DetectorState": found}],
                    "Status": {"State": "Enabled", "Health": health},
                }
            ],
        }
    )


def detector_collection(place: str, name: str) -> Resource:
    """Its detectors."""
    path = uri(place, "LeakDetectors")
    return collection(path, "LeakDetector", "Leak detectors", [f"{path}/{name}"])


def detector(world: World, place: str, name: str, within: str) -> Resource:
    """One detector of the tray of a node, or of a unit, and what it does of itself some time after it sees coolant.

    As it comes, a tray is switched off after 30 s, and a unit only says so. It is dry or wet, and never warns.
    """
    origin = f"{place}/LeakDetectors/{name}"
    tray, one = name == "tray", world.plant.leaks.detectors[within]
    return Resource(
        {
            **head(uri(origin), "LeakDetector.v1_6_0.LeakDetector", name, f"Leak detector {name}"),
            "LeakDetectorType": "Moisture",
            "DetectorState": world.alarms.health(origin) if one.enabled else "Unavailable",
            "Enabled": one.enabled,
            "CriticalReactionType": one.reaction,
            "WarningReactionType": NO_REACTION,
            "ReactionDelaySeconds": one.delay_s,
            "PhysicalContext": "Chassis" if tray else "CoolingSubsystem",
            "Location": part_location("Drip pan" if tray else "Under the unit", 1, "Embedded"),
            "Status": state(world, origin, word="Enabled" if one.enabled else "Disabled"),
        },
        writes=_writes(world, one),
    )


def _writes(world: World, one: LeakDetector) -> dict[str, Write]:
    leaks = world.plant.leaks

    def enable(on: bool) -> None:  # noqa: FBT001 - what a Write applies is its one argument
        one.enabled = on
        leaks.look(one)

    def react(reaction: str) -> None:
        one.reaction = reaction
        leaks.look(one)

    def wait(seconds: int) -> None:
        one.delay_s = seconds
        leaks.look(one)

    return {
        "Enabled": switch(enable),
        "CriticalReactionType": word(REACTIONS, react),
        "ReactionDelaySeconds": whole(0, LONGEST_DELAY_S, wait),
    }
