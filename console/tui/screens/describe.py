"""One node, job or part of the plant whole: facts per source, each with its age."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from backends.model.snapshot import Snapshot
from console.tui.desk import Desk
from console.tui.operations import Operations
from console.tui.screens.view import View
from console.tui.sections import drawn
from console.views import component_facts, job_facts, node_facts
from console.views.section import Section
from widgets.describe import Describe

Tell = Callable[[Snapshot, str, datetime], Sequence[Section]]
_CHROME = 2
BROAD = 150
"""Columns from which there are two panes, though all would fit into one: a value and its history stay side by side."""

TELLS: dict[str, Tell] = {"node": node_facts.whole, "job": job_facts.whole, "component": component_facts.whole}


class DescribeView(View):
    """The describe pane, kept up to date: its ages tick, since here they are what one reads."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("z", "graphs", "large graphs, or small", show=False)]

    def __init__(self, desk: Desk, operations: Operations, kind: str, name: str) -> None:
        super().__init__(desk, operations)
        self._kind = kind
        self._subject = name
        self._tell = TELLS[kind]

    def body(self) -> ComposeResult:
        """One pane; a second one beside it where it is wide and all would not fit into the first."""
        with Horizontal():
            yield Describe(glyphs=self.desk.glyphs, classes="pane")
            yield Describe(glyphs=self.desk.glyphs, empty="", id="more", classes="beside")

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """Its sections."""
        self.query_one(".pane", Describe).waiting = awaited
        if snapshot is not None:
            self._tell_all(snapshot)

    def redraw_chrome(self) -> None:
        """The ages move with the chrome."""
        super().redraw_chrome()
        if self.desk.snapshot is not None:
            self._tell_all(self.desk.snapshot)

    def action_graphs(self) -> None:
        """What moves as a graph though not all of it fits, or not."""
        for pane in self.query(Describe):
            pane.turn()

    def on_resize(self) -> None:
        """One pane, or two."""
        self.redraw(force=True)

    def _tell_all(self, snapshot: Snapshot) -> None:
        sections = self._sections(snapshot)
        more = self.query_one("#more", Describe)
        room = 0 if self.size.width >= BROAD else self.size.height - _CHROME
        fit = _half(sections, room) if self.has_class("-wide") else len(sections)
        more.display = fit < len(sections)
        self.query_one(".pane", Describe).update(drawn(sections[:fit]))
        more.update(drawn(sections[fit:]))

    def title_text(self) -> str:
        """`node gpu001`."""
        return self._subject.replace(":", " ", 1) if self._kind == "component" else f"{self._kind} {self._subject}"

    def entity(self) -> str:
        """The thing itself."""
        return self._subject if self._kind == "component" else f"{self._kind}:{self._subject}"

    def selection(self) -> tuple[str, ...]:
        """The node; the nodes of the job."""
        snapshot = self.desk.snapshot
        if snapshot is None:
            return ()
        if self._kind == "node":
            return (self._subject,) if self._subject in snapshot.nodes else ()
        if self._kind == "component":
            return ()
        job = snapshot.jobs.get(self._subject)
        return job.nodes if job is not None and job.running else ()

    def command(self) -> str:
        """The nearest headless way."""
        kind = {"node": "nodes", "job": "jobs"}.get(self._kind, "plant")
        subject = f" {self._subject}" if self._kind == "node" else ""
        return f"megapod get {kind}{subject} --pod {self.desk.pod} -o json"

    def _sections(self, snapshot: Snapshot) -> list[Section]:
        """What matches the filter, of all that is known."""
        sections = self._tell(snapshot, self._subject, self.desk.now())
        wanted = self.filter_text.casefold()
        if not wanted:
            return list(sections)
        return [
            Section(section.title, facts, section.note, section.note_style)
            for section in sections
            if (facts := tuple(fact for fact in section.facts if wanted in f"{fact.label} {fact.value}".casefold()))
        ]


def _half(sections: Sequence[Section], height: int) -> int:
    """How many sections stand in the first of two columns: all where they fit, else those of the first half."""
    lines = [len(section.facts) + 2 for section in sections]
    if sum(lines) <= height:
        return len(sections)
    return next((at for at in range(1, len(lines)) if 2 * sum(lines[:at]) >= sum(lines)), len(lines))
