"""Placement: jobs over nodes. Choose a job and its nodes light up; choose a node and its jobs do."""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import chain
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.types import CSSPathType
from textual.widget import Widget

from backends.model.snapshot import Snapshot
from console.state.kept import Kept
from console.tui.aside import LARGE, Aside
from console.tui.board import blocks, phrases
from console.tui.desk import Desk
from console.tui.heat import HeatCells
from console.tui.operations import Operations
from console.tui.screens.jobs import JobsView
from console.tui.screens.view import Asked
from console.tui.sections import drawn
from console.views import capacity, job_facts, node_facts
from widgets.board import Block, Board, Reading
from widgets.describe import Describe
from widgets.heat_grid import HeatGrid
from widgets.heatmap import HeatMap, LegendEntry
from widgets.messages import CellHighlighted, CellSelected, RowHighlighted
from widgets.table import LineTable

TALL = 36
"""Lines from which the board tells where there is room."""


class _Fits(NamedTuple):
    """What fits now, in words, and by partition, domain and rack where the screen has room."""

    whole: capacity.Room
    told: tuple[Reading, ...]
    room: tuple[Block, ...]


class _Placed(NamedTuple):
    """What fits now in a snapshot, and its map, laid out."""

    snapshot: Snapshot
    fits: _Fits
    grid: HeatGrid
    legend: list[LegendEntry]


class PlacementView(JobsView):
    """The job table over the node map; the pane with the focus leads, the other lights up."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["view.tcss", "placement.tcss"]
    TITLE_WORD = "placement"
    LEAVE_OUT = ("ran",)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "colour", "other colours", show=False),
        Binding("z", "zoom", "values, each GPU", show=False),
    ]

    def __init__(self, desk: Desk, operations: Operations) -> None:
        super().__init__(desk, operations)
        self._heat = HeatCells(desk.glyphs)
        self._fits: Kept[_Fits] = Kept()
        self._grid: Kept[tuple[HeatGrid, list[LegendEntry]]] = Kept()
        self._whole: capacity.Room | None = None
        self._mapping: Aside[_Placed] = Aside(self, self._place)

    @property
    def busy(self) -> bool:
        """Whether what is on screen is about to be another."""
        return self._mapping.busy or super().busy

    @property
    def map(self) -> HeatMap:
        """The map."""
        return self.query_one(HeatMap)

    def body(self) -> ComposeResult:
        """What fits, jobs, map, details of what leads."""
        yield Board(glyphs=self.desk.glyphs)
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
            self._mapping.drop()
            self.query_one(Board).display = False
            heat.update(())
            return
        room, tall, now = (heat.size.width, heat.size.height), self.size.height >= TALL, self.desk.ages_now()
        large = len(snapshot.nodes) > LARGE
        self._mapping.want(lambda: self._placed(snapshot, room, now, tall=tall), large=large)

    def _placed(self, snapshot: Snapshot, room: tuple[int, int], now: datetime, *, tall: bool) -> _Placed:
        """In whichever thread: never two at once."""

        def fits() -> _Fits:
            whole = capacity.room(snapshot, snapshot.nodes)
            told = phrases(capacity.phrases(snapshot, whole))
            views = ((capacity.view(snapshot, now), "WHERE WORK FITS", 8),) if tall and told else ()
            return _Fits(whole, told, blocks(views))

        queue = snapshot.jobs, snapshot.partitions, snapshot.reservations, snapshot.topology, *snapshot.trust
        scheduled = ((node.scheduler, node.gpu_count) for node in snapshot.nodes.values())
        self._heat.fit(*room)
        found = self._fits.of((snapshot.pod, tall, *queue, *chain.from_iterable(scheduled)), fits)
        map_of = *snapshot.told, self._heat.mode, self._heat.zoom, *room
        return _Placed(snapshot, found, *self._grid.of(map_of, lambda: self._heat.grid(snapshot)))

    def _place(self, made: _Placed) -> None:
        if made.snapshot.pod != self.desk.pod:  # one went on to another meanwhile
            return
        fits, board = made.fits, self.query_one(Board)
        self._whole = fits.whole
        board.display = bool(fits.told)
        if fits.told:
            board.update(fits.room, fits.told)
        self.map.set_legend(made.legend if made.snapshot.nodes else ())
        self.map.update(made.grid)
        self._light()

    def on_resize(self) -> None:
        """The board tells more where there is room."""
        self.redraw(force=True)

    def title_text(self) -> str:
        """With what the map shows, where it is not the state."""
        return self.TITLE_WORD + self._heat.said

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

    def mark_nodes(self, names: Iterable[str]) -> int:
        """On the map, which leads from then on."""
        self.call_after_refresh(self.map.focus)  # a line that closes gives the focus to the jobs
        return self.map.mark(names)

    def clear_marks(self) -> None:
        """In both panes."""
        self.map.clear_marks()
        super().clear_marks()

    def action_colour(self) -> None:
        """The next way to colour the map."""
        self._heat.cycle()
        self.redraw(force=True)

    def action_zoom(self) -> None:
        """From nodes to their values, to each of their GPUs, and back."""
        self._heat.nearer()
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
            chosen = self.selection()
            takes = capacity.drain_takes(snapshot, chosen, self._whole)
            details.update(drawn((takes, *node_facts.brief(snapshot, node, now))))
            return
        job = snapshot.jobs.get(self.table.cursor or "")
        self.map.highlight(job.nodes if job is not None and job.running else ())
        details.update(drawn(job_facts.whole(snapshot, job.id, now)) if job is not None else ())
