"""Status, identity and place: what every part of the plant says of itself."""

import uuid

from backends.simulator.alarm import Alarm, worst
from backends.simulator.redfish.resource import Body, Value, ref, uri
from backends.simulator.world import World, stable_id

VERSION = "1.2.0"


def condition(world: World, alarm: Alarm) -> Body:
    """An alarm as a condition (DSP0268 Resource.Condition)."""
    return {
        "Timestamp": world.wall(alarm.since_s).isoformat(),
        "MessageId": alarm.message_id,
        "MessageArgs": list(alarm.args),
        "Message": alarm.message,
        "Severity": alarm.severity,
        "OriginOfCondition": ref(alarm.origin),
        "ConditionType": "Alert",
    }


def state(world: World, origin: str, within: str = "", word: str = "Enabled") -> Body:
    """Status of the part at `origin`, with its conditions; rolled up over all that is in `within`."""
    own = world.alarms.at(origin)
    health = worst(alarm.severity for alarm in own)
    rollup = worst([health, world.alarms.rollup(within)]) if within else health
    body: Body = {"State": word, "Health": health, "HealthRollup": rollup}
    if own:
        body["Conditions"] = [condition(world, alarm) for alarm in own]
    return body


def identity(world: World, name: str, model: str) -> Body:
    """Who made it, and which one it is: the same for the same seed and name."""
    serial = stable_id(world.shape.seed, name, "serial").hex()[:12].upper()
    return {
        "Manufacturer": "megapod",
        "Model": model,
        "PartNumber": f"MP-{stable_id(model).hex()[:6].upper()}",
        "SerialNumber": serial,
    }


def identifier(world: World, name: str) -> str:
    """Its UUID."""
    return str(uuid.UUID(bytes=stable_id(world.shape.seed, name, "uuid"), version=5))


def part_location(label: str, ordinal: int, kind: str = "Slot") -> Body:
    """Where a part sits in what holds it."""
    return {
        "PartLocation": {
            "ServiceLabel": label,
            "LocationType": kind,
            "LocationOrdinalValue": ordinal,
            "Reference": "Front",
            "Orientation": "BottomToTop",
        }
    }


def placement(rack: str, unit: int) -> Body:
    """Where a thing stands: row, rack and rack unit; null for the rack of what stands by itself."""
    place: dict[str, Value] = {"Row": "1", "Rack": rack.rpartition("-")[2] or None}
    if unit:
        place |= {"RackOffset": unit, "RackOffsetUnits": "EIA_310"}
    return {"Placement": place}


def reading(value: float, source: str = "", digits: int = 1) -> Body:
    """A sensor's value inside another resource; `source` is the sensor's path under the service root."""
    body: Body = {"Reading": round(value, digits)}
    if source:
        body["DataSourceUri"] = uri(source)
    return body
