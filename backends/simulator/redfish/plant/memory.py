"""Memory of the GPUs, with its ECC counts (DSP0268 Memory v1.24, MemoryMetrics v1.8)."""

from backends.simulator.gpu import MEMORY_MIB, SimGpu
from backends.simulator.node import SimNode
from backends.simulator.redfish.plant.state import state
from backends.simulator.redfish.resource import Resource, collection, head, ref, uri
from backends.simulator.strikes import tray_name
from backends.simulator.world import World


def memory_collection(world: World, node_name: str) -> Resource | None:
    """One stack of HBM a GPU."""
    node = world.nodes.get(node_name)
    if node is None:
        return None
    path = uri("Systems", node_name, "Memory")
    members = [f"{path}/GPU_{gpu.index}_DRAM_0" for gpu in node.gpus]
    return collection(path, "Memory", f"Memory of {node_name}", members)


def memory(world: World, node_name: str, id_: str) -> Resource | None:
    """The memory of a GPU."""
    found = _find(world, node_name, id_)
    if found is None:
        return None
    node, gpu = found
    origin = f"Systems/{node_name}/Memory/{id_}"
    return Resource(
        {
            **head(uri(origin), "Memory.v1_24_0.Memory", id_, f"Memory of GPU {gpu.index}"),
            "MemoryDeviceType": "HBM3",
            "CapacityMiB": MEMORY_MIB,
            "ErrorCorrection": "MultiBitECC",
            "AllowedSpeedsMHz": [4_000],
            "OperatingSpeedMhz": 4_000,
            "Metrics": ref(origin, "MemoryMetrics"),
            "Status": state(world, origin, word="Enabled" if node.powered and not gpu.lost else "UnavailableOffline"),
            "Links": {
                "Chassis": ref("Chassis", tray_name(node)),
                "Processors": [ref("Systems", node_name, "Processors", f"GPU_{gpu.index}")],
            },
        }
    )


def memory_metrics(world: World, node_name: str, id_: str) -> Resource | None:
    """Its ECC counts, over its life."""
    found = _find(world, node_name, id_)
    if found is None:
        return None
    _, gpu = found
    path = uri("Systems", node_name, "Memory", id_, "MemoryMetrics")
    return Resource(
        {
            **head(path, "MemoryMetrics.v1_8_0.MemoryMetrics", "MemoryMetrics", f"Metrics of {id_}"),
            "BandwidthPercent": round(70 * gpu.heat.run, 1),
            "OperatingSpeedMHz": 4_000,
            "LifeTime": {
                "CorrectableECCErrorCount": gpu.correctable(world.now_s),
                "UncorrectableECCErrorCount": gpu.uncorrectable,
            },
        }
    )


def _find(world: World, node_name: str, id_: str) -> tuple[SimNode, SimGpu] | None:
    node = world.nodes.get(node_name)
    gpu = next((each for each in node.gpus if f"GPU_{each.index}_DRAM_0" == id_), None) if node else None
    return (node, gpu) if node and gpu else None
