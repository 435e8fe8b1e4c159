"""`scontrol show jobs`: one record a job, in the fields and the order of 24.11."""

from backends.simulator.commands.nodes import index_ranges
from backends.simulator.commands.stamp import Stamp, clock
from backends.simulator.folding import fold
from backends.simulator.gpu import SLURM_TYPE
from backends.simulator.job import SimJob
from backends.simulator.node import CPUS, MEMORY_MB
from backends.simulator.world import World

_EXIT = {"COMPLETED": "0:0", "FAILED": "1:0", "TIMEOUT": "0:15"}
_FIRST_UID = 20_001


def uid(user: str) -> int:
    """A user id of our own making, the same every time."""
    return _FIRST_UID + sum(user.encode())


def cpus(world: World, job: SimJob) -> int:
    """CPUs over the gang: each GPU brings its share."""
    return CPUS * job.gpus // world.shape.gpus_per_node


def memory_mb(world: World, job: SimJob) -> int:
    """Memory on each of its nodes, in MB."""
    return MEMORY_MB * job.request.gpus_per_node // world.shape.gpus_per_node


def job_tres(world: World, job: SimJob) -> str:
    """What it asks for, and gets, as TRES."""
    count = cpus(world, job)
    memory = memory_mb(world, job) * job.request.node_count
    return f"cpu={count},mem={memory}M,node={job.request.node_count},billing={count},gres/gpu={job.gpus}"


def tres_per_node(job: SimJob) -> str:
    """What it asks for on each node."""
    return f"gres/gpu:{job.request.gpus_per_node}"


def workdir(job: SimJob) -> str:
    """Where it runs."""
    return f"/home/{job.request.user}/{job.request.name}"


def end_s(job: SimJob) -> float | None:
    """When it ended, or has to end by its limit."""
    if job.ended_s is not None or job.started_s is None:
        return job.ended_s
    return job.started_s + job.request.limit_s


def job_record(world: World, job: SimJob, stamp: Stamp, *, detail: bool) -> list[str]:
    """One job as scontrol's lines; `detail` is `scontrol -d`, which adds what it holds on which nodes."""
    request, started = job.request, job.started_s is not None
    user_id, count, tres = uid(request.user), cpus(world, job), job_tres(world, job)
    per_node = count // request.node_count
    nodes = str(request.node_count) if started else f"{request.node_count}-{request.node_count}"
    evaluated = job.started_s if started else world.now_s
    return [
        f"JobId={job.number} JobName={request.name}",
        f"UserId={request.user}({user_id}) GroupId={request.account}({user_id}) MCS_label=N/A",
        f"Priority={job.priority} Nice=0 Account={request.account} QOS=normal",
        f"JobState={job.state} Reason={job.reason} Dependency=(null)",
        f"Requeue=1 Restarts={job.restarts} BatchFlag=1 Reboot=0 ExitCode={_EXIT.get(job.state, '0:0')}",
        *(["DerivedExitCode=0:0"] if detail else []),
        f"RunTime={clock(job.run_time_s(world.now_s))} TimeLimit={clock(request.limit_s)} TimeMin=N/A",
        f"SubmitTime={stamp(job.submitted_s)} EligibleTime={stamp(job.eligible_s)}",
        f"AccrueTime={stamp(job.eligible_s)}",
        f"StartTime={stamp(job.started_s)} EndTime={stamp(end_s(job))} Deadline=N/A",
        f"SuspendTime=None SecsPreSuspend=0 LastSchedEval={stamp(evaluated)} Scheduler=Main",
        f"Partition={request.partition} AllocNode:Sid={world.shape.head}:{4_000 + job.number}",
        "ReqNodeList=(null) ExcNodeList=(null)",
        f"NodeList={job.node_set}",
        *([f"BatchHost={job.nodes[0]}"] if started else []),
        f"NumNodes={nodes} NumCPUs={count} NumTasks={request.node_count} CPUs/Task={per_node} ReqB:S:C:T=0:0:*:*",
        f"ReqTRES={tres}",
        f"AllocTRES={tres if started else '(null)'}",
        "Socks/Node=* NtasksPerN:B:S:C=1:0:*:* CoreSpec=*",
        *(_held(world, job) if detail and job.state == "RUNNING" else []),
        f"MinCPUsNode={per_node} MinMemoryNode={memory_mb(world, job)}M MinTmpDiskNode=0",
        "Features=(null) DelayBoot=00:00:00",
        "OverSubscribe=OK Contiguous=0 Licenses=(null) Network=(null)",
        f"Command={workdir(job)}/run.sh",
        f"WorkDir={workdir(job)}",
        f"StdErr={workdir(job)}/slurm-{job.number}.out",
        "StdIn=/dev/null",
        f"StdOut={workdir(job)}/slurm-{job.number}.out",
        f"TresPerNode={tres_per_node(job)}",
        "",
    ]


def _held(world: World, job: SimJob) -> list[str]:
    """The GPUs by index, nodes that hold the same ones together."""
    groups: dict[tuple[int, ...], list[str]] = {}
    for name in job.nodes:
        groups.setdefault(job.indices[name], []).append(name)
    memory = memory_mb(world, job)
    return [
        f"JOB_GRES=gpu:{job.gpus}",
        *(
            f"  Nodes={fold(names)} CPU_IDs={_cpu_ids(world, held)} Mem={memory} "
            f"GRES=gpu:{SLURM_TYPE}:{len(held)}(IDX:{index_ranges(held)})"
            for held, names in groups.items()
        ),
    ]


def _cpu_ids(world: World, held: tuple[int, ...]) -> str:
    share = CPUS // world.shape.gpus_per_node
    return index_ranges(tuple(cpu for index in held for cpu in range(index * share, (index + 1) * share)))
