"""The application: opens the session after the first frame, hands screens what changed, and goes where they ask."""

import asyncio
import os
from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType

from backends.errors import BackendError
from console.config import Config
from console.operations import event as ev
from console.operations.carrier import Carrier
from console.operations.identity import actor
from console.operations.journal_error import JournalError
from console.operations.operation import Operation
from console.operations.result import Outcome
from console.ssh_line import to_head, to_node
from console.state.session import Session
from console.tui import words
from console.tui.away import run_away
from console.tui.bridge import forward
from console.tui.carrying import Journaled
from console.tui.desk import Desk
from console.tui.driver import TerminalDriver
from console.tui.environment import Appearance
from console.tui.keymap import Keymap
from console.tui.notice import notice
from console.tui.operations import Operations, line
from console.tui.screens.commanded import command_words
from console.tui.screens.describe import DescribeView
from console.tui.screens.elevation import ElevationView
from console.tui.screens.events import EventsView
from console.tui.screens.health import HealthView
from console.tui.screens.jobs import JobsView
from console.tui.screens.logs import LogsView
from console.tui.screens.nodes import NodesView, of_job, of_rack
from console.tui.screens.operations import OperationsView
from console.tui.screens.placement import PlacementView
from console.tui.screens.pods import PodsView
from console.tui.screens.raw import RawView
from console.tui.screens.topology import TopologyView
from console.tui.screens.triage import TriageView
from console.tui.screens.view import Asked, View
from console.tui.wishes import check_aliases, check_columns, coloured
from widgets.frugal import FrugalApp
from widgets.glyphs import glyph_set
from widgets.key_queue import KeyQueueApp
from widgets.themes import THEMES

OPENS_ON = "triage"
VIEWS: dict[str, type[View]] = {
    "triage": TriageView,
    "topology": TopologyView,
    "placement": PlacementView,
    "health": HealthView,
    "nodes": NodesView,
    "jobs": JobsView,
    "operations": OperationsView,
    "events": EventsView,
    "fleet": PodsView,
}

_BASE = 2
"""Screens under any drill-in: Textual's own, which cannot be switched, and the view."""

OFFERS_AFTER_S = 1.0
"""From the first operation that nobody is seen to carry: the others are seen within that, and asked about too."""

OpenSession = Callable[[Config], Session]


class MegapodApp(KeyQueueApp[int], FrugalApp[int]):
    """The console on the pods of a config.

    `open_session` is called in a worker thread after the first frame: it imports asyncssh and httpx (0.5 s and more).
    Whoever runs the app calls `close` when it has ended, whatever ended it.
    """

    ENABLE_COMMAND_PALETTE = False
    away = False
    """Whether the terminal is another program's for now: an interrupt from it is not for us."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "leave", show=False, priority=True),
        Binding("ctrl+q", "leave", show=False, priority=True),
        Binding("ctrl+l", "repaint", show=False, priority=True),
    ]

    def __init__(
        self,
        config: Config,
        look: Appearance | None = None,
        open_session: OpenSession = Session,
        carrier: Carrier | None = None,
        driver: type[TerminalDriver] = TerminalDriver,
    ) -> None:
        look = look or Appearance()
        super().__init__(driver_class=driver, ansi_color=THEMES[look.theme].ansi or None)
        check_columns(config)
        check_aliases(config, command_words())
        for theme in THEMES.values():
            self.register_theme(coloured(theme, config))
        self.theme = THEMES[look.theme].name
        self._open_session = open_session
        self.desk = Desk(config, glyph_set(look.glyphs), Keymap(config))
        self.desk.clipboard = look.clipboard
        self._offered = False
        self.operations = Operations(self._operation_moved, self._operation_failed, carrier or Journaled(config))
        for name, kind in VIEWS.items():
            self.install_screen(kind(self.desk, self.operations), name)

    async def on_mount(self) -> None:
        """The session is opened once something is on screen."""
        self.set_keymap(self.desk.keymap.changed)
        await self.push_screen(OPENS_ON)
        self.call_after_refresh(self._live)
        self.set_interval(1.0, self._tick)

    async def close(self) -> None:
        """Let go of everything outside: connections and controllers' sessions. Safe to call twice."""
        await self.operations.leave()
        session, self.desk.session = self.desk.session, None
        if session is not None:
            await session.__aexit__(None, None, None)

    def action_leave(self) -> None:
        """Quit."""
        self.exit(0)

    def action_repaint(self) -> None:
        """Draw every cell again: somebody's `wall` has written over the screen."""
        self.repaint()

    @property
    def top_view(self) -> View | None:
        """The view on screen, under a dialog if there is one; none once the app goes and takes its widgets down."""
        if not self.is_running:
            return None
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, View)), None)

    def on_pods_changed(self) -> None:
        """The view on screen draws what is new; the others do when one goes there."""
        if self.top_view is not None:
            self.top_view.redraw()

    async def on_asked(self, event: Asked) -> None:
        """Go where a view asks to go. What is selected in the view one leaves lights up in the next."""
        if self.top_view is not None:
            self.desk.choose(self.top_view.selection())
        match event.what:
            case "quit":
                self.exit(0)
            case "view":
                await self._go(event.subject)
            case "back" if len(self.screen_stack) > _BASE:
                await self.pop_screen()
            case "pod":
                self.desk.pod = event.subject
                await self._go(OPENS_ON)
            case "shell":
                self._shell(event.subject)
            case _:
                deeper = self._deeper(event)
                if deeper is not None:
                    await self.push_screen(deeper)

    def _deeper(self, event: Asked) -> View | None:
        """The screen to drill into."""
        desk, operations = self.desk, self.operations
        kind: dict[str, Callable[[str], View]] = {
            "pods": lambda _: PodsView(desk, operations),
            "operations": lambda _: OperationsView(desk, operations),
            "raw": lambda entity: RawView(desk, operations, entity),
            "logs": lambda entity: LogsView(desk, operations, entity),
            "elevation": lambda rack: ElevationView(desk, operations, rack),
            "nodes-of-rack": lambda rack: of_rack(desk, operations, rack),
            "nodes-of-job": lambda job: of_job(desk, operations, job),
            "node": lambda name: DescribeView(desk, operations, "node", name),
            "job": lambda name: DescribeView(desk, operations, "job", name),
            "component": lambda name: DescribeView(desk, operations, "component", name),
        }
        return kind[event.what](event.subject) if event.what in kind else None

    @work(exclusive=True, group="shell")
    async def _shell(self, node: str) -> None:
        """The user's own ssh on a node, or on the head node, until they leave it."""
        view, pod = self.top_view, self.desk.config.pods.get(self.desk.pod)
        if view is None or pod is None:
            return
        if pod.ssh is None:
            view.say(f"no [pods.{self.desk.pod}.ssh]: no way to its nodes is configured", "warning")
            return
        endpoints = pod.endpoints(self.desk.pod)
        self.away = True
        try:
            said = await run_away(self, to_node(node, endpoints.node_ssh, pod.ssh) if node else to_head(pod.ssh))
        except SuspendNotSupported:
            said = "this terminal cannot be handed to ssh"
        finally:
            self.away = False
        if said:
            view.say(said, "warning")

    async def _go(self, name: str) -> None:
        """A view by name, from however deep."""
        while len(self.screen_stack) > _BASE:
            await self.pop_screen()
        await self.switch_screen(name)

    @work(exit_on_error=True)
    async def _live(self) -> None:
        """Open the session, then collect and forward until the app ends."""
        self.desk.session = session = await asyncio.to_thread(self._open_session, self.desk.config)
        self.desk.since = session.clock.now()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(session.watch())
            tasks.create_task(forward(session.store, self.post_message))
            tasks.create_task(self.operations.take_up())
            tasks.create_task(self.operations.attending.watch(lambda: self.desk.pod))

    def _mine(self, operation: Operation) -> bool:
        """Whether it is ours to carry on, here."""
        pod = self.desk.config.pods.get(operation.plan.pod)
        return operation.by.user == actor().user and pod is not None and not pod.read_only

    @work(exclusive=True, group="offer")
    async def _offer(self) -> None:
        """Offer to carry on what we had begun and nobody carries any more: all of it in one question, once."""
        view = self.top_view
        lost = [one for one in self.operations.running if one.lost and self._mine(one)]
        if view is None or not lost or view is not self.screen:
            return  # another question is on screen: the line above the keys tells, and operations has the key
        answer = await view.show(words.offer(lost, self.desk.now()))
        for one in lost if answer.confirmed else ():
            try:
                await self.operations.say(one, ev.Adopted())
            except (JournalError, BackendError) as error:
                self._operation_failed(str(error))

    def _tick(self) -> None:
        """Ages move on; where none is shown nothing is sent."""
        if self.top_view is not None:
            self.top_view.redraw()

    def _operation_failed(self, text: str) -> None:
        view = self.top_view
        if view is not None and view.is_mounted:
            view.say(text, "critical")

    def _operation_moved(self, operation: Operation) -> None:
        if operation.lost and self._mine(operation) and not self._offered:
            self._offered = True
            self.set_timer(OFFERS_AFTER_S, self._offer)
        view = self.top_view
        if view is None or not view.is_mounted:
            return
        view.redraw_chrome()
        if operation.ended:
            view.say(line(operation), "ok" if operation.result.outcome is Outcome.DONE else "critical")
            self.bell()
            if self.desk.clipboard and self._driver is not None and not self.away:
                self._driver.write(notice(line(operation), os.environ))
