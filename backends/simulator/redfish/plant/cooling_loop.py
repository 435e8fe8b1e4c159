"""CoolingLoops: the facility's, and the technology loop of each unit, with who supplies and who consumes."""

from backends.simulator.redfish.plant.coolant import FWS, TCS, rated_lpm
from backends.simulator.redfish.plant.state import state
from backends.simulator.redfish.resource import Resource, Value, collection, head, ref, uri
from backends.simulator.world import World

_LOOPS = "ThermalEquipment/CoolingLoops"


def loop_collection(world: World) -> Resource:
    """The loops."""
    names = [f"{world.shape.pod}-fws", *(f"{cdu}-tcs" for cdu in world.plant.cdus)]
    return collection(uri(_LOOPS), "CoolingLoop", "Cooling loops", [uri(_LOOPS, name) for name in names])


def loop(world: World, name: str) -> Resource | None:
    """One loop."""
    cdu = world.plant.cdus.get(name.removesuffix("-tcs")) if name.endswith("-tcs") else None
    facility = name == f"{world.shape.pod}-fws"
    if cdu is None and not facility:
        return None
    supplies: list[Value] = [cdu.name] if cdu else ["Facility water"]
    consumers: list[Value] = list(world.plant.cdus)
    level = "OK"
    rated = sum(rated_lpm(each, primary=True) for each in world.plant.cdus.values())
    if cdu:
        consumers = [world.shape.rack_names[rack - 1] for rack in cdu.racks]
        rated = rated_lpm(cdu, primary=False)
        level = world.alarms.health(f"ThermalEquipment/CDUs/{cdu.name}/Reservoirs/1")
    return Resource(
        {
            **head(uri(_LOOPS, name), "CoolingLoop.v1_1_0.CoolingLoop", name, f"Cooling loop {name}"),
            "CoolingLoopType": "FWS" if facility else "TCS",
            "Coolant": FWS if facility else TCS,
            "CoolantLevelStatus": level,
            "CoolantQuality": "OK",
            "RatedFlowLitersPerMinute": round(rated, 1),
            "SupplyEquipmentNames": supplies,
            "ConsumingEquipmentNames": consumers,
            "Status": state(world, f"{_LOOPS}/{name}", cdu.name if cdu else ""),
            "Links": {"ManagedBy": [ref("Managers", "controller")]},
        }
    )
