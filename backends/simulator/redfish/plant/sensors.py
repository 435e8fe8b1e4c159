"""Sensors of a chassis (DSP0268 Sensor v1.13): power, energy and temperature of each, and a unit's loops."""

from msgspec import Struct

from backends.simulator.cooling import (
    FLOW_CAUTION,
    FLOW_CRITICAL,
    SUPPLY_CAUTION_C,
    SUPPLY_CRITICAL_C,
    Cdu,
)
from backends.simulator.redfish.offers import actions_body
from backends.simulator.redfish.plant.frame import frame
from backends.simulator.redfish.plant.metering import chassis_energy, peak, reset_chassis
from backends.simulator.redfish.plant.tray_sensors import part_sensor, sensor_paths
from backends.simulator.redfish.resource import Body, Resource, collection, head, uri
from backends.simulator.world import World


class Probe(Struct, frozen=True, kw_only=True):
    """One sensor at one instant. `limits` by DSP0268's names of thresholds."""

    id: str
    kind: str
    units: str
    value: float
    limits: dict[str, float] = {}
    context: str = "Chassis"


def sensor_collection(world: World, id_: str) -> Resource | None:
    """The sensors of a chassis."""
    probes = _probes(world, id_)
    if probes is None:
        return None
    members = [uri("Chassis", id_, "Sensors", name) for name in probes]
    members += sensor_paths(world, id_)
    return collection(uri("Chassis", id_, "Sensors"), "Sensor", f"Sensors of {id_}", members)


def sensor(world: World, id_: str, name: str) -> Resource | None:
    """One sensor."""
    probe = (_probes(world, id_) or {}).get(name)
    if probe is None:
        return part_sensor(world, id_, name)
    body: Body = {
        **head(uri("Chassis", id_, "Sensors", name), "Sensor.v1_13_0.Sensor", name, f"{name} of {id_}"),
        "Reading": round(probe.value, 3),
        "ReadingTime": world.wall(world.now_s).isoformat(),
        "ReadingType": probe.kind,
        "ReadingUnits": probe.units,
        "PhysicalContext": probe.context,
        "SensingInterval": "PT1S",
        "Status": {"State": "Enabled", "Health": _health(probe)},
    }
    if probe.limits:
        body["Thresholds"] = {name: {"Reading": round(limit, 1)} for name, limit in probe.limits.items()}
    one = frame(world, id_)
    if one is None or probe.kind not in ("Power", "EnergykWh"):
        return Resource(body)
    body["ElectricalContext"] = "Total"
    body |= chassis_energy(world, one) if probe.kind == "EnergykWh" else peak(world, one, probe.value)
    body.pop("DataSourceUri", None)
    actions = {"Sensor.ResetMetrics": reset_chassis(world, id_)} if world.plant.meters.peak(id_) else {}
    if actions:
        body |= actions_body(uri("Chassis", id_, "Sensors", name), actions)
    return Resource(body, actions=actions)


def _health(probe: Probe) -> str:
    for word, severity in (("Critical", "Critical"), ("Caution", "Warning")):
        low, high = probe.limits.get(f"Lower{word}"), probe.limits.get(f"Upper{word}")
        if (low is not None and probe.value <= low) or (high is not None and probe.value >= high):
            return severity
    return "OK"


def _probes(world: World, id_: str) -> dict[str, Probe] | None:
    one = frame(world, id_)
    if one is None:
        return None
    limits = {"UpperCaution": 55.0, "UpperCritical": 65.0}
    if one.rack and one.kind in ("Rack", "Sled"):
        limits = {"UpperCaution": SUPPLY_CAUTION_C, "UpperCritical": SUPPLY_CRITICAL_C}
    probes = [
        Probe(id="Power", kind="Power", units="W", value=one.power_w()),
        Probe(id="Energy", kind="EnergykWh", units="kW.h", value=one.energy_j() / 3.6e6),
        Probe(id="Temperature", kind="Temperature", units="Cel", value=one.temp_c(), limits=limits, context="Intake"),
    ]
    if one.id in world.plant.cdus:
        probes += _loop(world.plant.cdus[one.id], world.now_s)
    return {probe.id: probe for probe in probes}


def _loop(cdu: Cdu, now_s: float) -> list[Probe]:
    loop = cdu.secondary(now_s)
    flow = {"LowerCaution": FLOW_CAUTION * cdu.rated_lpm, "LowerCritical": FLOW_CRITICAL * cdu.rated_lpm}
    supply = {"UpperCaution": SUPPLY_CAUTION_C, "UpperCritical": SUPPLY_CRITICAL_C}
    hot = {"UpperCaution": 50.0, "UpperCritical": 60.0}
    none: dict[str, float] = {}
    rows = (
        ("Flow", "LiquidFlowLPM", "L/min", loop.flow_lpm, flow),
        ("SupplyTemperature", "Temperature", "Cel", loop.supply_c, supply),
        ("ReturnTemperature", "Temperature", "Cel", loop.return_c, hot),
        ("SupplyPressure", "PressurekPa", "kPa", loop.supply_kpa, none),
        ("ReturnPressure", "PressurekPa", "kPa", loop.return_kpa, none),
        ("Heat", "Heat", "kW", loop.heat_kw, none),
        ("Humidity", "Humidity", "%", 42.0, none),
        ("Level", "Percent", "%", cdu.level_pct(now_s), none),
    )
    return [
        Probe(id=name, kind=kind, units=units, value=value, limits=limits, context="CoolingSubsystem")
        for name, kind, units, value, limits in rows
    ]
