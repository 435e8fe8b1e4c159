"""Processors of a node: two CPUs (`cpus`) and the GPUs, each GPU with its environment, its metrics and its reset."""

from backends.simulator.gpu import MEMORY_MIB, MODEL, SimGpu
from backends.simulator.gpu_reset import reset_gpu
from backends.simulator.node import SOCKETS, SimNode
from backends.simulator.plant import gpu_origin
from backends.simulator.redfish import cpus
from backends.simulator.redfish.chassis import tray_id
from backends.simulator.redfish.errors import Refused
from backends.simulator.redfish.plant.pcie import PCIE, device_path
from backends.simulator.redfish.plant.state import reading
from backends.simulator.redfish.plant.state import state as part_state
from backends.simulator.redfish.resource import (
    Action,
    Body,
    Outcome,
    Parameter,
    Resource,
    Value,
    Write,
    collection,
    head,
    ref,
    uri,
)
from backends.simulator.redfish.update import GPU_FIRMWARE
from backends.simulator.thermal import POWER, POWER_LIMIT_W, THERMAL
from backends.simulator.world import World

_CLOCK_MHZ = 1_920
_SLOWEST_MHZ = 120
_LEAST_W = 200.0
_TYPE = "Processor.v1_23_0.Processor"
_MODES = ("Automatic", "Disabled")
_RESETS = ("ForceRestart",)


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
    gpu = _gpu_of(node, id_)
    return _gpu(world, node, gpu) if gpu else cpus.cpu(world, node, id_)


def environment(world: World, node_name: str, id_: str) -> Resource | None:
    """EnvironmentMetrics. A part without power, or off the bus, has no readings: null, as DSP0266 wants it."""
    node = world.nodes.get(node_name)
    if node is None:
        return None
    gpu = _gpu_of(node, id_)
    if gpu is None:
        return cpus.environment(world, node, id_)
    silent, now_s = not (node.powered and gpu.answers), world.now_s
    readings = {
        "TemperatureCelsius": ("Temperature", gpu.heat.temp_c(now_s)),
        "PowerWatts": ("Power", gpu.heat.power_w(now_s)),
        "EnergyJoules": ("Energy", gpu.heat.energy_j(now_s)),
    }
    path = uri(gpu_origin(node, gpu), "EnvironmentMetrics")
    body = head(path, "EnvironmentMetrics.v1_6_0.EnvironmentMetrics", "EnvironmentMetrics", f"Environment of {id_}")
    for name, (sensor, value) in readings.items():
        source = f"Chassis/{tray_id(node)}/Sensors/{id_}_{sensor}"
        body[name] = {**reading(value, source), **({"Reading": None} if silent else {})}
    body["PowerLimitWatts"] = {
        "SetPoint": gpu.limit_w,
        "DefaultSetPoint": POWER_LIMIT_W,
        "AllowableMin": _LEAST_W,
        "AllowableMax": POWER_LIMIT_W,
        "ControlMode": _MODES[0] if gpu.limited else _MODES[1],
    }
    return Resource(body, writes=_limits(world, node, gpu))


def metrics(world: World, node_name: str, id_: str) -> Resource | None:
    """ProcessorMetrics: how busy it is, how fast, how long it was throttled for what, and its error counts."""
    node = world.nodes.get(node_name)
    if node is None:
        return None
    gpu = _gpu_of(node, id_)
    if gpu is None:
        return cpus.metrics(world, node, id_)
    held = {cause: f"PT{watch.total_s(world.now_s):.1f}S" for cause, watch in gpu.throttled.items()}
    path = uri(gpu_origin(node, gpu), "ProcessorMetrics")
    return Resource(
        {
            **head(path, "ProcessorMetrics.v1_7_0.ProcessorMetrics", "ProcessorMetrics", f"Metrics of {id_}"),
            "BandwidthPercent": round(100 * gpu.heat.run, 1),
            "OperatingSpeedMHz": clock_mhz(gpu),
            "PowerLimitThrottleDuration": held[POWER],
            "ThermalLimitThrottleDuration": held[THERMAL],
            "CacheMetricsTotal": {"LifeTime": {"CorrectableECCErrorCount": 0, "UncorrectableECCErrorCount": 0}},
            "PCIeErrors": {"CorrectableErrorCount": 0, "FatalErrorCount": 0, "NonFatalErrorCount": 0},
        }
    )


def clock_mhz(gpu: SimGpu) -> int:
    """Its clock: throttled silicon is slow silicon."""
    return 0 if not gpu.answers or gpu.heat.load is None else round(_CLOCK_MHZ * (0.4 + 0.6 * gpu.heat.pace))


def _gpu_of(node: SimNode, id_: str) -> SimGpu | None:
    return next((gpu for gpu in node.gpus if f"GPU_{gpu.index}" == id_), None)


def _limits(world: World, node: SimNode, gpu: SimGpu) -> dict[str, Write]:
    """The power limit: it caps what the GPU draws from now on, and so how fast its job goes."""

    def allowed(value: Value) -> bool:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and _LEAST_W <= float(str(value)) <= POWER_LIMIT_W

    def limit(value: Value) -> None:
        gpu.limit_w = float(str(value))
        world.refresh_heat(node)

    def switch(value: Value) -> None:
        gpu.limited = value == _MODES[0]
        world.refresh_heat(node)

    return {
        "PowerLimitWatts/SetPoint": Write(fits=allowed, apply=limit),
        "PowerLimitWatts/ControlMode": Write(fits=lambda value: value in _MODES, apply=switch),
    }


def _state_of(node: SimNode, gpu: SimGpu) -> str:
    if not node.powered:
        return "StandbyOffline"
    return "UnavailableOffline" if gpu.lost else "Starting" if gpu.resetting else "Enabled"


def _gpu(world: World, node: SimNode, gpu: SimGpu) -> Resource:
    def reset(_asked: Body) -> Outcome:
        if not reset_gpu(world, node, gpu):
            raise Refused(409, "ResourceInStandby")
        return Outcome()

    kinds = Parameter(required=True, allowed=_RESETS)
    return Resource(
        _body(world, node, gpu), actions={"Processor.Reset": Action(run=reset, parameters={"ResetType": kinds})}
    )


def _body(world: World, node: SimNode, gpu: SimGpu) -> Body:
    id_, origin = f"GPU_{gpu.index}", gpu_origin(node, gpu)
    state, device = _state_of(node, gpu), device_path(node, gpu)
    causes = list(gpu.heat.causes) if state == "Enabled" else []
    return {
        **head(uri(origin), _TYPE, id_, f"GPU {gpu.index}"),
        "ProcessorType": "GPU",
        "Manufacturer": "NVIDIA",
        "Model": MODEL,
        "PartNumber": PCIE.part_number,
        "SerialNumber": gpu.serial,
        "UUID": gpu.uuid,
        "FirmwareVersion": GPU_FIRMWARE,
        "Location": cpus.place(id_, gpu.index),
        "Throttled": bool(causes),
        "ThrottleCauses": [*causes],
        "Status": {**part_state(world, origin), "State": state},
        "EnvironmentMetrics": ref(origin, "EnvironmentMetrics"),
        "Metrics": ref(origin, "ProcessorMetrics"),
        "Ports": ref(origin, "Ports"),
        "MemorySummary": {
            "TotalMemorySizeMiB": MEMORY_MIB,
            "ECCModeEnabled": True,
            "Metrics": ref("Systems", node.name, "Memory", f"{id_}_DRAM_0", "MemoryMetrics"),
        },
        "SystemInterface": {"InterfaceType": "PCIe", "PCIe": PCIE.interface(up=state == "Enabled")},
        "MinSpeedMHz": _SLOWEST_MHZ,
        "MaxSpeedMHz": _CLOCK_MHZ,
        "SpeedLimitMHz": _CLOCK_MHZ,
        "OperatingSpeedMHz": clock_mhz(gpu),
        "PowerState": "Off" if node.power == "Off" else "On",
        "Links": {
            "Chassis": ref("Chassis", tray_id(node)),
            "Memory": [ref("Systems", node.name, "Memory", f"{id_}_DRAM_0")],
            "PCIeDevice": ref(device),
            "PCIeFunctions": [ref(device, "PCIeFunctions", "0")],
        },
        "Actions": {
            "#Processor.Reset": {
                "target": uri(origin, "Actions", "Processor.Reset"),
                "ResetType@Redfish.AllowableValues": [*_RESETS],
            }
        },
    }
