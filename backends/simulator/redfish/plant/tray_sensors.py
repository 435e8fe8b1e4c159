"""The sensors of a tray that sit in its processors: temperature, power and energy of each GPU and CPU."""

from msgspec import Struct

from backends.simulator.node import SOCKETS, SimNode
from backends.simulator.plant import gpu_origin
from backends.simulator.redfish.cpus import index_of, temp_c
from backends.simulator.redfish.plant.frame import tray_node
from backends.simulator.redfish.resource import Body, Resource, Value, head, ref, uri
from backends.simulator.thermal import CRITICAL_C, WARNING_C
from backends.simulator.world import World

_KINDS = {"Temperature": ("Temperature", "Cel"), "Power": ("Power", "W"), "Energy": ("EnergyJoules", "J")}
_COLD = {"LowerFatal": -5.0, "LowerCritical": -4.0, "LowerCaution": 0.0}
_GPU_LIMITS = {**_COLD, "UpperCaution": WARNING_C, "UpperCritical": CRITICAL_C, "UpperFatal": 105.0}
_CPU_LIMITS = {**_COLD, "UpperCaution": 90.0, "UpperCritical": 98.0, "UpperFatal": 105.0}


class _Part(Struct, frozen=True, kw_only=True):
    """A processor at one instant: what its sensors read, None while it has no power or does not answer."""

    origin: str
    context: str
    values: tuple[float, float, float] | None
    limits: dict[str, float]


def sensor_paths(world: World, id_: str) -> list[str]:
    """The sensors of a tray's processors; of any other chassis none."""
    node = tray_node(world, id_)
    if node is None:
        return []
    parts = [f"CPU_{index}" for index in range(SOCKETS)] + [f"GPU_{gpu.index}" for gpu in node.gpus]
    return [uri("Chassis", id_, "Sensors", f"{part}_{word}") for part in parts for word in _KINDS]


def part_sensor(world: World, id_: str, name: str) -> Resource | None:
    """One of them."""
    node = tray_node(world, id_)
    part, _, word = name.rpartition("_")
    found = _part(world, node, part) if node and word in _KINDS else None
    if found is None:
        return None
    kind, units = _KINDS[word]
    value = found.values[list(_KINDS).index(word)] if found.values else None
    related: list[Value] = [ref(found.origin)]
    body: Body = {
        **head(uri("Chassis", id_, "Sensors", name), "Sensor.v1_13_0.Sensor", name, f"{word} of {part}"),
        "Reading": None if value is None else round(value, 1),
        "ReadingTime": world.wall(world.now_s).isoformat(),
        "ReadingType": kind,
        "ReadingUnits": units,
        "PhysicalContext": found.context,
        "SensingInterval": "PT1S",
        "RelatedItem": related,
        "Status": {"State": "UnavailableOffline" if value is None else "Enabled", "Health": "OK"},
    }
    if word == "Temperature":
        body["Thresholds"] = {level: {"Reading": limit} for level, limit in found.limits.items()}
        body["Status"] = {"State": "UnavailableOffline" if value is None else "Enabled", "Health": _health(found)}
    else:
        body["ElectricalContext"] = "Total"
    return Resource(body)


def _part(world: World, node: SimNode, part: str) -> _Part | None:
    now_s = world.now_s
    if index_of(part) is not None:
        cpu = (temp_c(world, node), node.cpu_w.at(now_s), node.cpu_w.area(now_s))
        origin = f"Systems/{node.name}/Processors/{part}"
        return _Part(origin=origin, context="CPU", values=cpu if node.powered else None, limits=_CPU_LIMITS)
    gpu = next((each for each in node.gpus if f"GPU_{each.index}" == part), None)
    if gpu is None:
        return None
    read = (gpu.heat.temp_c(now_s), gpu.heat.power_w(now_s), gpu.heat.energy_j(now_s))
    heard = node.powered and gpu.answers
    return _Part(origin=gpu_origin(node, gpu), context="GPU", values=read if heard else None, limits=_GPU_LIMITS)


def _health(part: _Part) -> str:
    if part.values is None:
        return "OK"
    temp_c_ = part.values[0]
    for word, level in (("Critical", "Critical"), ("Caution", "Warning")):
        if not part.limits[f"Lower{word}"] < temp_c_ < part.limits[f"Upper{word}"]:
            return level
    return "OK"
