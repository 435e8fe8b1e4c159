"""What hangs in racks, trays and shelves: fans, leak detectors, supplies, and what they themselves measure.

DSP0268 Chassis v1.28, ThermalSubsystem v1.5, PowerSubsystem v1.1, EnvironmentMetrics v1.6.
"""

from backends.model.topology import Confidence, Kind, Relation
from backends.redfish.concurrency import gather
from backends.redfish.cooling import find_connectors, find_flow_parts, find_leak_detection, find_leak_detectors
from backends.redfish.excerpts import find_fan_speeds, find_temperatures
from backends.redfish.legacy import find_power, find_thermal
from backends.redfish.parts import Named, Part, Plant, Sight
from backends.redfish.power import find_power_subsystem
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.schema import Chassis, Link
from backends.redfish.sensors import find_sensors
from backends.redfish.views import ENVIRONMENT, FAN, FRAME, THERMAL_SUBSYSTEM


async def find_frames(round_: Round, plant: Plant, shown: dict[str, Chassis], ids: dict[str, str]) -> None:
    """The inside of each shown chassis. `ids` gives its component, which may be an equipment that stands for it."""
    await gather(*(_frame(round_, plant, path, one, ids[path]) for path, one in shown.items()))


async def _frame(round_: Round, plant: Plant, path: str, chassis: Chassis, id_: str) -> None:
    plant.by_path[path] = id_
    own = Sight(path, FRAME, path.rpartition("/")[0])
    if id_ in plant.parts:
        plant.look(id_, own)
    else:
        plant.parts[id_] = Part(id=id_, kind=Kind(id_.partition(":")[0]), own=path, sights=(own,))
    plant.seen(_resource(path, chassis))
    _linked(plant, chassis, id_)
    metrics = await round_.resource(_path(chassis.environment_metrics))
    if metrics:
        plant.seen(metrics)
        plant.look(id_, Sight(metrics.path, ENVIRONMENT))
    await _thermal(round_, plant, chassis, id_, metrics)
    await _power(round_, plant, chassis, id_, measured=metrics is not None)
    if not any(sight.view.gauges for sight in plant.parts[id_].sights):
        await find_sensors(round_, plant, _path(chassis.sensors), id_)


async def _thermal(round_: Round, plant: Plant, chassis: Chassis, id_: str, metrics: Resource | None) -> None:
    """ThermalSubsystem, or the Thermal that was before it. `metrics` are the chassis' EnvironmentMetrics."""
    thermal = await round_.resource(_path(chassis.thermal_subsystem))
    if thermal is None:
        if legacy := await round_.resource(_path(chassis.thermal)):
            find_thermal(plant, legacy, id_)
    else:
        plant.seen(thermal)
        if any(thermal.look(word) for word in THERMAL_SUBSYSTEM.words):
            plant.look(id_, Sight(thermal.path, THERMAL_SUBSYSTEM))
        fans = await round_.resources(thermal.link("Fans"))
        for fan in fans.values():
            plant.add(Kind.FAN, fan, inside=id_, view=FAN)
        if metrics and not fans:
            find_fan_speeds(plant, metrics, id_)
        if metrics is None or metrics.number("TemperatureCelsius/Reading") is None:
            listed = await round_.resource(thermal.link("ThermalMetrics"))
            if listed:
                find_temperatures(plant, listed, id_)
        await find_flow_parts(round_, plant, thermal, id_)
        await find_connectors(round_, plant, thermal.link("CoolantConnectors"), id_, "")
        if detection := thermal.link("LeakDetection"):
            await find_leak_detection(round_, plant, detection, id_)
    await find_leak_detectors(round_, plant, _path(chassis.leak_detectors), id_)


async def _power(round_: Round, plant: Plant, chassis: Chassis, id_: str, *, measured: bool) -> None:
    """PowerSubsystem; the Power that was before it where there is none, or where nothing newer measures."""
    subsystem = await round_.resource(_path(chassis.power_subsystem))
    if subsystem is not None:
        await find_power_subsystem(round_, plant, subsystem, id_)
    if (subsystem is None or not measured) and (legacy := await round_.resource(_path(chassis.power))):
        find_power(plant, legacy, id_, supplies=subsystem is None)


def _linked(plant: Plant, chassis: Chassis, id_: str) -> None:
    """Edges that the chassis itself tells."""
    links = chassis.links
    if links is not None:
        for source in (*(links.powered_by or ()), *(links.power_outlets or ()), *(links.power_distribution or ())):
            plant.tie(_path(source), id_, Relation.POWERS)
        for source in (*(links.cooled_by or ()), *(links.cooling_units or ()), *(links.connected_cooling_loops or ())):
            plant.tie(_path(source), id_, Relation.COOLS)
        for switch in links.switches or ():
            plant.tie(id_, _path(switch), Relation.CONTAINS, Confidence.EXACT)
    plant.named.append(Named(id_, tuple(chassis.electrical_source_names or ()), Relation.POWERS, feeds=True))
    plant.named.append(Named(id_, tuple(chassis.heating_cooling_equipment_names or ()), Relation.COOLS, feeds=True))


def _resource(path: str, chassis: Chassis) -> Resource:
    """What is kept of a chassis that discovery has read already."""
    status = chassis.status
    said = {"State": status.state, "Health": status.health, "HealthRollup": status.health_rollup} if status else {}
    body: dict[str, object] = {"Status": said} if status else {}
    if chassis.max_power_watts is not None:
        body["MaxPowerWatts"] = chassis.max_power_watts
    return Resource(path, body)


def _path(link: Link | None) -> str:
    return link.path.rstrip("/") if link and link.path else ""
