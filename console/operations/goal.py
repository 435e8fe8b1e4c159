"""What "there" means for a node, judged from the scheduler's word alone: reported, never assumed."""

from collections.abc import Callable

from backends.model.node import Node, Service
from backends.model.snapshot import Snapshot
from console.operations.result import NodeResult, Outcome

Goal = Callable[[Snapshot, str], NodeResult]


def drained(user: str) -> Goal:
    """Closed with this user's mark, and empty. DRAINING is not there; a node somebody gave back is a conflict."""
    applied = closed(user)

    def judge(snapshot: Snapshot, name: str) -> NodeResult:
        node, begun = snapshot.nodes.get(name), applied(snapshot, name)
        if begun.outcome is Outcome.WORKING:
            return _result(snapshot, name, node, Outcome.CONFLICT, "given back by somebody else")
        if begun.outcome is not Outcome.DONE or begun.service == Service.DRAINED:
            return begun
        if begun.service == Service.DOWN and not begun.jobs:
            return _result(snapshot, name, node, Outcome.DONE, "down; closed to new work")
        return _result(snapshot, name, node, Outcome.WORKING, "")

    return judge


def in_service(snapshot: Snapshot, name: str) -> NodeResult:
    """Takes work again: no longer drained, down or failed."""
    node = snapshot.nodes.get(name)
    if node is None or node.scheduler is None:
        return _result(snapshot, name, node, Outcome.UNKNOWN, "the scheduler no longer knows it")
    if node.service.out or node.service is Service.UNKNOWN:
        return _result(snapshot, name, node, Outcome.WORKING, "")
    return _result(snapshot, name, node, Outcome.DONE, "" if node.scheduler.responding else "not responding yet")


def closed(user: str) -> Goal:
    """Closed with this user's mark, empty or not: what applying a drain must have brought about."""

    def judge(snapshot: Snapshot, name: str) -> NodeResult:
        node = snapshot.nodes.get(name)
        if node is None or node.scheduler is None:
            return _result(snapshot, name, node, Outcome.UNKNOWN, "the scheduler no longer knows it")
        reason = node.scheduler.reason
        if "DRAIN" not in node.scheduler.state:
            return _result(snapshot, name, node, Outcome.WORKING, "not closed to new work")
        if reason is None or reason.mark is None or reason.mark.user != user:
            text = reason.text if reason else "no reason"
            return _result(snapshot, name, node, Outcome.CONFLICT, f"taken over by somebody else: {text}")
        return _result(snapshot, name, node, Outcome.DONE, "")

    return judge


def in_state(service: Service) -> Goal:
    """Reads as one service state, whoever brought it there: for `megapod wait`."""

    def judge(snapshot: Snapshot, name: str) -> NodeResult:
        node = snapshot.nodes.get(name)
        there = node is not None and node.service is service
        return _result(snapshot, name, node, Outcome.DONE if there else Outcome.WORKING, "")

    return judge


def _result(snapshot: Snapshot, name: str, node: Node | None, outcome: Outcome, detail: str) -> NodeResult:
    return NodeResult(
        node=name,
        outcome=outcome,
        service=node.service.value if node else Service.UNKNOWN.value,
        detail=detail,
        jobs=tuple(job.id for job in snapshot.jobs_on(name)),
    )
