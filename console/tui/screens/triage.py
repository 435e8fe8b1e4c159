"""Triage: what is wrong, the worst first, with how it is known and what to do."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.types import CSSPathType

from backends.model.finding import Finding
from backends.model.snapshot import Snapshot
from console.tui import describe
from console.tui.screens.table_view import TableView
from console.tui.screens.view import Asked
from console.views import cell as data
from console.views import findings
from widgets.describe import Describe
from widgets.messages import RowHighlighted


class TriageView(TableView):
    """Findings over the evidence of the one under the cursor."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["view.tcss", "triage.tcss"]
    TITLE_WORD = "triage"
    COMMAND = "findings"
    WAITS_FOR = ("slurm", "redfish")
    LEAVE_OUT = ("advice",)

    def view(self, snapshot: Snapshot) -> data.View:
        """Every finding."""
        return findings.view(snapshot, self.desk.ages_now())

    def body(self) -> ComposeResult:
        """The table over its detail."""
        yield from super().body()
        yield Describe(glyphs=self.desk.glyphs, empty="", id="evidence", classes="below")

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """Findings, and the current one's evidence."""
        super().draw(snapshot, awaited)
        self._detail()

    def current(self) -> Finding | None:
        """The finding under the cursor."""
        snapshot = self.desk.snapshot
        found = snapshot.findings if snapshot else ()
        return next((finding for finding in found if finding.id == self.table.cursor), None)

    def entity(self) -> str:
        """What the finding is about; the pod for a source, whose silence hides all of it."""
        finding = self.current()
        if finding is None:
            return ""
        return f"pod:{self.desk.pod}" if finding.entity.startswith("source:") else finding.entity

    def selection(self) -> tuple[str, ...]:
        """The nodes that the chosen findings hit."""
        snapshot = self.desk.snapshot
        chosen = frozenset(self.chosen())
        found = [finding for finding in snapshot.findings if finding.id in chosen] if snapshot else []
        return tuple(dict.fromkeys(node for finding in found for node in finding.hits_nodes))

    def open(self, key: str) -> None:  # noqa: ARG002 - the finding under the cursor is the one
        """The node it is about; the sources, where it is about one."""
        finding = self.current()
        if finding is None:
            return
        if len(finding.hits_nodes) == 1:
            self.post_message(Asked("node", finding.hits_nodes[0]))
        elif finding.entity.startswith("source:"):
            self.post_message(Asked("view", "health"))

    @on(RowHighlighted)
    def _detail(self) -> None:
        finding = self.current()
        pane = self.query_one("#evidence", Describe)
        pane.display = finding is not None
        pane.update(describe.finding(finding, self.desk.ages_now()) if finding else ())
