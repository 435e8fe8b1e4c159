"""Triage: what is wrong, the worst first, who is on it and what to do; and what has changed in the last half hour."""

from datetime import datetime, timedelta
from time import perf_counter
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.types import CSSPathType

from backends.model.finding import Finding
from backends.model.snapshot import Snapshot
from console import moment
from console.actions import action
from console.operations.advised import advised
from console.operations.attention import Attention, told
from console.operations.event import Care
from console.operations.journal_error import JournalError
from console.targets import Targets
from console.tui import happened
from console.tui.desk import Desk
from console.tui.operations import Operations
from console.tui.screens.table_view import TableView
from console.tui.screens.view import Asked
from console.tui.sections import drawn
from console.views import cell as data
from console.views import finding_facts, findings, happenings
from widgets.describe import Describe
from widgets.frugal import FrugalApp
from widgets.messages import RowHighlighted

LATELY = timedelta(minutes=30)
TABLE, LEAST, MOST, CHROME = 0.55, 5, 22, 2
"""The table's share of the height at most, its least and most lines, and the lines of chrome."""

REST = "1h"
"""How long a snoozed finding rests where nothing else is typed."""


class TriageView(TableView):
    """Findings over the evidence of the one under the cursor; beside it, or at `c`, what has changed lately."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["view.tcss", "triage.tcss"]
    TITLE_WORD = "triage"
    COMMAND = "findings"
    WAITS_FOR = ("slurm", "redfish")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "acknowledge", "I am on it, or not", show=False),
        Binding("z", "snooze", "let it rest", show=False),
        Binding("n", "note", "hand-off note", show=False),
        Binding("x", "advised", "advised action", show=False),
        Binding("c", "lately", "what changed", show=False),
    ]
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (("a", "on it"), ("n", "note"), ("x", "advised"), ("c", "changes"))

    def __init__(self, desk: Desk, operations: Operations) -> None:
        super().__init__(desk, operations)
        self._counted: tuple[object, ...] = ()
        self._lately = False
        self._told_of: tuple[object, ...] = ()
        self._came_s = 0.0
        self._table_lines = 0

    def view(self, snapshot: Snapshot) -> data.View:
        """Every finding, with who is on it."""
        return findings.attended(snapshot, self.desk.ages_now(), self.operations.attending.of(self.desk.pod))

    def body(self) -> ComposeResult:
        """The table over its detail, and what has changed."""
        yield from super().body()
        with Horizontal(classes="below"):
            yield Describe(glyphs=self.desk.glyphs, empty="", id="evidence")
            yield Describe(glyphs=self.desk.glyphs, empty="", id="lately")

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """Findings, the current one's evidence, and the changes."""
        super().draw(snapshot, awaited)
        self._share()
        if isinstance(self.app, FrugalApp) and self.app.keyed_s <= self._came_s:
            self.table.action_edge(-1)  # whoever has not touched it yet looks at the worst
        self._counted = self._count()
        self._detail()

    def on_resize(self) -> None:
        """The height is shared out anew."""
        self._share()

    def _share(self) -> None:
        """The table is as high as it has findings, and leaves the rest to what is known of the one under the cursor."""
        room = self.size.height - CHROME
        lines = max(LEAST, min(self.table.line_count + 2, MOST, int(room * TABLE)))
        if room > 0 and lines != self._table_lines:
            self._table_lines = lines
            self.table.styles.height = lines

    def on_screen_resume(self) -> None:
        """Where it is opened for the first time the cursor is on the worst."""
        if self.table.cursor is None:
            self._came_s = perf_counter()
        super().on_screen_resume()

    def redraw_chrome(self) -> None:
        """It moves on when something happens or somebody takes a finding, not only when a snapshot comes."""
        if self._counted != self._count():
            self.draw(self.desk.snapshot, self.desk.awaited(*self.WAITS_FOR))
        super().redraw_chrome()

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

    def chosen_findings(self) -> list[Finding]:
        """The marked findings, else the one under the cursor."""
        snapshot = self.desk.snapshot
        chosen = frozenset(self.chosen())
        return [finding for finding in snapshot.findings if finding.id in chosen] if snapshot else []

    def selection(self) -> tuple[str, ...]:
        """The nodes that the chosen findings hit."""
        return tuple(dict.fromkeys(node for finding in self.chosen_findings() for node in finding.hits_nodes))

    def open(self, key: str) -> None:  # noqa: ARG002 - the finding under the cursor is the one
        """The node or the part it is about; the sources, where it is about one."""
        finding, snapshot = self.current(), self.desk.snapshot
        if finding is None or snapshot is None:
            return
        if finding.entity in snapshot.components and not finding.entity.startswith("node:"):
            self.post_message(Asked("component", finding.entity))
        elif len(finding.hits_nodes) == 1:
            self.post_message(Asked("node", finding.hits_nodes[0]))
        elif finding.entity.startswith("source:"):
            self.post_message(Asked("view", "health"))

    def action_lately(self) -> None:
        """What has changed instead of the evidence, and back; where it is wide both are there."""
        self._lately = not self._lately
        self._detail()

    async def action_acknowledge(self) -> None:
        """Say that one is on the chosen findings; once more, that one no longer is."""
        chosen = self.chosen_findings()
        now, known = self.desk.now(), self.operations.attending.of(self.desk.pod)
        mine = chosen and all(known.get(one.id, Attention()).taken(one, now) for one in chosen)
        if await self._say_of(chosen, Care.UNACK if mine else Care.ACK):
            self.say("let go: nobody is on it now" if mine else "noted: you are on it")

    @work(exclusive=True, group="write")
    async def action_snooze(self) -> None:
        """Let the chosen findings rest until a time."""
        chosen, now = self.chosen_findings(), self.desk.now
        typed = (
            await self.ask_line("let it rest for: ", lambda text: _wrong_time(text, self.desk), REST)
            if chosen
            else None
        )
        if typed is None:
            return
        until = moment.later(typed, now())
        if await self._say_of(chosen, Care.SNOOZE, until=until):
            self.say(f"it rests until {until:%H:%M} UTC, unless it gets worse")

    @work(exclusive=True, group="write")
    async def action_note(self) -> None:
        """Leave a note for whoever comes next."""
        chosen = self.chosen_findings()
        text = await self.ask_line("note for the next shift: ", _empty_note) if chosen else None
        if text is not None and await self._say_of(chosen, Care.NOTE, text=text):
            self.say("noted")

    def action_advised(self) -> None:
        """The plan of what the finding advises."""
        finding = self.current()
        wanted = advised(finding) if finding is not None else None
        if finding is None or wanted is None:
            self.say(
                "no action of ours is advised: what to do is told below" if finding else "no finding here", "warning"
            )
        elif not any(known.id == wanted.action for known in self.desk.actions()):
            self.say(f"no {wanted.action} here: {self.desk.why_not()}", "warning")
        else:
            targets = Targets(self.desk.pod, self.selection())
            self.act_on(action(wanted.action), targets, options=wanted.options)

    async def _say_of(
        self, chosen: list[Finding], care: Care, *, text: str = "", until: datetime | None = None
    ) -> bool:
        """Write a word about findings down; False where there is none, or it cannot be written."""
        if not chosen:
            self.say("no finding here", "warning")
            return False
        try:
            for finding in chosen:
                await self.operations.attending.write(told(finding, self.desk.pod, care, text, until))
        except JournalError as error:
            self.say(str(error), "critical")
            return False
        self.clear_marks()
        self.redraw(force=True)
        return True

    def _count(self) -> tuple[object, ...]:
        return (*happened.count(self.desk, self.operations), self.operations.attending.number)

    @on(RowHighlighted)
    def _detail(self) -> None:
        finding, now = self.current(), self.desk.ages_now()
        evidence, lately = self.query_one("#evidence", Describe), self.query_one("#lately", Describe)
        wide = self.has_class("-wide")
        loaded = self.desk.snapshot is not None
        evidence.display = finding is not None and (wide or not self._lately)
        lately.display = loaded and (wide or self._lately or finding is None)
        if finding is not None:
            attention = self.operations.attending.of(self.desk.pod).get(finding.id, Attention())
            evidence.update(drawn(finding_facts.whole(finding, now, attention)))
        if lately.display and self._told_of != (told_of := (now, self.desk.since, *self._count())):
            self._told_of = told_of
            all_told = happened.told(self.desk, self.operations)
            lately.update(drawn((happenings.lately(all_told, now, LATELY, self.desk.since),)))


def _wrong_time(text: str, desk: Desk) -> str:
    try:
        moment.later(text, desk.now())
    except ValueError as error:
        return str(error)
    return ""


def _empty_note(text: str) -> str:
    return "" if text.strip() else "an empty note tells nobody anything"
