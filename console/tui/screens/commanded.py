"""The `:` line of a view: what can be named in it, and what a line does. Verbs go the way of their keys."""

from collections.abc import Iterable

from textual import on, work

from backends.model.snapshot import Snapshot
from console.actions import ACTIONS, Action
from console.select.kinds import kind
from console.target_error import TargetError
from console.targets import Targets, resolve
from console.tui import finding
from console.tui.command import Command, CommandError, Known, Word, filter_offers, offers, read
from console.tui.keys import VIEWS
from console.tui.screens.prompted import Prompted
from console.views.racks import groups
from console.words import count
from widgets.filterbar import FilterBar
from widgets.finder import Finder
from widgets.jump import Jump
from widgets.jump_spots import spots
from widgets.line_view import LineView
from widgets.messages import FilterChanged, FilterClosed, FilterSubmitted

_WORDS = (
    Word(name="pods", help="all pods"),
    Word(name="pod", help="another pod", takes="pod", needed=True),
    Word(name="node", help="a node whole", takes="node", needed=True),
    Word(name="job", help="a job whole", takes="job", needed=True),
    Word(name="filter", help="as / does", takes="filter", more=True),
    Word(name="sort", help="by a column; alone: as it comes", takes="column", more=True),
    Word(name="mark", help="nodes by name", takes="nodes", needed=True),
    Word(name="refresh", help="ask every source now"),
    Word(name="help", help="the keys that work here"),
    Word(name="quit", help="leave"),
)


def command_words() -> tuple[str, ...]:
    """What a `:` line may begin with, on any pod."""
    return (*(key.text for key in VIEWS), *(one.verb for one in ACTIONS), *(word.name for word in _WORDS))


class Commanded(Prompted):
    """A prompted frame with a command line."""

    def ask(self, what: str, subject: str = "") -> None:
        """Ask the app for another view."""
        raise NotImplementedError

    def act_on(self, wanted: Action, targets: Targets, reason: str = "") -> None:
        """A verb on nodes: the same questions after its key and after its name, but for what was said already."""
        raise NotImplementedError

    def columns(self) -> tuple[str, ...]:
        """The columns that can be sorted by."""
        return ()

    def sort_by(self, column: str, *, reverse: bool | None) -> None:
        """Order by a column; by none where it is empty."""

    def mark_nodes(self, names: Iterable[str]) -> int:  # noqa: ARG002 - where there is nothing to mark
        """Mark nodes that are shown here; how many were."""
        return 0

    # -- the line -------------------------------------------------------------------------------------------------

    def action_command(self) -> None:
        """Open the command line."""
        self.query_one("#command", FilterBar).open(history=self.desk.commands)
        self._offer("")

    @on(FilterChanged, "#command")
    def _command_changed(self, event: FilterChanged) -> None:
        self.query_one("#command", FilterBar).explain("")
        self._offer(event.text)

    @on(FilterClosed, "#command")
    def _command_closed(self) -> None:
        self._close_bars()

    @on(FilterSubmitted, "#command")
    def _command_submitted(self, event: FilterSubmitted) -> None:
        if not event.text.strip():
            self._close_bars()
            return
        try:
            command = read(event.text, self.known())
            does = self._meant(command)
        except (CommandError, TargetError) as error:
            bar = self.query_one("#command", FilterBar)
            bar.offer(())
            bar.explain(self._missing(event.text) or str(error))
            return
        self._close_bars()
        if isinstance(does, Targets):
            self.act_on(self._verb(command.word.name), does, command.text)
        else:
            self._obey(command)

    @work(exclusive=True, group="palette")
    async def action_palette(self) -> None:
        """All that can be done here and gone to, found by a few letters of its name."""
        known = self.known()
        offered = finding.choices(self, known)
        finder = Finder(lambda text: finding.find(text, offered, known), title="palette", glyphs=self.desk.glyphs)
        chosen = await self.app.push_screen_wait(finder)
        if chosen is None:
            return
        how, _, what = chosen.id.partition(":")
        if how == "line":
            self._obey(read(what, known))
        else:
            await self.run_action(what)

    def action_leap(self) -> None:
        """Every line and cell on screen under a letter: press it, and be there."""
        views = [view for view in self.query(LineView) if view.display and view.can_focus]
        self.app.push_screen(Jump(spots(views)))

    def offered(self, text: str) -> tuple[str, ...]:
        """Fields are offered while a filter is typed, too."""
        return filter_offers(text, self.known())

    def _offer(self, line: str) -> None:
        self.query_one("#command", FilterBar).offer(offers(line, self.known()))

    def known(self) -> Known:
        """What can be named here and now. What writes is not there where the pod must not be written."""
        desk, snapshot = self.desk, self.desk.snapshot
        views = [Word(name=key.text, help=f"the view {key.text}") for key in VIEWS]
        verbs = [Word(name=one.verb, help=one.help, takes="nodes", more=True) for one in desk.actions()]
        nodes = tuple(snapshot.nodes) if snapshot else ()
        racks = tuple(f"@rack:{name}" for name in groups(snapshot)) if snapshot else ()
        return Known(
            words={word.name: word for word in (*views, *verbs, *_WORDS)},
            values={
                "pod": tuple(desk.config.pods),
                "node": nodes,
                "nodes": (*nodes, *racks),
                "job": tuple(snapshot.jobs) if snapshot else (),
                "column": self.columns(),
                "field": self.field_names(),
            },
            aliases=desk.config.screen.aliases,
        )

    def field_names(self) -> tuple[str, ...]:
        """The fields a filter may ask for here."""
        return tuple(field.name for field in kind("nodes").fields)

    async def action_mark_nodes(self) -> None:
        """Ask for a node set, and mark it."""
        self.run_worker(self._mark_asked(), exclusive=True, group="write")

    async def _mark_asked(self) -> None:
        typed = await self.ask_line("mark nodes: ", self._no_nodes)
        if typed:
            number = self.mark_nodes(resolve(typed, self._pod_known()).nodes)
            self.redraw_chrome()
            self.say(f"{count(number, 'node')} marked" if number else f"{typed}: not in this view")

    def _no_nodes(self, text: str) -> str:
        """What is wrong with a node set; empty when nothing is."""
        try:
            resolve(text, self._pod_known())
        except TargetError as error:
            return str(error)
        return ""

    def _pod_known(self) -> dict[str, Snapshot]:
        return {self.desk.pod: self.desk.snapshot} if self.desk.snapshot else {}

    # -- what it does ---------------------------------------------------------------------------------------------

    def _meant(self, command: Command) -> Targets | None:
        """The nodes of a verb. Raises TargetError where there are none of that name."""
        if command.word.takes != "nodes" or not command.rest:
            return None
        found = resolve(command.first, self._pod_known())
        if command.word.name != "mark":
            return found
        if not self.mark_nodes(found.nodes):
            raise TargetError(f"{command.first}: none of these nodes is in this view")
        return None

    def _obey(self, command: Command) -> None:
        name, rest = command.word.name, command.rest
        match name:
            case "pods" | "refresh" | "help" | "quit":
                getattr(self, f"action_{name}")()
            case "pod" | "node" | "job":
                self.ask(name, rest)
            case "filter":
                self.action_filter()
                self.query_one("#filter", FilterBar).open(rest, history=self.desk.filters)
                if rest and self._say_filter(rest):
                    self._close_bars()
            case "sort":
                self.sort_by(command.first, reverse=True if command.text.startswith("desc") else None)
            case "mark":
                self.redraw_chrome()
            case _ if any(one.verb == name for one in ACTIONS):
                self.run_worker(self.run_action(f"act('{self._verb(name).id}')"))
            case _:
                self.ask("view", name)

    def _verb(self, name: str) -> Action:
        return next(one for one in ACTIONS if one.verb == name)

    def _missing(self, line: str) -> str:
        """Why a verb does not exist here, where the line begins with one."""
        name = line.split(maxsplit=1)[0]
        here = any(one.verb == name for one in self.desk.actions())
        known = any(one.verb == name for one in ACTIONS)
        return f"no {name} here: {self.desk.why_not()}" if known and not here else ""
