"""The chip-to-chip links of a module: one from a CPU to each GPU beside it (NVLink-C2C), seen from the CPU."""

from backends.simulator.gpu import SimGpu
from backends.simulator.node import SimNode
from backends.simulator.nvlink import port_bytes
from backends.simulator.redfish.cpus import gpus_of, index_of
from backends.simulator.redfish.resource import Resource, collection, head, ref, uri
from backends.simulator.world import World

_GBPS = 3_600.0
_SHARE = 20


def ports(world: World, node_name: str, id_: str) -> Resource | None:
    """One port a GPU of the module."""
    found = _cpu(world, node_name, id_)
    if found is None:
        return None
    path = uri("Systems", node_name, "Processors", id_, "Ports")
    members = [f"{path}/C2C_{gpu.index}" for gpu in gpus_of(*found)]
    return collection(path, "Port", f"Chip-to-chip ports of {id_} of {node_name}", members)


def port(world: World, node_name: str, id_: str, name: str) -> Resource | None:
    """One port: down while its GPU is."""
    gpu = _gpu(world, node_name, id_, name)
    if gpu is None:
        return None
    path = uri("Systems", node_name, "Processors", id_, "Ports", name)
    up = world.nodes[node_name].powered and gpu.answers
    return Resource(
        {
            **head(path, "Port.v1_19_0.Port", name, f"Chip-to-chip port to GPU {gpu.index}"),
            "PortId": name,
            "PortProtocol": "NVLink",
            "PortType": "BidirectionalPort",
            "LinkState": "Enabled",
            "LinkStatus": "LinkUp" if up else "NoLink",
            "CurrentSpeedGbps": _GBPS if up else 0,
            "MaxSpeedGbps": _GBPS,
            "Metrics": ref("Systems", node_name, "Processors", id_, "Ports", name, "Metrics"),
            "Status": {"State": "Enabled" if up else "StandbyOffline", "Health": "OK"},
        }
    )


def port_metrics(world: World, node_name: str, id_: str, name: str) -> Resource | None:
    """Its counters: a twentieth of what its GPU moves over all its NVLinks."""
    gpu = _gpu(world, node_name, id_, name)
    if gpu is None:
        return None
    path = uri("Systems", node_name, "Processors", id_, "Ports", name, "Metrics")
    moved = port_bytes(gpu, _SHARE, world.now_s)
    body = head(path, "PortMetrics.v1_9_0.PortMetrics", "Metrics", f"Metrics of {name} of {id_}")
    return Resource({**body, "RXBytes": moved, "TXBytes": moved, "RXErrors": 0, "TXErrors": 0})


def _cpu(world: World, node_name: str, id_: str) -> tuple[SimNode, int] | None:
    node, index = world.nodes.get(node_name), index_of(id_)
    return None if node is None or index is None else (node, index)


def _gpu(world: World, node_name: str, id_: str, name: str) -> SimGpu | None:
    found = _cpu(world, node_name, id_)
    return next((gpu for gpu in gpus_of(*found) if name == f"C2C_{gpu.index}"), None) if found else None
