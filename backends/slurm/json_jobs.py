"""`squeue --json` and `scontrol show job N --json`, 22.05 to 26.05, as model values. Pure: bytes in.

Polling reads text; this serves the detail of single jobs, where JSON cannot be forged by a job's name, and recordings.
"""

import msgspec
from msgspec import Struct

from backends.clean import clean
from backends.model.job import Job
from backends.model.observation import SchedulerJobs
from backends.slurm.detail import Held, held_from_list
from backends.slurm.fields import epoch, folded, gpus, names
from backends.slurm.jobs import SOURCE
from backends.slurm.json_values import Count, SlurmError, Words, checked, malformed, value, words


class _Job(Struct, frozen=True, kw_only=True):
    job_id: int
    name: str | None = ""
    user_name: str | None = ""
    account: str | None = ""
    partition: str | None = ""
    job_state: Words
    nodes: str | None = ""
    node_count: Count = 0
    cpus: Count = 0
    tasks: Count = 0
    tres_alloc_str: str | None = ""
    tres_per_node: str | None = ""
    tres_per_job: str | None = ""
    tres_per_task: str | None = ""
    gres_detail: list[str] | None = None
    state_reason: str | None = ""
    submit_time: Count = None
    start_time: Count = None
    end_time: Count = None
    time_limit: Count = None
    array_job_id: Count = 0
    array_task_id: Count = None
    array_task_string: str | None = ""
    het_job_id: Count = 0
    het_job_offset: Count = 0


class _Answer(Struct, frozen=True):
    jobs: list[_Job]
    errors: list[SlurmError] = []


_DECODER = msgspec.json.Decoder(_Answer)


def decode_jobs(data: bytes) -> SchedulerJobs:
    """Every job of an answer, by the id squeue shows. Raises Malformed, and Unreachable for an error in disguise."""
    jobs = (_job(job) for job in _decoded(data))
    return SchedulerJobs({job.id: job for job in jobs})


def decode_held(data: bytes, nodes: tuple[str, ...]) -> Held:
    """The GPUs of the one job in an answer, not known when it no longer holds exactly `nodes`."""
    jobs = _decoded(data)
    if len(jobs) != 1 or names(jobs[0].nodes or "") != nodes:
        return Held()
    return held_from_list(jobs[0].gres_detail or [], nodes)


def _decoded(data: bytes) -> list[_Job]:
    try:
        answer = _DECODER.decode(data)
    except msgspec.DecodeError as error:
        raise malformed(error, SOURCE) from None
    checked(answer.errors, empty=not answer.jobs, where=SOURCE)
    return answer.jobs


def _job(job: _Job) -> Job:
    gang = names(job.nodes or "")
    state = tuple(clean(word) for word in words(job.job_state))
    pending = "PENDING" in state
    held = held_from_list(job.gres_detail or [], gang)
    limit_min = value(job.time_limit)
    reason = job.state_reason or ""
    return Job(
        source=SOURCE,
        id=_id(job),
        name=clean(job.name or ""),
        user=clean(job.user_name or ""),
        account=clean(job.account or ""),
        partition=clean(job.partition or ""),
        state=state,
        node_set=folded(gang) if gang else "",
        nodes=gang,
        node_count=value(job.node_count) or 0,
        cpus=value(job.cpus) or 0,
        gpus=held.gpus if held.gpus and gang else _requested(job),
        gpu_indices=held.indices,
        pending_reason="" if reason == "None" else clean(reason),
        submitted_at=epoch(value(job.submit_time)),
        started_at=None if pending else epoch(value(job.start_time)),
        # Slurm writes the start plus a year as the end of a job without a limit: that is no fact.
        ends_at=None if pending or limit_min is None else epoch(value(job.end_time)),
        time_limit_s=None if limit_min is None else limit_min * 60,
    )


def _requested(job: _Job) -> int:
    nodes, tasks = value(job.node_count) or 0, value(job.tasks) or 0
    return (
        gpus(job.tres_alloc_str or "")
        or gpus(job.tres_per_node or "") * nodes
        or gpus(job.tres_per_job or "")
        or gpus(job.tres_per_task or "") * tasks
    )


def _id(job: _Job) -> str:
    """The id squeue shows: `7`, `3_1` or `3_[2-3]` of an array, `11+1` of a heterogeneous job."""
    array, task = value(job.array_job_id), value(job.array_task_id)
    if job.array_task_string:
        return f"{array}_[{clean(job.array_task_string)}]"
    if array and task is not None:
        return f"{array}_{task}"
    if het := value(job.het_job_id):
        return f"{het}+{value(job.het_job_offset) or 0}"
    return str(job.job_id)
