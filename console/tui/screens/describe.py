"""One node or job whole: facts per source, each with its age."""

from collections.abc import Callable, Sequence
from datetime import datetime

from textual.app import ComposeResult

from backends.model.snapshot import Snapshot
from console.tui import describe
from console.tui.desk import Desk
from console.tui.operations import Operations
from console.tui.screens.view import View
from widgets.describe import Describe, Section

Tell = Callable[[Snapshot, str, datetime], Sequence[Section]]


class DescribeView(View):
    """The describe pane, kept up to date: its ages tick, since here they are what one reads."""

    def __init__(self, desk: Desk, operations: Operations, kind: str, name: str) -> None:
        super().__init__(desk, operations)
        self._kind = kind
        self._subject = name
        self._tell: Tell = describe.node if kind == "node" else describe.job

    def body(self) -> ComposeResult:
        """One pane."""
        yield Describe(glyphs=self.desk.glyphs, classes="pane")

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """Its sections."""
        pane = self.query_one(Describe)
        pane.waiting = awaited
        if snapshot is not None:
            pane.update(self._sections(snapshot))

    def redraw_chrome(self) -> None:
        """The ages move with the chrome."""
        super().redraw_chrome()
        snapshot = self.desk.snapshot
        if snapshot is not None:
            self.query_one(Describe).update(self._sections(snapshot))

    def title_text(self) -> str:
        """`node gpu001`."""
        return f"{self._kind} {self._subject}"

    def selection(self) -> tuple[str, ...]:
        """The node; the nodes of the job."""
        snapshot = self.desk.snapshot
        if snapshot is None:
            return ()
        if self._kind == "node":
            return (self._subject,) if self._subject in snapshot.nodes else ()
        job = snapshot.jobs.get(self._subject)
        return job.nodes if job is not None and job.running else ()

    def command(self) -> str:
        """The nearest headless way."""
        kind = "nodes" if self._kind == "node" else "jobs"
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
