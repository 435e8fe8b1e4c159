"""Coolant distribution by its links: units, loops, connectors, pumps, reservoirs, leak detectors.

DSP0268 ThermalEquipment v1.2, CoolingUnit v1.5, CoolingLoop v1.1, CoolantConnector v1.4, LeakDetection v1.2.
"""

from backends.model.topology import Confidence, Kind, Relation
from backends.redfish.concurrency import gather
from backends.redfish.parts import Named, Plant, Sight
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.views import (
    CONNECTOR,
    COOLING_UNIT,
    ENVIRONMENT,
    LEAK_DETECTOR,
    LOOP,
    PUMP,
    RESERVOIR,
    View,
)

_UNITS = ("CDUs", "RPUs", "HeatExchangers", "ImmersionUnits")


async def find_cooling(round_: Round, plant: Plant, equipment: str) -> None:
    """Everything below a ThermalEquipment. Loops come first: the units' connectors tell where they lead."""
    top = await round_.resource(equipment)
    if top is None:
        return
    loops = await round_.resources(top.link("CoolingLoops"))
    for loop in loops.values():
        _loop(plant, loop)
    await gather(*(_loop_connectors(round_, plant, loop) for loop in loops.values()))
    units = await gather(*(round_.resources(top.link(kind)) for kind in _UNITS))
    await gather(*(_unit(round_, plant, one) for found in units for one in found.values()))


async def find_leak_detection(round_: Round, plant: Plant, detection: str, owner: str) -> None:
    """The detectors of a unit or a tray. Those that a group lists are read there: one resource tells them all.

    A group may name detectors whose own resources are not served (simhall), or that have none (a rope).
    """
    top = await round_.resource(detection)
    if top is None:
        return
    plant.seen(top)
    listed: set[str] = set()
    for number, group in enumerate(top.items("LeakDetectorGroups")):
        for place, one in enumerate(group.items("Detectors")):
            pointer = f"LeakDetectorGroups/{number}/Detectors/{place}/DetectorState"
            source = one.text("DataSourceUri", 512).rstrip("/")
            listed.add(source)
            body = {"Id": source.rpartition("/")[2] or one.text("DeviceName"), "Name": one.text("DeviceName")}
            stand_in = Resource(source or f"{top.path}#{pointer}", {key: text for key, text in body.items() if text})
            id_ = plant.add(Kind.LEAK_DETECTOR, stand_in, inside=owner)
            plant.look_only(id_, Sight(top.path, View(words=(pointer,))))
    detectors = await round_.resources(top.link("LeakDetectors"))
    for path, one in detectors.items():
        if path not in listed:
            plant.add(Kind.LEAK_DETECTOR, one, inside=owner, view=LEAK_DETECTOR)


def _loop(plant: Plant, loop: Resource) -> None:
    id_ = plant.add(Kind.LOOP, loop, view=LOOP)
    plant.named.append(Named(id_, loop.texts("SupplyEquipmentNames"), Relation.COOLS, feeds=True))
    plant.named.append(Named(id_, loop.texts("ConsumingEquipmentNames"), Relation.COOLS, feeds=False))


async def _loop_connectors(round_: Round, plant: Plant, loop: Resource) -> None:
    id_ = plant.by_path[loop.path]
    for side in ("Primary", "Secondary"):
        for one in (await round_.resources(loop.link(f"{side}CoolantConnectors"))).values():
            _connector(plant, one, id_, side, "" if side == "Secondary" else "primary")


async def _unit(round_: Round, plant: Plant, unit: Resource) -> None:
    metrics = unit.link("EnvironmentMetrics")
    id_ = plant.add(Kind.CDU, unit, view=COOLING_UNIT, sights=(Sight(metrics, ENVIRONMENT),) if metrics else ())
    plant.standing_for(unit, id_)
    rack = unit.text("Location/Placement/Rack")
    if rack:
        plant.tie(f"rack:{rack}", id_, Relation.CONTAINS, Confidence.INFERRED)
    if environment := await round_.resource(metrics):
        plant.seen(environment)
    pumps, reservoirs = await gather(round_.resources(unit.link("Pumps")), round_.resources(unit.link("Reservoirs")))
    for pump in pumps.values():
        plant.add(Kind.PUMP, pump, inside=id_, view=PUMP)
    for path, one in reservoirs.items():
        plant.seen(one)
        plant.look(id_, Sight(path, RESERVOIR, path.rpartition("/")[0], _label(one)))
    for side in ("Primary", "Secondary"):
        connectors = await round_.resources(unit.link(f"{side}CoolantConnectors"))
        for one in connectors.values():
            label = side.lower() if len(connectors) == 1 else f"{side.lower()} {_label(one)}"
            _connector(plant, one, id_, side, label)
    if detection := unit.link("LeakDetection"):
        await find_leak_detection(round_, plant, detection, id_)


def _connector(plant: Plant, one: Resource, owner: str, side: str, label: str) -> None:
    """A connector measures for the one it belongs to, and for the loop it leads to."""
    plant.seen(one)
    sight = Sight(one.path, CONNECTOR, one.path.rpartition("/")[0], label)
    plant.look(owner, sight)
    for pointer in ("ConnectedCoolingLoop", "ConnectedCoolingUnit", "ConnectedChassis"):
        for far in one.links(f"Links/{pointer}"):
            ends = (far, owner) if side == "Primary" else (owner, far)
            plant.tie(*ends, Relation.COOLS)
    loop = plant.by_path.get(one.link("Links/ConnectedCoolingLoop"), "")
    if loop and loop != owner:
        plant.look(loop, Sight(one.path, CONNECTOR, sight.collection, plant.components[owner].name))


def _label(one: Resource) -> str:
    return one.text("Name", 40) or one.text("Id", 40)
