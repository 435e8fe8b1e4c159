"""`squeue -o ...` as model values, safe against what people write into job names.

Every call draws a nonce, which begins every record, and the name comes last, so nothing in a name (a separator, a
newline, a forged row) can reach another cell: nobody can know the nonce of a call to come. The fields before it are
Slurm's and its administrators' words, and a control character parts them: with the nonce between them, too, a queue
of 5,000 jobs was 2.0 MB a round, and is 0.7.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from backends.clean import clean
from backends.errors import Malformed
from backends.model.job import Job
from backends.model.observation import SchedulerJobs
from backends.slurm.fields import duration_s, folded, gpus, instant, names, number, present

SOURCE = "slurm.jobs"

# squeue(1): job with array index, raw id, user, account, partition, state, nodes, CPUs, TRES per node, submitted,
# started, ends, limit, reason, node list, name.
_FIELDS = ("%i", "%A", "%u", "%a", "%P", "%T", "%D", "%C", "%b", "%V", "%S", "%e", "%l", "%r", "%N", "%j")
_BETWEEN = "\x1f"
_KEPT = 131_072  # jobs of a fleet
# A second question, only for jobs whose GPUs are not asked for by node: these exist in the long format alone.
_REQUEST_FIELDS = ("JobID", "NumNodes", "NumTasks", "tres-alloc", "tres-per-job", "tres-per-task", "tres-per-socket")


def queue_format(nonce: str) -> str:
    """The `-o` argument for a nonce."""
    return f"<{nonce}>" + _BETWEEN.join(_FIELDS)


def request_format(nonce: str) -> str:
    """The `-O` argument for a nonce; a suffix of its own keeps a column from being cut to a width."""
    return ",".join(f"{field}:|{nonce}|" for field in _REQUEST_FIELDS)


def parse_queue(text: str, nonce: str) -> tuple[SchedulerJobs, dict[str, str]]:
    """Every job, and the raw number (`scontrol show job`) of each by its id."""
    return told(each(text, nonce))


def each(text: str, nonce: str) -> Iterator[tuple[Job, str]]:
    """The jobs of an answer with their raw numbers, each read when its turn comes."""
    head, *rest = text.split(f"<{nonce}>")
    if head.strip():
        raise Malformed(f"squeue writes something else: {clean(head, 80)!r}", where=SOURCE)
    for record in rest:
        fields = record.removesuffix("\n").split(_BETWEEN, len(_FIELDS) - 1)
        if len(fields) != len(_FIELDS):
            raise Malformed(f"a job of {len(fields)} fields, not {len(_FIELDS)}: {clean(record, 80)!r}", where=SOURCE)
        yield _job(tuple(fields)), fields[1]


def told(found: Iterable[tuple[Job, str]]) -> tuple[SchedulerJobs, dict[str, str]]:
    """The queue, and the raw number of each of its jobs by its id."""
    jobs: dict[str, Job] = {}
    raw: dict[str, str] = {}
    for job, its_number in found:
        jobs[job.id] = job
        raw[job.id] = its_number
    return SchedulerJobs(jobs), raw


@lru_cache(maxsize=_KEPT)  # as a node's line: a job that has not changed is the same object, at a tenth of the cost
def _job(fields: tuple[str, ...]) -> Job:
    job_id, _, user, account, partition, state, nodes, cpus, tres, submitted, started, ends, limit, why, held, name = (
        fields
    )
    gang = names(held)
    pending = state == "PENDING"
    count = number(nodes)
    return Job(
        source=SOURCE,
        id=clean(job_id),
        name=clean(name),
        user=clean(user),
        account=clean(present(account)),
        partition=clean(partition),
        state=(clean(state),),
        node_set=folded(gang) if gang else "",
        nodes=gang,
        node_count=count,
        cpus=number(cpus),
        gpus=gpus(tres) * count,
        pending_reason=clean(present(why)),
        submitted_at=instant(submitted),
        # For a pending job these are the scheduler's plans, not facts.
        started_at=None if pending else instant(started),
        ends_at=None if pending else instant(ends),
        time_limit_s=duration_s(limit),
    )


def parse_requests(text: str, nonce: str) -> dict[str, int]:
    """GPUs by raw job number, for jobs that ask by job, task or socket.

    What the accounting says is allocated is exact; by socket without it is a lower bound (sockets are not stated).
    """
    found: dict[str, int] = {}
    for line in text.splitlines():
        fields = line.split(f"|{nonce}|")
        if len(fields) != len(_REQUEST_FIELDS) + 1:
            raise Malformed(f"a request of {len(fields)} fields: {clean(line, 80)!r}", where=SOURCE)
        raw, nodes, tasks, allocated, by_job, by_task, by_socket, _ = fields
        found[raw.strip()] = (
            gpus(allocated) or gpus(by_job) or gpus(by_task) * number(tasks) or gpus(by_socket) * number(nodes)
        )
    return found
