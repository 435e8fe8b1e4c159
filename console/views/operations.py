"""Operations and their steps as tables and documents: the same rows for every verb that lists them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from console.operations.eta import clear_at
from console.operations.event import Actor
from console.operations.lock import Holder
from console.operations.operation import Operation, Progress, Stage
from console.operations.result import Outcome
from console.operations.step import Step
from console.targets import expand
from console.views.cell import Cell, Column, Row, View
from console.views.marks import aged, text
from console.words import duration

COLUMNS = (
    Column(key="operation", title="OPERATION"),
    Column(key="verb", title="VERB"),
    Column(key="pod", title="POD", priority=1),
    Column(key="targets", title="TARGETS", flex=True),
    Column(key="state", title="STATE"),
    Column(key="nodes", title="NODES"),
    Column(key="by", title="BY"),
    Column(key="begun", title="BEGUN", right=True),
    Column(key="why", title="WHY", flex=True, priority=2),
)
STEPS = (
    Column(key="step", title="STEP"),
    Column(key="node", title="NODE"),
    Column(key="stage", title="STAGE"),
    Column(key="since", title="SINCE", right=True),
    Column(key="took", title="TOOK", right=True),
    Column(key="left", title="LEFT", right=True),
    Column(key="tries", title="TRIES", right=True, priority=1),
    Column(key="evidence", title="EVIDENCE", flex=True),
)
INTERRUPTED = "interrupted"


class Carried(Struct, frozen=True, kw_only=True):
    """An operation, and who carries it. Open and carried by nobody, it was interrupted."""

    operation: Operation
    holder: Holder | None = None

    @property
    def state(self) -> str:
        """Its outcome where it has ended, else how it stands."""
        if self.operation.ended:
            return self.operation.result.outcome.value
        return self.operation.state.value if self.holder else INTERRUPTED


def view(carried: Iterable[Carried], now: datetime) -> View:
    """One row an operation."""
    rows = tuple(Row(one.operation.id, _cells(one, now)) for one in carried)
    return View(kind="operations", columns=COLUMNS, rows=rows, empty="no operation")


class OperationItem(Struct, frozen=True, kw_only=True):
    """One operation in short. `nodes` counts them by outcome; `carrier` is None where nobody carries it."""

    id: str
    verb: str
    pod: str
    targets: str
    reason: str
    state: str
    outcome: str
    text: str
    nodes: dict[str, int]
    begun_at: datetime
    begun_by: Actor
    by: Actor
    carrier: Actor | None
    deadline_at: datetime | None
    clear_at: datetime | None
    ended_at: datetime | None
    told_at: datetime

    @property
    def label(self) -> str:
        """Its id."""
        return self.id

    @property
    def on(self) -> tuple[str, ...]:
        """The nodes it was asked for."""
        return expand(self.targets)


def item(carried: Carried) -> OperationItem:
    """One operation as an item of a list."""
    operation, holder = carried.operation, carried.holder
    plan = operation.plan
    return OperationItem(
        id=operation.id,
        verb=plan.verb,
        pod=plan.pod,
        targets=plan.targets,
        reason=plan.reason,
        state=carried.state,
        outcome=operation.result.outcome.value,
        text=operation.text or operation.why or operation.tripped,
        nodes=dict(Counter(node.outcome.value for node in operation.nodes)),
        begun_at=operation.begun_at,
        begun_by=operation.begun_by,
        by=operation.by,
        carrier=holder.actor if holder else None,
        deadline_at=plan.deadline_at,
        clear_at=clear_at(operation),
        ended_at=operation.ended_at,
        told_at=operation.told_at,
    )


def steps(operation: Operation, now: datetime) -> View:
    """Each step of each node that has begun, in the plan's order: its clock, what is left of its time, the evidence."""
    rows = tuple(_steps(operation, now))
    return View(kind="steps", columns=STEPS, rows=rows, empty="no step has begun")


def ends_at(operation: Operation, step: Step, row: Progress) -> datetime | None:
    """When a step that has not ended runs out of time: its own patience, or the operation's deadline before that."""
    if row.stage is Stage.ENDED:
        return None
    since = row.since if row.stage is Stage.APPLIED else row.begun_at
    own = since + timedelta(seconds=step.patience_s) if step.patience_s is not None else None
    ends = [end for end in (own, operation.plan.deadline_at) if end is not None]
    return min(ends, default=None)


def _cells(carried: Carried, now: datetime) -> tuple[Cell, ...]:
    operation = carried.operation
    plan, nodes = operation.plan, operation.nodes
    done = sum(node.outcome is Outcome.DONE for node in nodes)
    bad = "warning" if carried.state == INTERRUPTED else ""
    return (
        Cell(operation.id),
        Cell(plan.verb),
        Cell(plan.pod),
        Cell(plan.targets),
        Cell(carried.state, bad),
        Cell(f"{done}/{len(nodes)}"),
        Cell(operation.by.user),
        aged(operation.begun_at, now),
        text(operation.text or operation.why or operation.tripped or plan.reason),
    )


def _steps(operation: Operation, now: datetime) -> Iterator[Row]:
    known = {step.id: step for step in operation.plan.steps}
    order = {name: number for number, name in enumerate(known)}
    for name in sorted(operation.steps, key=lambda name: order.get(name, len(order))):
        for node, row in operation.steps[name].items():
            end = ends_at(operation, known[name], row) if name in known else None
            stage = row.outcome.value if row.stage is Stage.ENDED else row.stage.value if row.stage else "begun"
            yield Row(
                f"{name}/{node}",
                (
                    Cell(name.removesuffix(f"/{node}")),
                    Cell(node),
                    Cell(stage),
                    Cell(f"{row.since:%H:%M:%S}", order=row.since.timestamp()),
                    _lasts(((row.since if row.stage is Stage.ENDED else now) - row.begun_at).total_seconds()),
                    _lasts((end - now).total_seconds()) if end else text(""),
                    Cell(str(row.tries)),
                    text("; ".join(part for part in (row.text, f"task: {row.said}" if row.said else "") if part)),
                ),
            )


def _lasts(seconds: float) -> Cell:
    """A duration to the second."""
    return Cell(duration(seconds), order=int(seconds))
