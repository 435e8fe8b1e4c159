"""`squeue --json` and `scontrol show jobs --json`, in the fields of 24.11 that people read."""

from backends.simulator.commands.document import Fields, Value, number
from backends.simulator.commands.jobs import cpus, end_s, job_tres, memory_mb, tres_per_node, uid, workdir
from backends.simulator.commands.nodes import index_ranges
from backends.simulator.commands.stamp import Stamp
from backends.simulator.gpu import SLURM_TYPE
from backends.simulator.job import SimJob
from backends.simulator.world import World


def job_object(world: World, job: SimJob, stamp: Stamp) -> Fields:
    """One job."""
    request = job.request
    running = job.state == "RUNNING"
    detail: list[Value] = [
        f"gpu:{SLURM_TYPE}:{len(job.indices[name])}(IDX:{index_ranges(job.indices[name])})" for name in job.nodes
    ]
    return {
        "account": request.account,
        "allocating_node": world.shape.head,
        "array_job_id": number(0),
        "array_task_id": number(None),
        "batch_flag": True,
        "batch_host": job.nodes[0] if job.nodes else "",
        "cluster": world.shape.pod,
        "comment": "",
        "cpus": number(cpus(world, job)),
        "current_working_directory": workdir(job),
        "dependency": "",
        "eligible_time": number(stamp.epoch(job.eligible_s)),
        "end_time": number(stamp.epoch(end_s(job))),
        "gres_detail": detail if running else [],
        "group_name": request.account,
        "hold": False,
        "job_id": job.number,
        "job_state": [job.state],
        "memory_per_node": number(memory_mb(world, job)),
        "name": request.name,
        "nodes": job.node_set,
        "node_count": number(request.node_count),
        "partition": request.partition,
        "priority": number(job.priority),
        "qos": "normal",
        "required_nodes": "",
        "requeue": True,
        "restart_cnt": job.restarts,
        "start_time": number(stamp.epoch(job.started_s)),
        "state_description": "",
        "state_reason": job.reason,
        "submit_time": number(stamp.epoch(job.submitted_s)),
        "tasks": number(request.node_count),
        "time_limit": number(request.limit_s // 60),
        "tres_alloc_str": job_tres(world, job) if job.nodes else "",
        "tres_per_node": tres_per_node(job),
        "tres_req_str": job_tres(world, job),
        "user_id": uid(request.user),
        "user_name": request.user,
    }
