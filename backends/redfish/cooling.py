"""Coolant distribution by its links: units, loops, connectors, pumps, reservoirs, leak detectors.

DSP0268 ThermalEquipment v1.2, CoolingUnit v1.5, CoolingLoop v1.1, CoolantConnector v1.4, LeakDetection v1.2.
"""

from collections.abc import Collection

from backends.model.topology import Confidence, Kind, Relation
from backends.redfish.concurrency import gather
from backends.redfish.parts import Named, Plant, Sight
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.views import (
    CONNECTOR,
    COOLING_UNIT,
    ENVIRONMENT,
    FILTER,
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
    await find_leak_detectors(round_, plant, top.link("LeakDetectors"), owner, listed)


async def find_leak_detectors(
    round_: Round, plant: Plant, collection: str, owner: str, listed: Collection[str] = ()
) -> None:
    """Detectors with a resource of their own, those aside that are `listed` or known already."""
    for path, one in (await round_.resources(collection)).items():
        if path not in listed and path not in plant.by_path:
            plant.add(Kind.LEAK_DETECTOR, one, inside=owner, view=LEAK_DETECTOR)


async def find_flow_parts(round_: Round, plant: Plant, one: Resource, owner: str) -> list[str]:
    """The pumps, filters and reservoirs of a unit or a chassis; returns the ids of the pumps."""
    kinds = (("Pumps", Kind.PUMP, PUMP), ("Filters", Kind.FILTER, FILTER), ("Reservoirs", Kind.RESERVOIR, RESERVOIR))
    found = await gather(*(round_.resources(one.link(name)) for name, _, _ in kinds))
    ids = [
        plant.add(kind, part, inside=owner, view=view)
        for (_, kind, view), members in zip(kinds, found, strict=True)
        for part in members.values()
    ]
    return [id_ for id_ in ids if id_.startswith(f"{Kind.PUMP}:")]


async def find_connectors(round_: Round, plant: Plant, collection: str, owner: str, side: str) -> None:
    """The connectors of a unit's side, of a loop's, or of a chassis, which has one side only."""
    connectors = await round_.resources(collection)
    for one in connectors.values():
        label = side.lower() if len(connectors) == 1 else f"{side.lower()} {_label(one)}".strip()
        _connector(plant, one, owner, side or "Primary", label)


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
    pumps = await find_flow_parts(round_, plant, unit, id_)
    before = len(plant.ties)
    for side in ("Primary", "Secondary"):
        await find_connectors(round_, plant, unit.link(f"{side}CoolantConnectors"), id_, side)
    fed = [tie.target for tie in plant.ties[before:] if tie.source == id_ and tie.relation is Relation.COOLS]
    for pump in pumps:  # nothing in the standard says which side a pump drives; what a unit cools hangs on each of its
        for far in fed:
            plant.tie(pump, far, Relation.COOLS, Confidence.INFERRED)
    if detection := unit.link("LeakDetection"):
        await find_leak_detection(round_, plant, detection, id_)


def _connector(plant: Plant, one: Resource, owner: str, side: str, label: str) -> None:
    """A connector measures for the one it belongs to, and for the loop it leads to.

    On the primary side coolant comes in, on the secondary it goes out. One that names both a loop and who takes from
    it tells of both; the unit's other parts work for that loop as well.
    """
    plant.seen(one)
    sight = Sight(one.path, CONNECTOR, one.path.rpartition("/")[0], label)
    plant.look(owner, sight)
    loops = one.links("Links/ConnectedCoolingLoop")
    others = (*one.links("Links/ConnectedCoolingUnit"), *one.links("Links/ConnectedChassis"))
    for far in (*loops, *others):
        plant.tie(*((far, owner) if side == "Primary" else (owner, far)), Relation.COOLS)
    for loop in loops:
        for far in others:
            plant.tie(*((far, loop) if side == "Primary" else (loop, far)), Relation.COOLS)
    named = one.texts("CoolingLoopName")
    if named and not loops:
        plant.named.append(Named(owner, named, Relation.COOLS, feeds=side == "Primary"))
    loop_id = plant.by_path.get(loops[0], "") if loops else ""
    if loop_id and loop_id != owner and owner in plant.components:
        plant.look(loop_id, Sight(one.path, CONNECTOR, sight.collection, plant.components[owner].name))


def _label(one: Resource) -> str:
    return one.text("Name", 40) or one.text("Id", 40)
