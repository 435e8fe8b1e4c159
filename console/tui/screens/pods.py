"""The fleet: every pod of the config, how each is and how well we hear it, and the way to it."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.types import CSSPathType

from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.state.kept import Kept
from console.tui.desk import Desk
from console.tui.operations import Operations
from console.tui.screens.table_view import TableView
from console.tui.screens.view import Asked
from console.tui.sections import drawn
from console.views import cell as data
from console.views import pods
from widgets.describe import Describe
from widgets.messages import RowHighlighted


class PodsView(TableView):
    """One line a pod; enter goes there. Below, what is wrong with the one under the cursor."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["view.tcss", "pods.tcss"]
    TITLE_WORD = "fleet"
    COMMAND = "pods"
    WAITS_FOR = ("slurm", "redfish")

    def __init__(self, desk: Desk, operations: Operations) -> None:
        super().__init__(desk, operations)
        self._kept: dict[str, Kept[data.Row]] = {}

    def made_of(self, snapshot: Snapshot) -> tuple[object, ...]:  # noqa: ARG002 - all of them
        """Every pod, and what each was asked."""
        return tuple(self.desk.snapshots.values())

    def view(self, snapshot: Snapshot) -> data.View:  # noqa: ARG002 - all of them
        """Every pod, those first that page: of a hundred a screen shows twenty. A row is made anew with its own pod."""
        return pods.of_rows(map(self._row, sorted(self.desk.snapshots.values(), key=_worst)))

    def _row(self, snapshot: Snapshot) -> data.Row:
        now, kept = self.desk.ages_now(), self._kept.setdefault(snapshot.pod, Kept())
        return kept.of((*snapshot.told, snapshot.requests_last_min, now), lambda: pods.row(snapshot, now))

    def body(self) -> ComposeResult:
        """The table, and what is wrong with one of them."""
        yield from super().body()
        yield Describe(glyphs=self.desk.glyphs, empty="", id="wrong")

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """Both."""
        super().draw(snapshot, awaited)
        self._detail()

    @on(RowHighlighted)
    def _detail(self) -> None:
        """The worst first; where a pod is well, or nothing is known of it, the table says so."""
        snapshot, pane = self.desk.snapshots.get(self.table.cursor or ""), self.query_one("#wrong", Describe)
        pane.display = snapshot is not None and bool(snapshot.findings)
        if snapshot is not None:
            pane.update(drawn((pods.wrong(snapshot, self.desk.ages_now()),)))

    def things(self) -> Mapping[str, object]:
        """Every pod, not only the one on the desk."""
        return self.desk.snapshots

    def open(self, key: str) -> None:
        """To this pod."""
        self.post_message(Asked("pod", key))


def _worst(snapshot: Snapshot) -> int:
    """The rank of what is worst of a pod. Alike they stand as in the config: a row moves when its pod's worst does."""
    return min((found.severity.rank for found in snapshot.findings), default=Severity.OK.rank)
