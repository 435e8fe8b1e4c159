"""The operations this screen looks on at: each beside everything else, told node by node until it ends.

They do not live here: whoever carries them goes on when the console is closed.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from datetime import datetime

from console.operations import event as ev
from console.operations.carrier import Carrier
from console.operations.hold import Hold
from console.operations.journal_error import JournalError
from console.operations.operation import Operation, State
from console.operations.plan import Plan
from console.operations.result import NodeResult, Outcome
from console.operations.step import Do
from console.state.session import Session
from console.tui.attending import Attending
from console.views.cell import Cell, Column, Row, View
from console.views.marks import aged, text

COLUMNS = (
    Column(key="operation", title="OPERATION"),
    Column(key="verb", title="VERB"),
    Column(key="targets", title="TARGETS", flex=True),
    Column(key="outcome", title="OUTCOME"),
    Column(key="nodes", title="NODES", flex=True),
    Column(key="last", title="LAST WORD", flex=True, priority=1),
    Column(key="began", title="BEGAN", right=True, priority=2),
)

LOOKS_EVERY_S = 2.0
"""How soon it is seen that something was begun, or begun again, elsewhere: one small query of the journal."""

STYLE = {
    Outcome.WORKING: "draining",
    Outcome.DONE: "ok",
    Outcome.FAILED: "critical",
    Outcome.CONFLICT: "critical",
    Outcome.TIMED_OUT: "warning",
    Outcome.REFUSED: "critical",
    Outcome.CANCELLED: "stale",
    Outcome.SKIPPED: "warning",
    Outcome.NOT_REACHED: "warning",
    Outcome.UNKNOWN: "unknown",
}


class Operations:
    """Every operation of this console, the newest first. `changed` is called with each that moved on."""

    def __init__(self, changed: Callable[[Operation], None], failed: Callable[[str], None], carrier: Carrier) -> None:
        self._by_id: dict[str, Operation] = {}
        self._changed = changed
        self._failed = failed
        self._carrier = carrier
        self.attending = Attending(carrier, failed)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def all(self) -> list[Operation]:
        """Newest first."""
        return list(reversed(self._by_id.values()))

    @property
    def running(self) -> tuple[Operation, ...]:
        """Those that have not ended."""
        return tuple(operation for operation in self._by_id.values() if not operation.ended)

    def start(self, session: Session, plan: Plan) -> None:
        """Have a confirmed plan carried, and look on."""
        self._beside(self._look_on(self._carrier.carry(session, plan)), plan.operation)

    async def take_up(self) -> None:
        """Look on, until it is cancelled, at what has not ended: begun elsewhere, by an earlier console, or anew."""
        failed = ""
        while True:
            try:
                for identity in await self._carrier.under_way():
                    known = self._by_id.get(identity)
                    if not self._looked_on(identity) and (known is None or known.ended):
                        self._beside(self._look_on(self._carrier.look_on(identity)), identity)
            except JournalError as error:
                if failed != (failed := str(error)):
                    self._failed(failed)
            await asyncio.sleep(LOOKS_EVERY_S)

    def _looked_on(self, identity: str) -> bool:
        return any(task.get_name() == identity for task in self._tasks)

    async def say(self, operation: Operation, word: ev.Event) -> None:
        """Say something to an operation, and look on at one that begins again. Raises JournalError or BackendError."""
        await self._carrier.say(operation, word)
        if operation.ended and not self._looked_on(operation.id):
            self._beside(self._look_on(self._carrier.look_on(operation.id)), operation.id)

    async def holds(self, pod: str) -> Mapping[str, Hold]:
        """The nodes of a pod that are held, as the journal has it. Raises JournalError."""
        return await self._carrier.holds(pod)

    async def leave(self) -> None:
        """Stop looking on. What was begun goes on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._carrier.close()

    def _beside(self, work: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_on(self, operations: AsyncIterator[Operation]) -> None:
        try:
            async for operation in operations:
                if operation != self._by_id.get(operation.id):
                    self._by_id[operation.id] = operation
                    self._changed(operation)
        except JournalError as error:
            self._failed(str(error))


def where(operation: Operation) -> str:
    """Where its nodes are, in the words of its steps: `2 empty, 1 done`."""
    if operation.ended:
        counted = Counter(node.outcome.value for node in operation.result.nodes)
    else:
        counted = Counter(
            _doing(operation, node) if node.outcome is Outcome.WORKING else node.outcome.value
            for node in operation.nodes
        )
    return ", ".join(f"{number} {word}" for word, number in counted.items())


def _doing(operation: Operation, node: NodeResult) -> str:
    """What a node is in the middle of; not as if it went on, where nobody carries the operation any more."""
    doing = Do(node.stage).doing if node.stage else "waiting"
    return f"cut off {doing}" if operation.lost else doing


def last_word(operation: Operation) -> str:
    """The evidence of what it waits for now; how it ended, when it has; what to do where nobody carries it."""
    if operation.ended:
        return operation.text
    if operation.lost:
        return f"interrupted: `megapod ops adopt {operation.id}`"
    busy = (node for node in operation.nodes if node.outcome is Outcome.WORKING and node.detail)
    return next((f"{node.node}: {node.detail}" for node in busy), operation.why)


def line(operation: Operation) -> str:
    """The whole as one line for a person."""
    plan, word = operation.plan, last_word(operation)
    if not operation.ended:
        return f"{plan.verb} {plan.targets}: {where(operation)}" + (f". {word}" if word else "")
    ended = f"{plan.verb} {plan.targets}: {operation.result.outcome.value}"
    return ended if word == ended else f"{ended}. {word}"


def view(operations: list[Operation], now: datetime) -> View:
    """One row an operation."""
    rows = tuple(Row(operation.id, _cells(operation, now)) for operation in operations)
    return View(kind="operations", columns=COLUMNS, rows=rows, empty="no operation yet: D, P or V on a node begins one")


def _cells(operation: Operation, now: datetime) -> tuple[Cell, ...]:
    plan = operation.plan
    outcome = operation.result.outcome
    stands = outcome.value if operation.ended or operation.state is State.RUNNING else operation.state.value
    stands = "interrupted" if operation.lost else stands
    return (
        Cell(plan.operation),
        Cell(plan.verb),
        text(plan.targets),
        Cell(stands, STYLE[outcome]),
        text(where(operation)),
        text(last_word(operation)),
        aged(operation.begun_at, now),
    )
