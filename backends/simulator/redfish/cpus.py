"""The CPUs of a node: what they draw is part of their tray, what they do is to feed the GPUs beside them."""

from backends.simulator.gpu import SimGpu
from backends.simulator.node import CPUS, SOCKETS, SimNode
from backends.simulator.redfish.plant.state import identity, reading
from backends.simulator.redfish.resource import Body, Resource, head, ref, status, uri
from backends.simulator.strikes import tray_name
from backends.simulator.world import World

_TYPE = "Processor.v1_23_0.Processor"
_CLOCK_MHZ = 3_100
_FED = 0.35


def index_of(id_: str) -> int | None:
    """Which CPU of its node `CPU_1` is; None for what is none."""
    return next((index for index in range(SOCKETS) if id_ == f"CPU_{index}"), None)


def gpus_of(node: SimNode, index: int) -> list[SimGpu]:
    """The GPUs on the module of a CPU, over whose chip-to-chip links it feeds them."""
    return [gpu for gpu in node.gpus if gpu.index * SOCKETS // len(node.gpus) == index]


def place(id_: str, index: int) -> Body:
    """Where a processor sits in its tray."""
    return {"PartLocation": {"ServiceLabel": id_, "LocationType": "Slot", "LocationOrdinalValue": index}}


def cpu(world: World, node: SimNode, id_: str) -> Resource | None:
    """One CPU."""
    index = index_of(id_)
    if index is None:
        return None
    own, tray = f"Systems/{node.name}/Processors/{id_}", tray_name(node)
    made = identity(world, own, "NVIDIA Grace")
    return Resource(
        {
            **head(uri(own), _TYPE, id_, f"Processor {id_}"),
            "ProcessorType": "CPU",
            "Manufacturer": "NVIDIA",
            "Model": made["Model"],
            "PartNumber": made["PartNumber"],
            "SerialNumber": made["SerialNumber"],
            "Socket": id_,
            "TotalCores": CPUS // SOCKETS,
            "TotalThreads": CPUS // SOCKETS,
            "MaxSpeedMHz": _CLOCK_MHZ,
            "OperatingSpeedMHz": _CLOCK_MHZ if node.powered else 0,
            "Location": place(id_, index),
            "Status": status("OK", "Enabled" if node.power == "On" else "StandbyOffline"),
            "EnvironmentMetrics": ref(own, "EnvironmentMetrics"),
            "Metrics": ref(own, "ProcessorMetrics"),
            "Ports": ref(own, "Ports"),
            "Links": {
                "Chassis": ref("Chassis", tray),
                "Memory": [ref("Systems", node.name, "Memory", f"{id_}_DRAM_0")],
            },
        }
    )


def environment(world: World, node: SimNode, id_: str) -> Resource | None:
    """EnvironmentMetrics of a CPU: null readings while it has no power."""
    if index_of(id_) is None:
        return None
    path = uri("Systems", node.name, "Processors", id_, "EnvironmentMetrics")
    body = head(path, "EnvironmentMetrics.v1_6_0.EnvironmentMetrics", "EnvironmentMetrics", f"Environment of {id_}")
    rows = (
        ("TemperatureCelsius", "Temperature", temp_c(world, node)),
        ("PowerWatts", "Power", node.cpu_w.at(world.now_s)),
        ("EnergyJoules", "Energy", node.cpu_w.area(world.now_s)),
    )
    for name, sensor, value in rows:
        told = reading(value, f"Chassis/{tray_name(node)}/Sensors/{id_}_{sensor}")
        body[name] = told if node.powered else {**told, "Reading": None}
    return Resource(body)


def metrics(_world: World, node: SimNode, id_: str) -> Resource | None:
    """ProcessorMetrics of a CPU: as busy as its GPUs keep it."""
    index = index_of(id_)
    if index is None:
        return None
    path = uri("Systems", node.name, "Processors", id_, "ProcessorMetrics")
    return Resource(
        {
            **head(path, "ProcessorMetrics.v1_7_0.ProcessorMetrics", "ProcessorMetrics", f"Metrics of {id_}"),
            "BandwidthPercent": round(100 * _FED * busy(node, index), 1),
            "OperatingSpeedMHz": _CLOCK_MHZ if node.powered else 0,
        }
    )


def busy(node: SimNode, index: int) -> float:
    """The share of work that the GPUs of a CPU do, 0 to 1."""
    gpus = gpus_of(node, index)
    return sum(gpu.heat.run for gpu in gpus) / len(gpus) if gpus else 0.0


def temp_c(world: World, node: SimNode) -> float:
    """Its temperature: a few degrees over the coolant, in step with what it draws."""
    coolant = world.plant.coolant(node.rack)
    return coolant.supply_c + coolant.resistance * node.cpu_w.at(world.now_s) / 16
