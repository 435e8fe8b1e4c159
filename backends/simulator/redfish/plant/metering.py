"""Energy and power of equipment by its meters: what a reset leaves, and what has been the peak."""

from backends.simulator.redfish.plant.frame import Frame, frame
from backends.simulator.redfish.plant.state import reading
from backends.simulator.redfish.resource import Action, Body, Outcome
from backends.simulator.world import World

_J_PER_KWH = 3.6e6


def energy(world: World, name: str, lifetime_j: float, source: str = "") -> Body:
    """EnergykWh of the meter called so: since its reset, and over its life once the two differ."""
    meter = world.plant.meters.energy(name, lifetime_j)
    body = reading(meter.since_reset_j / _J_PER_KWH, source, 4)
    if meter.reset_s is not None:
        body["LifetimeReading"] = round(meter.lifetime_j / _J_PER_KWH, 4)
        body["SensorResetTime"] = world.wall(meter.reset_s).isoformat()
    return body


def chassis_energy(world: World, one: Frame) -> Body:
    """EnergykWh of a chassis, as its sensor says it."""
    return energy(world, one.id, one.energy_j(), f"Chassis/{one.id}/Sensors/Energy")


def peak(world: World, one: Frame, power_w: float) -> Body:
    """PeakReading and its time, of a chassis whose power is metered; nothing of the others."""
    meters = world.plant.meters
    if meters.peak(one.id) is None:
        return {}
    meters.see(one.id, power_w)
    held = meters.peak(one.id)
    if held is None:
        return {}
    return {"PeakReading": round(held.power_w, 3), "PeakReadingTime": world.wall(held.at_s).isoformat()}


def reset_chassis(world: World, id_: str) -> Action:
    """The ResetMetrics of a chassis' equipment, or of one of its meters: they are the same meters."""

    def run(_asked: Body) -> Outcome:
        one = frame(world, id_)
        if one is not None:
            world.plant.meters.reset(id_, one.energy_j(), one.power_w())
        return Outcome()

    return Action(run=run)
