"""Power and Thermal, the resources of before subsystems and sensors (DSP0268 Power v1.7, Thermal v1.7).

Most BMCs in the field serve nothing else. One resource holds all supplies or fans as lists, thresholds beside each
reading; its members have no address of their own and change places, so they are found again by `MemberId`.
"""

from collections import Counter

from backends.model.measurement import Quantity
from backends.model.topology import Kind
from backends.redfish.parts import Plant, Sight
from backends.redfish.resource import Resource, member_key
from backends.redfish.views import Gauge, View

_LIMITS = (
    "LowerThresholdCritical",
    "LowerThresholdNonCritical",
    "UpperThresholdNonCritical",
    "UpperThresholdCritical",
)
_DEAF = frozenset({"Absent", "Disabled"})
_AMBIENT = frozenset({"Intake", "Room", "Ambient"})


def find_power(plant: Plant, power: Resource, owner: str, *, supplies: bool = True) -> None:
    """What a Power resource tells of its chassis: consumption against capacity, voltages, and its `supplies`."""
    plant.seen(power)
    gauges, ratings = _consumption(power)
    gauges += [
        _gauge(at, "ReadingVolts", Quantity.VOLTAGE, _label(one))
        for at, one in members(power, "Voltages")
        if one.text("Status/State") not in _DEAF
    ]
    plant.look(owner, Sight(power.path, View(gauges=tuple(gauges), ratings=tuple(ratings), words=("Redundancy",))))
    for at, one in members(power, "PowerSupplies") if supplies else ():
        plant.add_inside(Kind.POWER_SUPPLY, power, at, one, owner, _supply(at))


def find_thermal(plant: Plant, thermal: Resource, owner: str) -> None:
    """What a Thermal resource tells of its chassis: temperatures and fans."""
    plant.seen(thermal)
    gauges, ambient = [], ""
    for at, one in members(thermal, "Temperatures"):
        if one.text("Status/State") in _DEAF:
            continue
        if not ambient and one.text("PhysicalContext") in _AMBIENT:
            ambient = at
        gauges.append(_gauge(at, "ReadingCelsius", Quantity.TEMPERATURE, "" if at == ambient else _label(one)))
    gauges.sort(key=lambda gauge: gauge.label != "")
    plant.look(owner, Sight(thermal.path, View(gauges=tuple(gauges), words=("Redundancy",))))
    for at, one in members(thermal, "Fans"):
        plant.add_inside(Kind.FAN, thermal, at, one, owner, _fan(at, one))


def _consumption(power: Resource) -> tuple[list[Gauge], list[Gauge]]:
    """The first PowerControl is the chassis; others, where there are any, are parts of it and carry their names."""
    gauges, ratings = [], []
    for place, (at, one) in enumerate(members(power, "PowerControl")):
        label = _label(one) if place else ""
        gauges.append(Gauge(f"{at}/PowerConsumedWatts", Quantity.POWER, label))
        if not place:
            ratings.append(Gauge(f"{at}/PowerLimit/LimitInWatts", Quantity.POWER_CAPACITY, "limit"))
            ratings.append(Gauge(f"{at}/PowerCapacityWatts", Quantity.POWER_CAPACITY, "rated"))
    return gauges, ratings


def _supply(at: str) -> View:
    return View(
        words=(f"{at}/LineInputStatus",),
        gauges=(
            Gauge(f"{at}/PowerOutputWatts", Quantity.POWER),
            Gauge(f"{at}/LastPowerOutputWatts", Quantity.POWER),
            Gauge(f"{at}/PowerInputWatts", Quantity.POWER, "input"),
            Gauge(f"{at}/LineInputVoltage", Quantity.VOLTAGE, "input"),
        ),
        ratings=(Gauge(f"{at}/PowerCapacityWatts", Quantity.POWER_CAPACITY, "rated"),),
        states=_states(at),
    )


def _fan(at: str, one: Resource) -> View:
    turning = Quantity.SPEED if one.text("ReadingUnits") == "Percent" else Quantity.ROTATION
    return View(gauges=(_gauge(at, "Reading", turning),), states=_states(at))


def _gauge(at: str, name: str, quantity: Quantity, label: str = "") -> Gauge:
    return Gauge(f"{at}/{name}", quantity, label, limits=tuple(f"{at}/{limit}" for limit in _LIMITS))


def _states(at: str) -> tuple[str, ...]:
    return f"{at}/Status/State", f"{at}/Status/Health"


def members(whole: Resource, name: str) -> list[tuple[str, Resource]]:
    """The objects of a list and how each is found again: by its key, or its place where keys do not tell."""
    found = whole.look(name)
    items = found if isinstance(found, list) else []
    keys = Counter(member_key(item) for item in items)
    members = []
    for place, item in enumerate(items):
        if isinstance(item, dict):
            key = member_key(item)
            at = f"{name}/={key}" if key and keys[key] == 1 else f"{name}/{place}"
            members.append((at, Resource(f"{whole.path}#/{name}/{key or place}", item)))
    return members


def _label(one: Resource) -> str:
    return one.text("Name", 40) or one.text("MemberId", 40) or one.path.rpartition("/")[2]
