"""Readings that metrics tell in lists, where nothing better is served: temperatures, and fans (DSP0268 excerpts).

ThermalMetrics v1.3 and EnvironmentMetrics v1.6 repeat sensors of a whole chassis, each with the sensor's address.
"""

from backends.model.measurement import Quantity
from backends.model.topology import Kind
from backends.redfish.legacy import members
from backends.redfish.parts import Plant, Sight
from backends.redfish.quirks import is_duty
from backends.redfish.resource import Resource
from backends.redfish.views import Gauge, View

MOST = 64
_SUMMARY = "TemperatureSummaryCelsius"
_OTHERS = ("Exhaust", "Internal")
_AMBIENT = ("Intake", "Ambient")


def find_temperatures(plant: Plant, metrics: Resource, owner: str) -> None:
    """What a ThermalMetrics tells of its chassis. The air that comes in is the chassis' own, as it is elsewhere.

    A reading that is null now is left out until the next discovery: empty bays are listed with one.
    """
    own = next((where for where in _AMBIENT if metrics.number(f"{_SUMMARY}/{where}/Reading") is not None), "")
    gauges = [Gauge(f"{_SUMMARY}/{own}/Reading", Quantity.TEMPERATURE)] if own else []
    gauges += [
        Gauge(f"{_SUMMARY}/{where}/Reading", Quantity.TEMPERATURE, where.lower())
        for where in _OTHERS
        if metrics.number(f"{_SUMMARY}/{where}/Reading") is not None
    ]
    gauges += [
        Gauge(f"{at}/Reading", Quantity.TEMPERATURE, one.text("DeviceName", 40) or at.rpartition("=")[2])
        for at, one in members(metrics, "TemperatureReadingsCelsius")
        if one.number("Reading") is not None
    ]
    if gauges:
        plant.seen(metrics)
        plant.look(owner, Sight(metrics.path, View(gauges=tuple(gauges[:MOST]), slow=not own)))


def find_fan_speeds(plant: Plant, metrics: Resource, owner: str) -> None:
    """The fans that an EnvironmentMetrics lists, of a chassis that has no resource for them."""
    for at, one in members(metrics, "FanSpeedsPercent")[:MOST]:
        sensor = one.text("DataSourceUri", 512).rstrip("/").rpartition("/")[2]
        if is_duty(sensor):
            continue
        name = sensor or one.text("DeviceName", 40)
        named = Resource(one.path, {**one.body, "Id": name, "Name": name} if name else one.body)
        gauges = (Gauge(f"{at}/Reading", Quantity.SPEED), Gauge(f"{at}/SpeedRPM", Quantity.ROTATION))
        plant.add_inside(Kind.FAN, metrics, at, named, owner, View(gauges=gauges))
