"""Operations begun from this screen: how far each has come, node by node in the pane below."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.types import CSSPathType

from backends.model.snapshot import Snapshot
from console.operations.operation import Operation
from console.operations.result import NodeResult, Outcome
from console.operations.step import Do
from console.tui import operations
from console.tui.operations import STYLE
from console.tui.screens.table_view import TableView
from console.views import cell as data
from widgets.describe import Describe, Fact, Section
from widgets.messages import RowHighlighted


class OperationsView(TableView):
    """The list, with the nodes of the one under the cursor."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["view.tcss", "triage.tcss"]
    TITLE_WORD = "operations"

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
        super().redraw_chrome()
        self.draw(self.desk.snapshot, "")

    @on(RowHighlighted)
    def _detail(self) -> None:
        found = next((one for one in self.operations.all if one.id == self.table.cursor), None)
        self.query_one("#nodes", Describe).update(_sections(found) if found else ())


def _sections(operation: Operation) -> list[Section]:
    result = operation.result
    facts = [Fact(node.node, _said(node), style=STYLE[node.outcome]) for node in result.nodes]
    if operation.plan.reason:
        facts.append(Fact("reason", operation.plan.reason))
    if operation.ended:
        facts.append(Fact("ended", operation.text))
    return [Section(f"{operation.plan.verb} {operation.plan.targets}", tuple(facts), result.outcome.value)]


def _said(node: NodeResult) -> str:
    if node.outcome is Outcome.WORKING:
        return node.detail or (Do(node.stage).doing if node.stage else "waiting")
    return " · ".join(part for part in (node.outcome.value, node.detail) if part)
