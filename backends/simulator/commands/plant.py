"""`scontrol show partitions|topology|config`: the slow facts of the simulated pod."""

from backends.simulator.commands.answer import VERSION
from backends.simulator.commands.stamp import Stamp, clock
from backends.simulator.folding import fold
from backends.simulator.node import CPUS, MEMORY_MB
from backends.simulator.partition import SimPartition
from backends.simulator.world import World


def partition_record(world: World, partition: SimPartition) -> list[str]:
    """One partition as scontrol's lines."""
    count = len(partition.nodes)
    total = count * CPUS
    limit = "UNLIMITED" if partition.limit_s is None else clock(partition.limit_s)
    gpus = count * world.shape.gpus_per_node
    return [
        f"PartitionName={partition.name}",
        "AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL",
        f"AllocNodes=ALL Default={'YES' if partition.default else 'NO'} QoS=N/A",
        "DefaultTime=NONE DisableRootJobs=NO ExclusiveUser=NO ExclusiveTopo=NO GraceTime=0 Hidden=NO",
        f"MaxNodes=UNLIMITED MaxTime={limit} MinNodes=0 LLN=NO MaxCPUsPerNode=UNLIMITED MaxCPUsPerSocket=UNLIMITED",
        f"Nodes={partition.node_set}",
        "PriorityJobFactor=1 PriorityTier=1 RootOnly=NO ReqResv=NO OverSubscribe=NO",
        "OverTimeLimit=NONE PreemptMode=OFF",
        f"State=UP TotalCPUs={total} TotalNodes={count} SelectTypeParameters=NONE",
        "JobDefaults=(null)",
        "DefMemPerNode=UNLIMITED MaxMemPerNode=UNLIMITED",
        f"TRES=cpu={total},mem={count * MEMORY_MB}M,node={count},billing={total},gres/gpu={gpus}",
    ]


def topology(world: World) -> str:
    """One leaf switch a rack, and a spine over them."""
    lines = []
    for name, rack in zip(world.shape.rack_names, world.racks, strict=True):
        nodes = fold(node.name for node in rack)
        lines.append(f"SwitchName={_leaf(name)} Level=0 LinkSpeed=1 Nodes={nodes}")
    leaves = fold(_leaf(name) for name in world.shape.rack_names)
    everything = world.partitions["batch"].node_set
    lines.append(f"SwitchName={world.shape.pod}-spine Level=1 LinkSpeed=1 Nodes={everything} Switches={leaves}")
    return "".join(f"{line}\n" for line in lines)


def _leaf(rack: str) -> str:
    return f"{rack.replace('-r', '-leaf')}"


def config(world: World, stamp: Stamp) -> str:
    """The keys people look up, and the line about the controller that ends it."""
    head = world.shape.head
    keys = {
        "AccountingStorageTRES": "cpu,mem,energy,node,billing,fs/disk,vmem,pages,gres/gpu",
        "BOOT_TIME": stamp(-86_400.0 * 11),
        "ClusterName": world.shape.pod,
        "GresTypes": "gpu",
        "MinJobAge": "300 sec",
        "ReturnToService": "1",
        "SchedulerType": "sched/backfill",
        "SelectType": "select/cons_tres",
        "SLURM_CONF": "/etc/slurm/slurm.conf",
        "SLURM_VERSION": VERSION,
        "SlurmctldHost[0]": head,
        "SlurmdTimeout": "45 sec",
        "TopologyPlugin": "topology/tree",
    }
    lines = [f"Configuration data as of {stamp(world.now_s)}"]
    lines += [f"{key:<23} = {value}" for key, value in keys.items()]
    lines += ["", f"Slurmctld(primary) at {head} is UP"]
    return "".join(f"{line}\n" for line in lines)
