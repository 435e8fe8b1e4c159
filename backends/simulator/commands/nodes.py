"""`scontrol show nodes`: one record a node, in the fields and the order of 24.11."""

from backends.simulator.commands.answer import VERSION
from backends.simulator.commands.stamp import Stamp
from backends.simulator.gpu import SLURM_TYPE
from backends.simulator.node import CPUS, MEMORY_MB, SOCKETS, SimNode
from backends.simulator.world import World

_KERNEL = "Linux 6.8.0-1028-nvidia-64k #31-{image} SMP PREEMPT_DYNAMIC Tue Apr 22 10:11:00 UTC 2025"
SLURMD_PORT = 6818


def kernel(node: SimNode) -> str:
    """What `uname -srv` says on the node: images are told apart by the name their kernel was built under."""
    return _KERNEL.format(image=node.order.running)


def gres(node: SimNode) -> str:
    """What the node has: `gpu:gb300:4`."""
    return f"gpu:{SLURM_TYPE}:{len(node.gpus)}"


def gres_used(node: SimNode) -> str:
    """What jobs hold of it, with the indices: `gpu:gb300:3(IDX:0-1,3)`, `(IDX:N/A)` for none."""
    return f"gpu:{SLURM_TYPE}:{node.gpus_used}(IDX:{index_ranges(node.indices_used) or 'N/A'})"


def index_ranges(indices: tuple[int, ...]) -> str:
    """`0-1,3`."""
    runs: list[list[int]] = []
    for index in indices:
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def partitions_of(world: World, node: SimNode) -> list[str]:
    """The partitions a node is in; `debug` is the head of the first rack."""
    return [each.name for each in world.partitions.values() if any(node in rack for rack in each.racks)]


def address(node: SimNode) -> str:
    """Its address on the pod's own network; nothing listens there."""
    return f"10.{40 + node.rack // 250}.{node.rack % 250}.{node.slot}"


def cpu_load(node: SimNode, world: World) -> float:
    """Load average: what jobs hold, and a little of the node's own. The same for a whole minute."""
    jobs = world.scheduler.jobs
    busy = sum(len(held) * jobs[number].request.load for number, held in node.jobs.items())
    return round(CPUS * busy / len(node.gpus) + 0.02 * (node.slot % 7), 2)


def tres(node: SimNode) -> str:
    """What the node has, as TRES."""
    return f"cpu={CPUS},mem={MEMORY_MB}M,billing={CPUS},gres/gpu={len(node.gpus)}"


def tres_used(node: SimNode) -> str:
    """What jobs hold, as TRES; empty for none."""
    if not node.jobs:
        return ""
    return f"cpu={node.cpus_used},mem={node.memory_used_mb}M,gres/gpu={node.gpus_used}"


def node_record(world: World, node: SimNode, stamp: Stamp, *, detail: bool) -> list[str]:
    """One node as scontrol's lines; `detail` is `scontrol -d`, which adds what is in use of the GRES."""
    used = ("GresDrain=N/A", f"GresUsed={gres_used(node)}") if detail else ()
    free_mb = MEMORY_MB - node.memory_used_mb * 7 // 10 - 9_000
    lines = [
        f"NodeName={node.name} Arch=aarch64 CoresPerSocket={CPUS // SOCKETS} ",
        f"CPUAlloc={node.cpus_used} CPUEfctv={CPUS} CPUTot={CPUS} CPULoad={cpu_load(node, world):.2f}",
        f"AvailableFeatures={SLURM_TYPE},nvl72",
        f"ActiveFeatures={SLURM_TYPE},nvl72",
        f"Gres={gres(node)}",
        *used,
        f"NodeAddr={address(node)} NodeHostName={node.name} Port={SLURMD_PORT} Version={VERSION}",
        f"OS={kernel(node)} ",
        f"RealMemory={MEMORY_MB} AllocMem={node.memory_used_mb} FreeMem={free_mb} Sockets={SOCKETS} Boards=1",
        f"State={'+'.join((node.base, *node.flags))} ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A MCS_label=N/A",
        f"Partitions={','.join(partitions_of(world, node))} ",
        f"BootTime={stamp(node.booted_s)} SlurmdStartTime={stamp(node.booted_s)}",
        f"LastBusyTime={stamp(world.now_s if node.jobs else node.idle_since_s)} ResumeAfterTime=None",
        f"CfgTRES={tres(node)}",
        f"AllocTRES={tres_used(node)}",
        "CurrentWatts=0 AveWatts=0",
        "",
    ]
    if node.reason:
        lines.append(f"Reason={node.reason} [{node.reason_by}@{stamp(node.reason_s)}]")
    return lines
