"""When a drain is over at the latest: by the time limits of the jobs that the nodes it still waits for run."""

from datetime import datetime

from console.operations.operation import Operation
from console.operations.result import Outcome
from console.operations.step import Do
from console.targets import expand


def clear_at(operation: Operation) -> datetime | None:
    """The latest end of those jobs; None where nothing is waited for, or one has no limit.

    As the plan knew the jobs: a limit that was changed since stands in the evidence of its node.
    """
    plan = operation.plan
    if operation.ended or not plan.blast.jobs or not any(step.do is Do.EMPTY for step in plan.steps):
        return None
    waiting = {node.node for node in operation.nodes if node.outcome is Outcome.WORKING}
    ends = [hit.ends_at for hit in plan.blast.jobs if not waiting.isdisjoint(expand(hit.nodes))]
    return None if None in ends else max((end for end in ends if end), default=None)
