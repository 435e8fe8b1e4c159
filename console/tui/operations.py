"""The operations begun from this screen: each runs beside everything else, and is told node by node until it ends.

They live as long as the console; what was asked of the scheduler stands when it goes.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from backends.errors import BackendError
from console.operations.plan import Plan
from console.operations.result import Outcome, Result
from console.operations.runner import Runner
from console.state.session import Session
from console.views.cell import Cell, Column, Row, View
from console.views.marks import text
from console.words import age

COLUMNS = (
    Column(key="operation", title="OPERATION"),
    Column(key="verb", title="VERB"),
    Column(key="targets", title="TARGETS", flex=True),
    Column(key="outcome", title="OUTCOME"),
    Column(key="states", title="NODES", flex=True),
    Column(key="jobs", title="STILL RUNNING", priority=1),
    Column(key="began", title="BEGAN", right=True, priority=2),
)

_STYLE = {
    Outcome.WORKING: "draining",
    Outcome.DONE: "ok",
    Outcome.FAILED: "critical",
    Outcome.CONFLICT: "critical",
    Outcome.TIMED_OUT: "warning",
    Outcome.REFUSED: "critical",
    Outcome.UNKNOWN: "unknown",
}


class Operation:
    """One plan on its way. `result` is the last that was told of it; `ended` whether that is the end."""

    def __init__(self, plan: Plan, began_at: datetime) -> None:
        self.plan = plan
        self.began_at = began_at
        self.result: Result | None = None
        self.ended = False

    @property
    def outcome(self) -> Outcome:
        """WORKING until it has ended, whatever a step of it came to."""
        return self.result.outcome if self.ended and self.result else Outcome.WORKING

    @property
    def states(self) -> str:
        """Where its nodes are, in the scheduler's words: `2 draining, 1 drained`."""
        if self.result is None or not self.result.nodes:
            return "asking the scheduler" if not self.ended else ""
        counted = Counter(node.service for node in self.result.nodes)
        return ", ".join(f"{number} {service}" for service, number in counted.items())

    @property
    def jobs(self) -> tuple[str, ...]:
        """The jobs it still waits for."""
        nodes = self.result.nodes if self.result and not self.ended else ()
        return tuple(dict.fromkeys(job for node in nodes if node.outcome is not Outcome.DONE for job in node.jobs))

    @property
    def line(self) -> str:
        """The whole as one line for a person."""
        said = self.plan
        if self.ended and self.result is not None:
            ended = f"{said.verb} {said.targets}: {self.result.outcome.value}"
            return ended if self.result.text == ended else f"{ended}. {self.result.text}"
        jobs = f" while job {', '.join(self.jobs)} runs" if self.jobs else ""
        return f"{said.verb} {said.targets}: {self.states}{jobs}"


class Operations:
    """Every operation of this console, the newest first. `changed` is called with each that moved on."""

    def __init__(self, changed: Callable[[Operation], None]) -> None:
        self.all: list[Operation] = []
        self._changed = changed
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> tuple[Operation, ...]:
        """Those that have not ended."""
        return tuple(operation for operation in self.all if not operation.ended)

    def start(self, session: Session, plan: Plan) -> Operation:
        """Run a plan to its end beside everything else."""
        operation = Operation(plan, session.clock.now())
        self.all.insert(0, operation)
        task = asyncio.create_task(self._run(Runner(session, plan), operation), name=plan.operation)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._changed(operation)
        return operation

    async def leave(self) -> None:
        """Stop following. What was begun stands."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, runner: Runner, operation: Operation) -> None:
        def progress(result: Result) -> None:
            operation.result = result
            self._changed(operation)

        plan = operation.plan
        try:
            operation.result = await runner.run(wait=True, timeout_s=None, progress=progress)
        except BackendError as error:
            operation.result = _failed(plan, str(error))
        except Exception as error:
            operation.result = _failed(plan, f"a bug in megapod, please report it: {error!r}")
            raise
        finally:
            operation.ended = not _cancelling()
            self._changed(operation)


def view(operations: list[Operation], now: datetime) -> View:
    """One row an operation."""
    rows = tuple(Row(operation.plan.operation, _cells(operation, now)) for operation in operations)
    return View(kind="operations", columns=COLUMNS, rows=rows, empty="nothing was begun from this screen")


def _cells(operation: Operation, now: datetime) -> tuple[Cell, ...]:
    plan = operation.plan
    return (
        Cell(plan.operation),
        Cell(plan.verb),
        text(plan.targets),
        Cell(operation.outcome.value, _STYLE[operation.outcome]),
        text(operation.states),
        text(", ".join(operation.jobs)),
        Cell(age(operation.began_at, now)),
    )


def _cancelling() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _failed(plan: Plan, what: str) -> Result:
    return Result(
        operation=plan.operation,
        verb=plan.verb,
        pod=plan.pod,
        targets=plan.targets,
        outcome=Outcome.FAILED,
        text=what,
    )
