"""What a job can be selected by."""

from backends.model.job import Job
from backends.model.snapshot import Snapshot
from console.select.field import UNKNOWN, Around, Field, Kind, Reading, number, seconds_since, words
from console.select.quantity import COUNT, DURATION


def _places(job: Job, around: Around, key: str) -> Reading:
    nodes = [around.snapshot.nodes.get(name) for name in job.nodes]
    return words(*dict.fromkeys(getattr(node, key) for node in nodes if node is not None))


def _left(job: Job, around: Around) -> Reading:
    """Time until its limit ends it; endless without one."""
    if not job.running:
        return ()
    if job.time_limit_s is None:
        return (float("inf"),)
    return number((job.ends_at - around.now).total_seconds() if job.ends_at else None)


def _age(job: Job, around: Around) -> Reading:
    return seconds_since(job.submitted_at or job.started_at, around.now)


def _old(job: Job, _source: str, snapshot: Snapshot) -> bool:
    return snapshot.stale(job)


_SOURCE = "scheduler"

JOB_STATES = (
    *("pending", "running", "suspended", "completed", "cancelled", "failed", "timeout", "node_fail", "preempted"),
    *("boot_fail", "deadline", "out_of_memory", "configuring", "completing", "stage_out", "requeued", "requeue_fed"),
    *("requeue_hold", "special_exit", "resizing", "signaling", "stopped", "revoked", "power_up_node", "reconfig_fail"),
    *("resv_del_hold", "launch_failed", "update_db", "expediting"),
)
"""Slurm 22.05 to 26.05, job_state_string and its flags. A newer word can be asked for between quotes."""

JOBS: Kind[Job] = Kind(
    "jobs",
    (
        Field(name="job", also=("id", "job.id"), help="its id", read=lambda j, _: (j.id,)),
        Field(name="pod", help="the pod it is of", read=lambda _, a: (a.snapshot.pod,)),
        Field(name="name", also=("job.name",), help="what it is called", read=lambda j, _: words(j.name)),
        Field(name="user", also=("job.user",), help="whose", read=lambda j, _: words(j.user) or UNKNOWN),
        Field(name="account", also=("job.account",), help="for whom", read=lambda j, _: words(j.account)),
        Field(
            name="state",
            also=("job.state",),
            help="running pending completing …, any word of it",
            choices=JOB_STATES,
            read=lambda j, _: tuple(word.lower() for word in j.state) or UNKNOWN,
            source=_SOURCE,
        ),
        Field(name="partition", also=("queue",), help="where it was submitted", read=lambda j, _: words(j.partition)),
        Field(
            name="node",
            also=("nodes",),
            help="any of its nodes; globs and node sets",
            names=True,
            read=lambda j, _: j.nodes,
            source=_SOURCE,
        ),
        Field(name="count", help="how many nodes", unit=COUNT, read=lambda j, _: number(j.node_count)),
        Field(name="rack", help="any rack of its nodes", read=lambda j, a: _places(j, a, "rack")),
        Field(name="gpus", help="how many it holds or asks for", unit=COUNT, read=lambda j, _: number(j.gpus)),
        Field(name="cpus", help="how many it holds or asks for", unit=COUNT, read=lambda j, _: number(j.cpus)),
        Field(
            name="ran",
            help="time since it began",
            unit=DURATION,
            read=lambda j, a: seconds_since(j.started_at, a.now) if j.running else (),
        ),
        Field(name="left", help="time until its limit", unit=DURATION, read=_left),
        Field(name="age", help="time since it was submitted", unit=DURATION, read=_age),
        Field(name="why", also=("reason",), help="why it is pending", read=lambda j, _: words(j.pending_reason)),
    ),
    of=lambda snapshot: snapshot.jobs,
    old=_old,
)
