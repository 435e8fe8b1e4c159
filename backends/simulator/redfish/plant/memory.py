"""Memory of the GPUs and the CPUs; a GPU's with its ECC counts (DSP0268 Memory v1.24, MemoryMetrics v1.8)."""

from backends.simulator.gpu import MEMORY_MIB, SimGpu
from backends.simulator.node import MEMORY_MB, SOCKETS, SimNode
from backends.simulator.redfish.cpus import busy, index_of
from backends.simulator.redfish.plant.state import state
from backends.simulator.redfish.resource import Body, Resource, collection, head, ref, uri
from backends.simulator.strikes import tray_name
from backends.simulator.world import World

_HBM_MHZ = 4_000
_DRAM_MHZ = 4_266
_END = "_DRAM_0"
_TYPE = "MemoryMetrics.v1_8_0.MemoryMetrics"


def memory_collection(world: World, node_name: str) -> Resource | None:
    """One stack of HBM a GPU, and what is soldered beside each CPU."""
    node = world.nodes.get(node_name)
    if node is None:
        return None
    path = uri("Systems", node_name, "Memory")
    members = [f"{path}/GPU_{gpu.index}{_END}" for gpu in node.gpus]
    members += [f"{path}/CPU_{index}{_END}" for index in range(SOCKETS)]
    return collection(path, "Memory", f"Memory of {node_name}", members)


def memory(world: World, node_name: str, id_: str) -> Resource | None:
    """The memory of one processor."""
    node = world.nodes.get(node_name)
    if node is None:
        return None
    gpu = _gpu(node, id_)
    if gpu is not None:
        return Resource(
            {
                **_body(world, node, id_, on=node.powered and gpu.answers),
                "MemoryDeviceType": "HBM3",
                "CapacityMiB": MEMORY_MIB,
                "AllowedSpeedsMHz": [_HBM_MHZ],
                "OperatingSpeedMhz": _HBM_MHZ,
            }
        )
    if _cpu(id_) is None:
        return None
    return Resource(
        {
            **_body(world, node, id_, on=node.powered),
            "MemoryDeviceType": "LPDDR5_SDRAM",
            "CapacityMiB": MEMORY_MB // SOCKETS,
            "AllowedSpeedsMHz": [_DRAM_MHZ],
            "OperatingSpeedMhz": _DRAM_MHZ,
        }
    )


def memory_metrics(world: World, node_name: str, id_: str) -> Resource | None:
    """How busy it is; of a GPU's also the ECC counts, over its life and since it last came up."""
    node = world.nodes.get(node_name)
    if node is None:
        return None
    path = uri("Systems", node_name, "Memory", id_, "MemoryMetrics")
    body: Body = head(path, _TYPE, "MemoryMetrics", f"Metrics of {id_}")
    gpu, cpu = _gpu(node, id_), _cpu(id_)
    if gpu is not None:
        correctable, uncorrectable = gpu.recent(world.now_s)
        body |= {
            "BandwidthPercent": round(70 * gpu.heat.run, 1),
            "OperatingSpeedMHz": _HBM_MHZ,
            "CurrentPeriod": {
                "CorrectableECCErrorCount": correctable,
                "UncorrectableECCErrorCount": uncorrectable,
            },
            "LifeTime": {
                "CorrectableECCErrorCount": gpu.correctable(world.now_s),
                "UncorrectableECCErrorCount": gpu.uncorrectable,
            },
        }
        return Resource(body)
    if cpu is None:
        return None
    return Resource({**body, "BandwidthPercent": round(20 * busy(node, cpu), 1), "OperatingSpeedMHz": _DRAM_MHZ})


def _body(world: World, node: SimNode, id_: str, *, on: bool) -> Body:
    origin, processor = f"Systems/{node.name}/Memory/{id_}", id_.removesuffix(_END)
    return {
        **head(uri(origin), "Memory.v1_24_0.Memory", id_, f"Memory of {processor.replace('_', ' ')}"),
        "ErrorCorrection": "MultiBitECC",
        "Metrics": ref(origin, "MemoryMetrics"),
        "Status": state(world, origin, word="Enabled" if on else "UnavailableOffline"),
        "Links": {
            "Chassis": ref("Chassis", tray_name(node)),
            "Processors": [ref("Systems", node.name, "Processors", processor)],
        },
    }


def _gpu(node: SimNode, id_: str) -> SimGpu | None:
    return next((each for each in node.gpus if f"GPU_{each.index}{_END}" == id_), None)


def _cpu(id_: str) -> int | None:
    return index_of(id_.removesuffix(_END)) if id_.endswith(_END) else None
