"""What "there" means for a node or a job, judged from its source's word: for `megapod wait`."""

from collections.abc import Callable

from backends.model.node import Service
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot

Goal = Callable[[Snapshot, str], bool]


def in_service(snapshot: Snapshot, name: str) -> bool:
    """Takes work again: no longer drained, down or failed."""
    node = snapshot.nodes.get(name)
    return node is not None and not (node.service.out or node.service is Service.UNKNOWN)


def in_state(service: Service) -> Goal:
    """Reads as one service state, whoever brought it there."""

    def judge(snapshot: Snapshot, name: str) -> bool:
        node = snapshot.nodes.get(name)
        return node is not None and node.service is service

    return judge


def in_health(severity: Severity) -> Goal:
    """The controller calls it that, and its facts are not old."""

    def judge(snapshot: Snapshot, name: str) -> bool:
        node = snapshot.nodes.get(name)
        return node is not None and node.health is severity and not snapshot.stale(node.hardware)

    return judge


def job_started(snapshot: Snapshot, job: str) -> bool:
    """The job holds nodes."""
    return job in snapshot.jobs and snapshot.jobs[job].running


def job_ended(snapshot: Snapshot, job: str) -> bool:
    """The job neither holds nodes nor waits for any; one that the queue no longer shows has ended, too."""
    found = snapshot.jobs.get(job)
    return found is None or not (found.running or "PENDING" in found.state)
