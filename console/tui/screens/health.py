"""Health: power against budget, coolant, leaks, fans, links at a glance; below, the plant, sources or findings."""

from collections.abc import Collection
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.types import CSSPathType

from backends.model.snapshot import Snapshot
from backends.model.topology import Kind
from console.state.kept import Kept
from console.tui.aside import LARGE
from console.tui.board import blocks, phrases
from console.tui.desk import Desk
from console.tui.operations import Operations
from console.tui.screens.table_view import Made, TableView
from console.tui.screens.view import Asked
from console.tui.sections import drawn
from console.views import cell as data
from console.views import component_facts, coolant, finding_facts, findings, parts, plant, power, source_facts, sources
from console.views.section import Section
from console.views.tally import Tally
from widgets.board import Block, Board, Reading
from widgets.describe import Describe
from widgets.messages import RowHighlighted
from widgets.table import LineTable

TALL = 36
"""Lines from which the board tells more of what there are many of."""

BROAD = 150
"""Columns from which the part under the cursor is told beside the table."""

BELOW = ("plant", "sources", "findings")


_Told = tuple[tuple[Block, ...], tuple[Reading, ...]]
"""Readings and phrases of the board."""


class HealthView(TableView):
    """The board of readings over a table: what `c` chooses, and what needs eyes until something is chosen."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["view.tcss", "health.tcss"]
    TITLE_WORD = "health"
    COMMAND = "plant"
    WAITS_FOR = ("slurm", "redfish")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("c", "below", "plant, sources, findings", show=False)]

    _chosen = ""
    _drawn_below = ""

    def __init__(self, desk: Desk, operations: Operations) -> None:
        super().__init__(desk, operations)
        self._plant: Kept[data.View] = Kept()
        self._tally = Tally()
        self._board: Kept[_Told] = Kept()
        self._told: _Told = (), ()
        self._tall = False

    def body(self) -> ComposeResult:
        """The board, the table, and more of what is under its cursor."""
        yield Board(glyphs=self.desk.glyphs)
        with Horizontal(classes="below"):
            yield LineTable((), glyphs=self.desk.glyphs, classes="pane")
            yield Describe(glyphs=self.desk.glyphs, empty="", id="part", classes="beside")
        yield Describe(glyphs=self.desk.glyphs, empty="", id="evidence")

    def made_of(self, snapshot: Snapshot) -> tuple[object, ...]:
        """Histories too; of the sources all that they say of themselves."""
        sources = snapshot.sources.values() if self.below(snapshot) == "sources" else ()
        return (*snapshot.told, snapshot.trends, *sources)

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """Both."""
        self.query_one(Board).display = snapshot is not None and not awaited
        self._tall = self.size.height >= TALL
        if snapshot is not None and self.below(snapshot) != self._drawn_below:
            self._drawn_below = self.below(snapshot)
            self._rows.forget()
        super().draw(snapshot, awaited)
        self._detail()

    def _make(self, snapshot: Snapshot, lit: Collection[str]) -> Made:
        """The board's part, too."""
        self._told = self._board_of(snapshot, tall=self._tall)
        return super()._make(snapshot, lit)

    def _show(self, made: Made) -> None:
        super()._show(made)
        if made.snapshot.pod == self.desk.pod:
            self.query_one(Board).update(*self._told)

    def large(self, snapshot: Snapshot) -> bool:
        """A pod of many nodes has many parts."""
        return len(snapshot.nodes) > LARGE

    def _board_of(self, snapshot: Snapshot, *, tall: bool) -> _Told:
        """What the board shows, made anew only where a controller tells otherwise: a look at the queue changes none."""
        kinds = (Kind.POD, Kind.RACK, Kind.POWER_SHELF, Kind.PDU) if tall else (Kind.POD, Kind.RACK)
        most = 10 if tall else 4

        def make() -> _Told:
            views = (
                (power.view(snapshot, snapshot.at, kinds, most), "POWER", most),
                (coolant.view(snapshot, snapshot.at), "COOLANT", 8 if tall else 3),
            )
            return blocks(views), phrases(parts.lines(snapshot, self._tally))

        hardware = (node.hardware for node in snapshot.nodes.values())
        return self._board.of((tall, *_plant_of(snapshot), *hardware), make)

    def on_resize(self) -> None:
        """The board tells more where there is room."""
        self.redraw(force=True)

    def kind_name(self, snapshot: Snapshot) -> str:
        """Of the table below."""
        below = self.below(snapshot)
        return "" if below == "sources" else below

    def view(self, snapshot: Snapshot) -> data.View:
        """The table below."""
        now = self.desk.ages_now()
        match self.below(snapshot):
            case "sources":
                return sources.view(snapshot, now)
            case "findings":
                return findings.view(snapshot, now)
        return self._plant.of(_plant_of(snapshot), lambda: plant.view(snapshot, now, folded=True, tally=self._tally))

    def below(self, snapshot: Snapshot | None) -> str:
        """What the table shows: what was chosen; else the sources while one of them is not well, or is all there is."""
        if self._chosen or snapshot is None:
            return self._chosen or BELOW[0]
        return "plant" if snapshot.components and not snapshot.partial else "sources"

    def title_text(self) -> str:
        """With what the table shows."""
        return f"{self.TITLE_WORD}: {self.below(self.desk.snapshot)}"

    def action_below(self) -> None:
        """The next table."""
        shown = self.below(self.desk.snapshot)
        self._chosen = BELOW[(BELOW.index(shown) + 1) % len(BELOW)]
        self.redraw(force=True)

    @on(RowHighlighted)
    def _detail(self) -> None:
        """A source or a finding in full: their lines are long. A part of the plant beside it where it is broad."""
        snapshot, key, now = self.desk.snapshot, self.table.cursor or "", self.desk.ages_now()
        sections: list[Section] = []
        below = self.below(snapshot)
        if snapshot is not None and below == "sources":
            sections = source_facts.whole(snapshot, key, now)
        elif snapshot is not None and below == "findings":
            found = [finding for finding in snapshot.findings if finding.id == key]
            sections = [section for finding in found for section in finding_facts.whole(finding, now)]
        pane = self.query_one("#evidence", Describe)
        pane.display = bool(sections)
        pane.update(drawn(sections))
        part = self.query_one("#part", Describe)
        known = snapshot is not None and below == "plant" and key in snapshot.components
        part.display = known and self.size.width >= BROAD
        if part.display and snapshot is not None:
            part.update(drawn(component_facts.whole(snapshot, key, now)))

    def entity(self) -> str:
        """The part of the plant, or what the finding is about."""
        key, snapshot = self.table.cursor or "", self.desk.snapshot
        if self.below(snapshot) == "findings" and snapshot is not None:
            return next((finding.entity for finding in snapshot.findings if finding.id == key), "")
        return key

    def open(self, key: str) -> None:
        """The part whole; triage for a finding. A source has nothing deeper to open."""
        snapshot = self.desk.snapshot
        match self.below(snapshot):
            case "plant" if snapshot is not None and key in snapshot.components:
                self.post_message(Asked("component", key))
            case "findings":
                self.post_message(Asked("view", "triage"))


def _plant_of(snapshot: Snapshot) -> tuple[object, ...]:
    """What all that is told of the plant is made of."""
    trust = (status.trusted for status in snapshot.sources.values())
    return snapshot.components, snapshot.topology, snapshot.trends, *trust
