"""Placement: jobs over nodes. Choose a job and its nodes light up; choose a node and its jobs do."""

from collections.abc import Collection
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.types import CSSPathType
from textual.widget import Widget

from backends.model.snapshot import Snapshot
from console.tui import describe
from console.tui.desk import Desk
from console.tui.heat import HeatCells
from console.tui.operations import Operations
from console.tui.screens.jobs import JobsView
from console.tui.screens.view import Asked
from widgets.describe import Describe
from widgets.heatmap import HeatMap
from widgets.messages import CellHighlighted, CellSelected, RowHighlighted
from widgets.table import LineTable


class PlacementView(JobsView):
    """The job table over the node map; the pane with the focus leads, the other lights up."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["view.tcss", "placement.tcss"]
    TITLE_WORD = "placement"
    LEAVE_OUT = ("ran",)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("c", "colour", "other colours", show=False)]

    def __init__(self, desk: Desk, operations: Operations) -> None:
        super().__init__(desk, operations)
        self._heat = HeatCells(desk.glyphs)

    @property
    def map(self) -> HeatMap:
        """The map."""
        return self.query_one(HeatMap)

    def body(self) -> ComposeResult:
        """Jobs, map, details of what leads."""
        yield LineTable((), glyphs=self.desk.glyphs, classes="pane")
        with Vertical(classes="beside"):
            yield HeatMap(glyphs=self.desk.glyphs, empty="no node is known yet", classes="pane")
            yield Describe(glyphs=self.desk.glyphs, empty="", id="details")

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """Jobs, then the map."""
        super().draw(snapshot, awaited)
        heat = self.map
        heat.waiting = self.desk.awaited("slurm.nodes", "redfish")
        if snapshot is None:
            heat.update(())
            return
        cells, legend = self._heat.cells(snapshot)
        heat.set_legend(legend if snapshot.nodes else ())
        heat.update(cells)
        self._light()

    def title_text(self) -> str:
        """With what the map shows, where it is not the state."""
        return self.TITLE_WORD if self._heat.mode == "state" else f"{self.TITLE_WORD}: {self._heat.mode}"

    def lit(self) -> Collection[str]:
        """The jobs of the node under the map's cursor, while the map leads."""
        snapshot, node = self.desk.snapshot, self.map.cursor
        if snapshot is None or node is None or not self.map.has_focus:
            return ()
        return frozenset(job.id for job in snapshot.jobs_on(node))

    def selection(self) -> tuple[str, ...]:
        """The node under the map's cursor while the map leads, else the nodes of the chosen jobs."""
        if self.map.has_focus:
            marked = self.map.marks
            return tuple(sorted(marked)) or ((self.map.cursor,) if self.map.cursor else ())
        return super().selection()

    def marks(self) -> Collection[str]:
        """Of the pane that leads."""
        return self.map.marks if self.map.has_focus else super().marks()

    def toggle_mark(self) -> None:
        """In the pane that leads."""
        if self.map.has_focus:
            self.map.toggle_mark()
        else:
            super().toggle_mark()

    def clear_marks(self) -> None:
        """In both panes."""
        self.map.clear_marks()
        super().clear_marks()

    def action_colour(self) -> None:
        """The next way to colour the map."""
        self._heat.cycle()
        self.redraw(force=True)

    def on_descendant_focus(self) -> None:
        """The other pane leads now."""
        self.redraw(force=True)

    @on(RowHighlighted)
    def _job_highlighted(self) -> None:
        self._light()

    @on(CellHighlighted)
    def _node_highlighted(self) -> None:
        if self.map.has_focus:
            self.redraw(force=True)

    @on(CellSelected)
    def _node_selected(self, event: CellSelected) -> None:
        self.post_message(Asked("node", event.key))

    def first_pane(self) -> Widget:
        """The jobs."""
        return self.table

    def _light(self) -> None:
        """Light up the nodes of the job under the cursor; of every job of the node, while the map leads."""
        snapshot = self.desk.snapshot
        if snapshot is None:
            return
        now = self.desk.ages_now()
        details = self.query_one("#details", Describe)
        node = self.map.cursor
        if self.map.has_focus and node is not None:
            self.map.highlight({name for job in snapshot.jobs_on(node) for name in job.nodes})
            details.update(describe.brief(snapshot, node, now))
            return
        job = snapshot.jobs.get(self.table.cursor or "")
        self.map.highlight(job.nodes if job is not None and job.running else ())
        details.update(describe.job(snapshot, job.id, now) if job is not None else ())
