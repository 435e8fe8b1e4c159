"""Operations of this host: how far each has come, node by node in the pane below, and a word to each."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.types import CSSPathType

from backends.errors import BackendError
from backends.model.snapshot import Snapshot
from console.operations import event as ev
from console.operations.eta import clear_at
from console.operations.identity import actor
from console.operations.journal_error import JournalError
from console.operations.operation import Operation
from console.operations.result import NodeResult, Outcome
from console.operations.step import Do
from console.tui import operations, words
from console.tui.operations import STYLE
from console.tui.screens.table_view import TableView
from console.tui.writing import missing_reason
from console.views import cell as data
from widgets.describe import Describe, Fact, Section
from widgets.messages import RowHighlighted


class OperationsView(TableView):
    """The list, with the nodes of the one under the cursor."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["view.tcss", "triage.tcss"]
    TITLE_WORD = "operations"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "adopt", "carry it on", show=False),
        Binding("z", "pause", "pause, or go on", show=False),
        Binding("x", "cancel", "cancel: take it back", show=False),
        Binding("t", "retry", "begin again", show=False),
    ]
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (("a", "carry on"), ("z", "pause"), ("x", "cancel"))

    def view(self, snapshot: Snapshot) -> data.View:  # noqa: ARG002 - operations are of every pod
        """Every operation."""
        return operations.view(self.operations.all, self.desk.now())

    def body(self) -> ComposeResult:
        """The table over the nodes."""
        yield from super().body()
        yield Describe(glyphs=self.desk.glyphs, empty="", id="nodes", classes="below")

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:  # noqa: ARG002 - nothing here waits for a pod
        """The list and the nodes."""
        super().draw(snapshot, "")
        self._detail()

    def redraw_chrome(self) -> None:
        """It moves on when an operation does, not only when a pod does."""
        self.draw(self.desk.snapshot, "")
        super().redraw_chrome()

    def current(self) -> Operation | None:
        """The operation under the cursor."""
        return next((one for one in self.operations.all if one.id == self.table.cursor), None)

    @work(exclusive=True, group="write")
    async def action_adopt(self) -> None:
        """Carry it on as ours: what nobody carries any more, or what another does."""
        found = self._for("adopt")
        if found is not None and (await self.show(words.adopting(found, actor().user, self.desk.now()))).confirmed:
            await self._say_to(found, ev.Adopted(), f"{found.id} is carried on by you")

    @work(exclusive=True, group="write")
    async def action_pause(self) -> None:
        """No further effect; once more, it goes on."""
        found = self._for("pause")
        if found is not None:
            await self._say_to(found, *words.pausing(found))

    @work(exclusive=True, group="write")
    async def action_cancel(self) -> None:
        """No further step, and what it changed is taken back."""
        found = self._for("cancel")
        if found is None:
            return
        why = await self.ask_line(f"cancel {found.id}, reason: ", missing_reason)
        if why is not None:
            await self._say_to(
                found, ev.Cancelling(why=why), f"{found.id} is told to cancel: what it changed is taken back"
            )

    @work(exclusive=True, group="write")
    async def action_retry(self) -> None:
        """Those that did not get there begin again."""
        found = self._for("retry")
        if found is not None and (await self.show(words.again(found))).confirmed:
            await self._say_to(found, ev.Retried(nodes=words.left(found)), f"{found.id} begins again")

    def _for(self, word: str) -> Operation | None:
        """The operation that a word is for; None, and said why, where it makes no sense."""
        found = self.current()
        why = words.too_late(found, word) if found is not None else "no operation here"
        if why:
            self.say(why, "warning")
        return None if why else found

    async def _say_to(self, operation: Operation, word: ev.Event, then: str) -> None:
        try:
            await self.operations.say(operation, word)
        except (JournalError, BackendError) as error:
            self.say(str(error), "critical")
        else:
            self.say(then)

    @on(RowHighlighted)
    def _detail(self) -> None:
        found = self.current()
        self.query_one("#nodes", Describe).update(_sections(found) if found else ())


def _sections(operation: Operation) -> list[Section]:
    result = operation.result
    facts = [Fact(node.node, _said(node), style=STYLE[node.outcome]) for node in result.nodes]
    if latest := clear_at(operation):
        facts.append(Fact("clear by", f"{latest:%H:%M}Z at the latest, by the time limits of its jobs"))
    if operation.tripped:
        facts.append(Fact("stopping", operation.tripped, style="critical"))
    if operation.plan.reason:
        facts.append(Fact("reason", operation.plan.reason))
    if operation.ended:
        facts.append(Fact("ended", operation.text))
    return [Section(f"{operation.plan.verb} {operation.plan.targets}", tuple(facts), result.outcome.value)]


def _said(node: NodeResult) -> str:
    if node.outcome is Outcome.WORKING:
        return node.detail or (Do(node.stage).doing if node.stage else "waiting")
    ended = f"{node.outcome.value} at {node.stage}" if node.next and node.stage else node.outcome.value
    return " · ".join(part for part in (ended, node.detail, node.next) if part)
