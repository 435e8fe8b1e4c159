"""Events of readings that cross a threshold, and of outlets that somebody switches: told as they are noticed."""

from msgspec import Struct

from backends.simulator.cooling import FLOW_CAUTION, FLOW_CRITICAL, SUPPLY_CAUTION_C, SUPPLY_CRITICAL_C, Cdu
from backends.simulator.redfish.events import Event, Events
from backends.simulator.redfish.resource import uri
from backends.simulator.world import World

_SENSORS = "SensorEvent.1.0"
_OUTLETS = "Power.1.0"
_OK = "OK"
_WORDS = {"Warning": "Caution", "Critical": "Critical"}


class _Sensor(Struct, frozen=True):
    """A sensor of a unit: its name, its units, the topic of its alarms, and which way out is wrong."""

    name: str
    units: str
    topic: str
    wrong: str


_FLOW = _Sensor("Flow", "L/min", "flow", "BelowLower")
_SUPPLY = _Sensor("SupplyTemperature", "Cel", "supply", "AboveUpper")


class Crossings:
    """What the sensors of the coolant and the outlets were when last looked at. A pod that is well tells nothing."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._levels: dict[str, str] = {}
        self._off: set[str] = set()

    def look(self, world: World) -> None:
        """Compare the pod with what it was."""
        for cdu in world.plant.cdus.values():
            for sensor in (_FLOW, _SUPPLY):
                self._sensed(world, cdu, sensor)
        for pdu in world.plant.pdus.values():
            for outlet in pdu.outlets:
                self._switched(world, f"PowerEquipment/RackPDUs/{pdu.name}/Outlets/{outlet.name}", on=outlet.on)

    def _sensed(self, world: World, cdu: Cdu, sensor: _Sensor) -> None:
        connector = f"ThermalEquipment/CDUs/{cdu.name}/SecondaryCoolantConnectors/1"
        alarm = world.alarms.active.get((connector, sensor.topic))
        level, path = alarm.severity if alarm else _OK, uri("Chassis", cdu.name, "Sensors", sensor.name)
        if self._levels.get(path, _OK) == level:
            return
        self._levels[path] = level
        reading = f"{_reading(world, cdu, sensor):.1f}"
        if level == _OK:
            text = f"Sensor '{sensor.name}' reading of {reading} ({sensor.units}) is within normal operating range."
            self._tell(f"{_SENSORS}.SensorReadingNormalRange", path, text, level, (sensor.name, reading, sensor.units))
            return
        limit = f"{_limit(cdu, sensor, level):.1f}"
        way = "below the {} lower {}" if sensor is _FLOW else "above the {} upper {}"
        kind = way.format(limit, _WORDS[level].lower())
        text = f"Sensor '{sensor.name}' reading of {reading} ({sensor.units}) is {kind} threshold."
        key = f"{_SENSORS}.Reading{sensor.wrong}{_WORDS[level]}Threshold"
        self._tell(key, path, text, level, (sensor.name, reading, sensor.units, limit))

    def _switched(self, world: World, origin: str, *, on: bool) -> None:
        """An outlet that was switched. One that failed is an alarm, and told as such."""
        if on == (origin not in self._off) or (not on and world.alarms.health(origin) != _OK):
            return
        (self._off.discard if on else self._off.add)(origin)
        word, name = ("On", "on") if on else ("Off", "off")
        outlet = origin.rpartition("/")[2]
        self._tell(f"{_OUTLETS}.OutletPowered{word}", uri(origin), f"Outlet '{outlet}' powered {name}.", _OK, (outlet,))

    def _tell(self, key: str, origin: str, text: str, severity: str, args: tuple[str, ...]) -> None:
        event = Event(number=0, at=self._events.now, key=key, origin=origin, text=text, severity=severity, args=args)
        self._events.tell(event)


def _reading(world: World, cdu: Cdu, sensor: _Sensor) -> float:
    if sensor is _FLOW:
        return cdu.flow(world.now_s) * cdu.rated_lpm
    return cdu.coolant(world.now_s).supply_c


def _limit(cdu: Cdu, sensor: _Sensor, level: str) -> float:
    if sensor is _FLOW:
        return cdu.rated_lpm * (FLOW_CRITICAL if level == "Critical" else FLOW_CAUTION)
    return SUPPLY_CRITICAL_C if level == "Critical" else SUPPLY_CAUTION_C
