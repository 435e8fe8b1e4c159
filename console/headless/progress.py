"""How an operation goes, in lines for a log: one when something has changed, none when only time has passed."""

import re
from collections.abc import Iterator
from datetime import datetime

from console.headless.bar import filled
from console.operations.eta import clear_at
from console.operations.operation import Operation, Stage, State
from console.operations.result import NodeResult, Outcome
from console.targets import fold
from console.words import count, duration

MOST = 4
_TIMES = re.compile(r"\b(\d+(\.\d+)?(ms|s|m|h|d))+\b|\b\d+h\d\dm\b|\b\d+m\d\ds\b")


class Progress:
    """Remembers what was said last."""

    def __init__(self) -> None:
        self._said = ""

    def news(self, operation: Operation, now: datetime) -> str:
        """The line to say, "" where it would say the same again."""
        line = summary(operation)
        key = _TIMES.sub("", line)
        if key == self._said:
            return ""
        self._said = key
        return f"{line}{_eta(operation, now)}"


def summary(operation: Operation) -> str:
    """Where it stands: the same evidence once, with the nodes it is of."""
    plan = operation.plan
    if operation.ended:
        return operation.result.text
    head = f"{plan.verb} {plan.targets}"
    if operation.state is not State.RUNNING:
        head += f" ({operation.state.value}{f': {operation.why}' if operation.why else ''})"
    if operation.tripped:
        head += f" (stopping: {operation.tripped})"
    return f"{head}: {'; '.join(_parts(operation.nodes)) or 'begun'}"


def line_of(operation: Operation, now: datetime) -> str:
    """Where it stands, in a line with a bar of the steps that have ended, and the time it has taken."""
    plan = operation.plan
    steps = [(step.id, name) for name in plan.follow for step in plan.course.get(name, ())]
    rows = (operation.progress(*step) for step in steps)
    done = sum(row is not None and row.stage is Stage.ENDED for row in rows)
    nodes = f"{sum(node.outcome.ended for node in operation.nodes)}/{len(operation.nodes)}"
    took = duration((now - operation.begun_at).total_seconds())
    where = summary(operation).removeprefix(f"{plan.verb} {plan.targets}").lstrip(": ")
    bar = filled(done / max(1, len(steps)))
    return f"{plan.verb} {plan.targets} {bar} {nodes} {took}  {where}{_eta(operation, now)}"


def node_line(node: NodeResult) -> str:
    """One node: its name, how it went and at which stage, the evidence, and what to do next."""
    said = node.detail or (node.stage if node.outcome is Outcome.WORKING else "")
    at = f" at {node.stage}" if node.next and node.stage else ""
    return f"{node.node} {node.outcome.value}{at}{f' ({said})' if said else ''}{f'; {node.next}' if node.next else ''}"


def _parts(nodes: tuple[NodeResult, ...]) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for node in nodes:
        groups.setdefault(_word(node), []).append(node.node)
    shown = sorted(groups.items(), key=lambda group: group[0] == "done")[:MOST]
    for word, names in shown:
        yield f"{fold(names)} {word}"
    left = sum(len(names) for names in groups.values()) - sum(len(names) for _, names in shown)
    if left:
        yield f"and {count(left, 'node')} more"


def _word(node: NodeResult) -> str:
    if node.outcome is Outcome.WORKING:
        return node.detail or f"to {node.stage}" if node.stage else "waiting"
    return node.outcome.value + (f" ({node.detail})" if node.detail and node.outcome is not Outcome.DONE else "")


def _eta(operation: Operation, now: datetime) -> str:
    latest = clear_at(operation)
    if latest is None or latest <= now:
        return ""
    return f"; clear by {latest:%H:%M}Z at the latest, in {duration((latest - now).total_seconds())}"
