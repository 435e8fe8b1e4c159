"""Health: what is wrong, who says so and how well we hear them, how hot it is and what it draws."""

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.types import CSSPathType
from textual.widget import Widget

from backends.model.node import Power
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.tui.desk import Desk
from console.tui.operations import Operations
from console.tui.rows import Rows
from console.tui.screens.triage import TriageView
from console.views import plant, sources
from console.views.cell import View
from console.views.nodes import hottest_c
from widgets.describe import Describe
from widgets.messages import RowHighlighted
from widgets.statusline import Segment, StatusLine
from widgets.table import LineTable


class HealthView(TriageView):
    """A line of readings, the findings, and below them the plant, or the sources where one of them is not well."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["view.tcss", "health.tcss"]
    TITLE_WORD = "health"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("c", "below", "plant or sources", show=False)]

    def __init__(self, desk: Desk, operations: Operations) -> None:
        super().__init__(desk, operations)
        self._source_rows = Rows()
        self._plant: bool | None = None

    @property
    def table(self) -> LineTable:
        """The findings."""
        return self.query_one("#findings", LineTable)

    def body(self) -> ComposeResult:
        """Readings, findings, sources."""
        glyphs = self.desk.glyphs
        yield StatusLine(glyphs=glyphs, separator="   ", id="readings")
        yield LineTable((), glyphs=glyphs, id="findings", classes="pane")
        yield Describe(glyphs=glyphs, empty="", id="evidence")
        yield LineTable((), glyphs=glyphs, id="sources", classes="pane below")

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """All of it."""
        super().draw(snapshot, awaited)
        table = self.query_one("#sources", LineTable)
        table.waiting = awaited
        if snapshot is None:
            table.update(())
            return
        self.query_one("#readings", StatusLine).show_segments(tuple(readings(snapshot)))
        view = self._below(snapshot)
        rows = self._source_rows.rows(view)
        columns = self._source_rows.columns(view)
        if columns != table.columns:
            table.set_columns(columns)
        table.update(rows)
        table.styles.height = min(len(rows) + 2, 9)

    def action_below(self) -> None:
        """The plant instead of the sources, and back."""
        self._plant = not self._showing_plant(self.desk.snapshot)
        self.redraw(force=True)

    def _showing_plant(self, snapshot: Snapshot | None) -> bool:
        """What was chosen; else the plant where one is known and no source has anything to complain of."""
        if self._plant is not None or snapshot is None:
            return bool(self._plant)
        return bool(snapshot.components) and not snapshot.partial

    def _below(self, snapshot: Snapshot) -> View:
        now = self.desk.ages_now()
        return plant.view(snapshot, now, folded=True) if self._showing_plant(snapshot) else sources.view(snapshot, now)

    def first_pane(self) -> Widget:
        """The findings."""
        return self.table

    def on_row_selected(self, event: RowHighlighted) -> None:
        """A source has nothing deeper to open."""
        if event.view is not self.table:
            event.prevent_default().stop()


def readings(snapshot: Snapshot) -> Iterator[Segment]:
    """What the controllers measure, summed up over the nodes that have a reading, and says how many have not."""
    known = [node.hardware for node in snapshot.nodes.values() if node.hardware is not None]
    if not known:
        yield Segment("no controller tells power, temperature or health", "unknown")
        return
    sick = sum(facts.health in (Severity.CRITICAL, Severity.WARNING) for facts in known)
    yield Segment(
        f"{sick} of {len(known)} systems not well" if sick else f"{len(known)} systems well",
        "warning" if sick else "ok",
    )
    off = sum(facts.power is Power.OFF for facts in known)
    if off:
        yield Segment(f"{off} off", "warning")
    watts = [facts.power_w for facts in known if facts.power_w is not None]
    if watts:
        more = "" if len(watts) == len(known) else f" ({len(known) - len(watts)} do not tell)"
        yield Segment(f"power {sum(watts) / 1000:.1f} kW{more}", "text", 1)
    hot = [
        (celsius, name) for name, node in snapshot.nodes.items() if (celsius := hottest_c(node.hardware)) is not None
    ]
    if hot:
        celsius, name = max(hot)
        yield Segment(f"hottest {celsius:.0f} °C on {name}", "text", 2)
