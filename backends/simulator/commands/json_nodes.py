"""`scontrol show nodes --json` and `sinfo --json`, in the fields of 24.11 that people read."""

from itertools import groupby

from backends.simulator.commands.answer import VERSION
from backends.simulator.commands.document import Fields, Value, number
from backends.simulator.commands.nodes import (
    SLURMD_PORT,
    address,
    cpu_load,
    gres,
    gres_used,
    kernel,
    partitions_of,
    tres,
    tres_used,
)
from backends.simulator.commands.stamp import Stamp
from backends.simulator.gpu import SLURM_TYPE
from backends.simulator.node import CPUS, MEMORY_MB, SOCKETS, SimNode
from backends.simulator.world import World


def node_object(world: World, node: SimNode, stamp: Stamp) -> Fields:
    """One node."""
    features: list[Value] = [SLURM_TYPE, "nvl72"]
    return {
        "architecture": "aarch64",
        "boards": 1,
        "boot_time": number(stamp.epoch(node.booted_s)),
        "cluster_name": "",
        "cores": CPUS // SOCKETS,
        "cpu_load": int(cpu_load(node, world) * 100),
        "free_mem": number(MEMORY_MB - node.memory_used_mb),
        "cpus": CPUS,
        "effective_cpus": CPUS,
        "features": features,
        "active_features": features,
        "gres": gres(node),
        "gres_drained": "N/A",
        "gres_used": gres_used(node),
        "last_busy": number(stamp.epoch(world.now_s if node.jobs else node.idle_since_s)),
        "name": node.name,
        "address": address(node),
        "hostname": node.name,
        "state": [node.base, *node.flags],
        "operating_system": kernel(node),
        "partitions": [*partitions_of(world, node)],
        "port": SLURMD_PORT,
        "real_memory": MEMORY_MB,
        "comment": "",
        "reason": node.reason,
        "reason_changed_at": number(stamp.epoch(node.reason_s) if node.reason else 0),
        "reason_set_by_user": node.reason_by,
        "reservation": "",
        "alloc_memory": node.memory_used_mb,
        "alloc_cpus": node.cpus_used,
        "alloc_idle_cpus": CPUS - node.cpus_used,
        "tres_used": tres_used(node),
        "slurmd_start_time": number(stamp.epoch(node.booted_s)),
        "sockets": SOCKETS,
        "threads": 1,
        "weight": 1,
        "tres": tres(node),
        "version": VERSION,
    }


def sinfo_objects(world: World) -> list[Value]:
    """Rows of nodes in one partition and one state, as `sinfo --json` groups them."""
    rows: list[Value] = []
    for partition in world.partitions.values():
        ordered = sorted(partition.nodes, key=_state)
        for state, found in groupby(ordered, key=_state):
            nodes = list(found)
            used = sum(node.cpus_used for node in nodes)
            idle = sum(node.available and not node.jobs for node in nodes)
            busy = sum(bool(node.jobs) for node in nodes)
            rows.append(
                {
                    "node": {"state": [*state]},
                    "nodes": {
                        "allocated": busy,
                        "idle": idle,
                        "other": len(nodes) - busy - idle,
                        "total": len(nodes),
                        "nodes": [node.name for node in nodes],
                    },
                    "cpus": {"allocated": used, "idle": len(nodes) * CPUS - used, "total": len(nodes) * CPUS},
                    "gres": {"total": gres(nodes[0]), "used": gres_used(nodes[0])},
                    "reason": {"description": nodes[0].reason, "user": nodes[0].reason_by},
                    "partition": {"name": partition.name, "partition": {"state": ["UP"]}},
                }
            )
    return rows


def _state(node: SimNode) -> tuple[str, ...]:
    return (node.base, *node.flags)
