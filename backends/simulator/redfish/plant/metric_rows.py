"""What goes into each MetricReport: properties of resources, by pattern, copied from the resources themselves.

A report never computes anything: it reads the same bodies that a client would, so the two cannot disagree. What a
resource gives as null is not in the report, and a list is told by its items: an empty one by none, which for
`ThrottleCauses` a `Throttled` of false says as well (DSP0268 Processor v1.16).
"""

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from backends.simulator.redfish.resource import Resource, Value, uri
from backends.simulator.world import World

Find = Callable[[World, str], Resource | None]
Row = tuple[str, str]
_STATUS = ("Status/State", "Status/Health", "Status/HealthRollup")
_READINGS = ("*/Reading",)
_GROUPS = ("*Redundancy/*/MinNeededInGroup", *(f"*Redundancy/*/{word}" for word in _STATUS))
_LEAKS = (*_STATUS, "LeakDetectorGroups/*/Detectors/*/DetectorState", "LeakDetectorGroups/*/Status/Health")
_LINE = (*_STATUS, "PowerState", "BreakerState", *_READINGS, "PolyPhase*/*/Reading")
_PORT = ("LinkStatus", "LinkState")
_GPUS = "Systems/*/Processors/GPU*"
_CDUS = "ThermalEquipment/CDUs/*"
_LIMIT = ("PowerLimitWatts/SetPoint", "PowerLimitWatts/ControlMode")
_SUPPLIES = "PowerSubsystem/PowerSupplies/*"

FAMILIES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "GpuMetrics": (
        (_GPUS, (*_STATUS, "Throttled", "ThrottleCauses/*")),
        (f"{_GPUS}/EnvironmentMetrics", _READINGS),
        (
            f"{_GPUS}/ProcessorMetrics",
            ("BandwidthPercent", "OperatingSpeedMHz", "CacheMetricsTotal/LifeTime/*ECCErrorCount"),
        ),
    ),
    "GpuErrors": (("Systems/*/Memory/*/MemoryMetrics", ("LifeTime/*ECCErrorCount",)),),
    "GpuSettings": ((f"{_GPUS}/EnvironmentMetrics", _LIMIT),),
    "Frames": (
        ("Chassis/*", _STATUS),
        ("Chassis/*/EnvironmentMetrics", (*_READINGS, *_LIMIT)),
    ),
    "FrameCooling": (
        ("Chassis/*/ThermalSubsystem", (*_STATUS, *_GROUPS)),
        ("Chassis/*/ThermalSubsystem/Fans/*", (*_STATUS, *_READINGS)),
        ("Chassis/*/ThermalSubsystem/LeakDetection", _LEAKS),
    ),
    "Coolant": (
        (_CDUS, (*_STATUS, *_GROUPS)),
        (f"{_CDUS}/EnvironmentMetrics", _READINGS),
        (f"{_CDUS}/Pumps/*", (*_STATUS, *_READINGS, "ServiceHours")),
        (f"{_CDUS}/Filters/*", (*_STATUS, *_READINGS, "ServiceHours")),
        (f"{_CDUS}/Reservoirs/*", (*_STATUS, *_READINGS, "FluidLevelStatus")),
        (f"{_CDUS}/PrimaryCoolantConnectors/*", (*_STATUS, *_READINGS)),
        (f"{_CDUS}/SecondaryCoolantConnectors/*", (*_STATUS, *_READINGS)),
        (f"{_CDUS}/LeakDetection", _LEAKS),
        ("ThermalEquipment/CoolingLoops/*", (*_STATUS, *_READINGS, "CoolantLevelStatus", "CoolantQuality")),
    ),
    "PowerPlant": (
        *(
            row
            for place in ("PowerEquipment/PowerShelves/*", "PowerEquipment/RackPDUs/*")
            for row in (
                (place, (*_STATUS, "PowerState", *_GROUPS)),
                (f"{place}/Metrics", _READINGS),
                (f"{place}/Mains/*", _LINE),
                (f"{place}/Branches/*", _LINE),
                (f"{place}/Outlets/*", _LINE),
            )
        ),
        ("Chassis/*/PowerSubsystem", (*_STATUS, *_GROUPS)),
        (f"Chassis/*/{_SUPPLIES}", (*_STATUS, "LineInputStatus")),
        (f"Chassis/*/{_SUPPLIES}/Metrics", (*_STATUS, *_READINGS)),
    ),
    "Fabrics": (
        ("Fabrics/*", _STATUS),
        ("Fabrics/*/Switches/*", (*_STATUS, "PowerState")),
    ),
    "NvLinks": ((f"{_GPUS}/Ports/*", _PORT), ("Fabrics/*/Switches/*/Ports/*", _PORT)),
}


def rows(world: World, name: str, find: Find) -> Iterator[Row]:
    """The property and the value of every row of one report, each property once."""
    told: set[str] = set()
    for pattern, pointers in FAMILIES[name]:
        for path in _places(world, pattern, find):
            found = find(world, path)
            if found is None or path in told:
                continue
            told.add(path)
            for pointer in pointers:
                for at, value in _values(found.body, pointer.split("/")):
                    yield f"{path}#/{at}", value


def _places(world: World, pattern: str, find: Find) -> list[str]:
    """The paths of a pattern: a step with a star stands for the members of the collection before it."""
    places = [uri()]
    for step in pattern.split("/"):
        if "*" not in step:
            places = [f"{place.rstrip('/')}/{step}" for place in places]
            continue
        places = [
            member
            for place in places
            for member in _members(find(world, place))
            if fnmatchcase(member.rpartition("/")[2], step)
        ]
    return places


def _members(collection: Resource | None) -> list[str]:
    members = collection.body.get("Members") if collection else None
    if not isinstance(members, list):
        return []
    return [str(member["@odata.id"]) for member in members if isinstance(member, dict)]


def _values(value: Value, steps: list[str], at: str = "") -> Iterator[Row]:
    """Every scalar a pointer leads to, written as JSON would; a star stands for any name, and each place of a list."""
    if not steps:
        if value is not None and not isinstance(value, dict | list):
            yield at, str(value).lower() if isinstance(value, bool) else str(value)
        return
    first, *rest = steps
    for name, inner in _inside(value, first):
        yield from _values(inner, rest, f"{at}/{name}" if at else name)


def _inside(value: Value, step: str) -> list[tuple[str, Value]]:
    if isinstance(value, list):
        return [(str(place), item) for place, item in enumerate(value)] if step == "*" else []
    if not isinstance(value, dict):
        return []
    if "*" not in step:
        return [(step, value[step])] if step in value else []
    return [(name, inner) for name, inner in value.items() if fnmatchcase(name, step)]
