"""Processors of a node: two CPUs and the GPUs, each GPU with its own EnvironmentMetrics."""

from backends.simulator.gpu import MEMORY_MIB, MODEL, SimGpu
from backends.simulator.node import CPUS, SOCKETS, SimNode
from backends.simulator.plant import gpu_origin
from backends.simulator.redfish.chassis import tray_id
from backends.simulator.redfish.plant.state import state as part_state
from backends.simulator.redfish.resource import Body, Resource, collection, head, ref, status, uri
from backends.simulator.thermal import POWER_LIMIT_W
from backends.simulator.world import World

_CLOCK_MHZ = 1_920
_TYPE = "Processor.v1_23_0.Processor"


def processor_collection(world: World, node_name: str) -> Resource | None:
    """CPU_0, CPU_1, GPU_0, ..."""
    node = world.nodes.get(node_name)
    if node is None:
        return None
    names = [f"CPU_{index}" for index in range(SOCKETS)] + [f"GPU_{gpu.index}" for gpu in node.gpus]
    members = [uri("Systems", node_name, "Processors", name) for name in names]
    path = uri("Systems", node_name, "Processors")
    return collection(path, "Processor", f"Processors of {node_name}", members)


def processor(world: World, node_name: str, id_: str) -> Resource | None:
    """One processor, by its id."""
    node = world.nodes.get(node_name)
    if node is None:
        return None
    if id_ in {f"CPU_{index}" for index in range(SOCKETS)}:
        return Resource(_cpu(node, id_))
    gpu = _gpu_of(node, id_)
    return Resource(_gpu(world, node, gpu)) if gpu else None


def gpu_environment(world: World, node_name: str, id_: str) -> Resource | None:
    """EnvironmentMetrics of a GPU. One without power, or off the bus, has no readings: null, as DSP0266 wants it."""
    node = world.nodes.get(node_name)
    gpu = _gpu_of(node, id_) if node else None
    if node is None or gpu is None:
        return None
    path = uri("Systems", node_name, "Processors", id_, "EnvironmentMetrics")
    body = head(path, "EnvironmentMetrics.v1_6_0.EnvironmentMetrics", "EnvironmentMetrics", f"Environment of {id_}")
    silent = gpu.lost or node.power == "Off"
    body["TemperatureCelsius"] = {"Reading": None if silent else gpu.heat.temp_c(world.now_s)}
    body["PowerWatts"] = {"Reading": None if silent else gpu.heat.power_w(world.now_s)}
    body["PowerLimitWatts"] = {
        "SetPoint": POWER_LIMIT_W,
        "AllowableMin": 200.0,
        "AllowableMax": POWER_LIMIT_W,
        "ControlMode": "Automatic",
    }
    return Resource(body)


def gpu_metrics(world: World, node_name: str, id_: str) -> Resource | None:
    """ProcessorMetrics of a GPU: how busy it is, how fast, and its ECC counts."""
    node = world.nodes.get(node_name)
    gpu = _gpu_of(node, id_) if node else None
    if node is None or gpu is None:
        return None
    path = uri(gpu_origin(node, gpu), "ProcessorMetrics")
    return Resource(
        {
            **head(path, "ProcessorMetrics.v1_7_0.ProcessorMetrics", "ProcessorMetrics", f"Metrics of {id_}"),
            "BandwidthPercent": round(100 * gpu.heat.run, 1),
            "OperatingSpeedMHz": clock_mhz(gpu),
            "CacheMetricsTotal": {"LifeTime": {"CorrectableECCErrorCount": 0, "UncorrectableECCErrorCount": 0}},
            "PCIeErrors": {"CorrectableErrorCount": 0, "FatalErrorCount": 0, "NonFatalErrorCount": 0},
        }
    )


def clock_mhz(gpu: SimGpu) -> int:
    """Its clock: throttled silicon is slow silicon."""
    return 0 if gpu.lost or gpu.heat.load is None else round(_CLOCK_MHZ * (0.4 + 0.6 * gpu.heat.pace))


def _gpu_of(node: SimNode, id_: str) -> SimGpu | None:
    return next((gpu for gpu in node.gpus if f"GPU_{gpu.index}" == id_), None)


def _cpu(node: SimNode, id_: str) -> Body:
    return {
        **head(uri("Systems", node.name, "Processors", id_), _TYPE, id_, f"Processor {id_}"),
        "ProcessorType": "CPU",
        "Manufacturer": "NVIDIA",
        "Model": "NVIDIA Grace",
        "TotalCores": CPUS // SOCKETS,
        "Status": status("OK", "Enabled" if node.power == "On" else "StandbyOffline"),
    }


def _gpu(world: World, node: SimNode, gpu: SimGpu) -> Body:
    id_ = f"GPU_{gpu.index}"
    state = "StandbyOffline" if node.power == "Off" else "UnavailableOffline" if gpu.lost else "Enabled"
    readable = state == "Enabled"
    causes = list(gpu.heat.causes) if readable else []
    return {
        **head(uri("Systems", node.name, "Processors", id_), _TYPE, id_, f"GPU {gpu.index}"),
        "ProcessorType": "GPU",
        "Manufacturer": "NVIDIA",
        "Model": MODEL,
        "SerialNumber": gpu.serial,
        "UUID": gpu.uuid,
        "Location": {
            "PartLocation": {
                "ServiceLabel": id_,
                "LocationType": "Slot",
                "LocationOrdinalValue": gpu.index,
            }
        },
        "Throttled": bool(causes),
        "ThrottleCauses": [*causes],
        "Status": {**part_state(world, gpu_origin(node, gpu)), "State": state},
        "EnvironmentMetrics": ref(gpu_origin(node, gpu), "EnvironmentMetrics"),
        "Metrics": ref(gpu_origin(node, gpu), "ProcessorMetrics"),
        "Ports": ref(gpu_origin(node, gpu), "Ports"),
        "MemorySummary": {
            "TotalMemorySizeMiB": MEMORY_MIB,
            "ECCModeEnabled": True,
            "Metrics": ref("Systems", node.name, "Memory", f"{id_}_DRAM_0", "MemoryMetrics"),
        },
        "SpeedLimitMHz": _CLOCK_MHZ,
        "OperatingSpeedMHz": clock_mhz(gpu),
        "PowerState": "Off" if node.power == "Off" else "On",
        "Links": {
            "Chassis": ref("Chassis", tray_id(node)),
            "Memory": [ref("Systems", node.name, "Memory", f"{id_}_DRAM_0")],
        },
    }
