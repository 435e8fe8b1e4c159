"""What every view shares: what is selected, the keys, and the way of a write."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual import events, work
from textual.binding import BindingType
from textual.message import Message
from textual.types import CSSPathType

from console.actions import ACTIONS, Action, action
from console.insight.radius import radius
from console.operations.hold import Hold
from console.operations.plan import Plan
from console.operations.request import Options
from console.state.session import Session
from console.targets import Targets
from console.tui import panel_help, writing
from console.tui.keys import view_bindings
from console.tui.screens.commanded import Commanded
from console.views.radius import lines
from console.words import count
from widgets.dialog import Question
from widgets.dialog_body import DialogLine


class Asked(Message):
    """A view asks the app for something only the app can do: another view, a deeper one, other pods."""

    def __init__(self, what: str, subject: str = "") -> None:
        super().__init__()
        self.what = what
        self.subject = subject


class View(Commanded):
    """One view of the pod on the desk. Sub-classes compose a body, draw it, and say what is selected."""

    CSS_PATH: ClassVar[CSSPathType | None] = "view.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*view_bindings()]
    COMMAND = ""
    """The kind that `megapod get` lists, where there is one."""

    def selection(self) -> tuple[str, ...]:
        """The nodes an action is for: the marked ones, else what the cursor is on."""
        return ()

    def entity(self) -> str:
        """What `b` is about: the one node an action would be for, or what a sub-class has under its cursor."""
        nodes = self.selection()
        return f"node:{nodes[0]}" if len(nodes) == 1 else ""

    def toggle_mark(self) -> None:
        """Mark what the cursor is on."""

    def clear_marks(self) -> None:
        """Unmark everything."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """An action of the registry that does not exist for this pod has no key either."""
        if action == "act":
            return any(known.id == parameters[0] for known in self.desk.actions())
        return True

    def on_key(self, event: events.Key) -> None:
        """A key that nobody wants ends a message; the key of an action that does not exist here says why."""
        asked = self.desk.keymap.action_at(event.key)
        missing = next((known for known in ACTIONS if known.id == asked), None)
        if missing is not None and missing not in self.desk.actions():
            self.say(f"no {missing.verb} here: {self.desk.why_not()}", "warning")
        elif self.message_on:
            self._unsay()

    def ask(self, what: str, subject: str = "") -> None:
        """Ask the app for another view."""
        self.post_message(Asked(what, subject))

    def action_view(self, name: str) -> None:
        """Another view."""
        self.post_message(Asked("view", name))

    def action_pods(self) -> None:
        """Another pod."""
        if len(self.desk.config.pods) > 1:
            self.post_message(Asked("pods"))
        else:
            self.say("there is only this pod")

    def action_operations(self) -> None:
        """What was begun from here."""
        self.post_message(Asked("operations"))

    def action_refresh(self) -> None:
        """Ask every source of the pod now."""
        session = self.desk.session
        if session is not None and self.desk.pod in session.pods:
            session.pods[self.desk.pod].poke()
            self.say("asking every source now")

    def action_quit(self) -> None:
        """Leave."""
        self.post_message(Asked("quit"))

    def action_mark(self) -> None:
        """Mark or unmark what the cursor is on."""
        self.toggle_mark()
        self.redraw_chrome()

    def action_back(self) -> None:
        """Undo the narrowest thing first: the filter, the marks, then the drill-in."""
        if self.filter_text:
            self._filter("")
        elif self.marks():
            self.clear_marks()
            self.redraw_chrome()
        else:
            self.post_message(Asked("back"))

    def action_help(self) -> None:
        """The keys that work here."""
        self._read(panel_help.question(self, self.title_text(), self.desk.why_not()))

    def action_blast(self) -> None:
        """What the thing under the cursor hits, and what it stands on."""
        snapshot, entity = self.desk.snapshot, self.entity()
        if snapshot is None or entity not in snapshot.topology.components:
            self.say("nothing here has a radius: put the cursor on a node, a job, a rack or a finding", "warning")
            return
        found = lines(radius(snapshot, entity))
        body = tuple(DialogLine(((line.text, line.style),)) for line in found)
        self._read(Question(title=f"blast radius of {entity}", body=body, yes="", no="Close"))

    def action_logs(self) -> None:
        """What its controller, its journal, its output or the events say of what is under the cursor."""
        nodes, entity = self.selection(), self.entity()
        if nodes and (self.marks() or not entity):
            entity = f"nodes:{','.join(nodes)}"
        if entity:
            self.post_message(Asked("logs", entity))
        else:
            self.say("logs of what? Put the cursor on a node, a job, a part or a finding", "warning")

    def action_shell(self) -> None:
        """A shell on the node under the cursor; on the head node where there is none."""
        nodes = self.selection()
        if len(nodes) > 1:
            self.say(f"a shell on which of {count(len(nodes), 'node')}? Put the cursor on one", "warning")
        else:
            self.post_message(Asked("shell", nodes[0] if nodes else ""))

    def action_raw(self) -> None:
        """What is under the cursor as JSON."""
        entity = self.entity()
        if entity:
            self.post_message(Asked("raw", entity))
        else:
            self.say("nothing here to show as JSON", "warning")

    def action_equivalent(self) -> None:
        """Hand the terminal's clipboard what one would have typed for this view; say it in any case."""
        command = self.command()
        if self.desk.clipboard:
            self.app.copy_to_clipboard(command)
        self.say(f"{'sent to your clipboard' if self.desk.clipboard else 'in a script'}: {command}")

    def action_commands(self) -> None:
        """What one would have typed: for this view, and for what was begun last."""
        lines = [DialogLine((("this view, in a script", "title"),)), DialogLine(((f"  {self.command()}", "text"),))]
        began = self.operations.all[:1]
        for operation in began:
            lines.append(DialogLine(((f"{operation.plan.verb} {operation.plan.targets}, by hand", "title"),)))
            lines.extend(DialogLine(((f"  {text}", "text"),)) for text in operation.plan.commands)
        self._read(Question(title="the same in commands", body=tuple(lines), yes="", no="Close"))

    def action_repeat(self) -> None:
        """What was begun last, once more, on what is selected now: with its reason, and asked again."""
        last, nodes = self.desk.last, self.selection()
        wanted = next((known for known in self.desk.actions() if last is not None and known.verb == last.verb), None)
        if last is None or wanted is None:
            self.say("nothing to repeat: nothing was begun from here yet", "warning")
        elif not nodes:
            self.say(f"{wanted.verb} what? Put the cursor on a node, or mark some with space", "warning")
        else:
            self.act_on(wanted, Targets(self.desk.pod, nodes), last.reason)

    def command(self) -> str:
        """The headless way to what this view shows."""
        return f"megapod get {self.COMMAND or 'nodes'} --pod {self.desk.pod}"

    @work(exclusive=True, group="write")
    async def action_act(self, identity: str) -> None:
        """A write on what is selected, asked and confirmed step by step."""
        wanted = action(identity)
        nodes = self.selection()
        session = self.desk.session
        if session is None or not nodes:
            self.say(f"{wanted.verb} what? Put the cursor on a node, or mark some with space", "warning")
            return
        if self._in_hand(nodes):
            return
        await writing.write(self, session, writing.Wish(action=wanted, targets=Targets(self.desk.pod, nodes)))

    def act_on(self, wanted: Action, targets: Targets, reason: str = "", options: Options | None = None) -> None:
        """A verb on nodes that were named: the same questions as after its key, but for what was said already."""
        if self.desk.session is not None and not self._in_hand(targets.nodes):
            wish = writing.Wish(action=wanted, targets=targets, reason=reason, options=options or Options())
            self.run_worker(writing.write(self, self.desk.session, wish), exclusive=True, group="write")

    def _in_hand(self, nodes: Iterable[str]) -> bool:
        """Whether an operation under way has some of the nodes. Said before a plan that it would not let begin."""
        wanted = frozenset(nodes)
        for one in self.operations.running:
            if one.plan.pod == self.desk.pod and wanted.intersection(node.node for node in one.result.nodes):
                key = self.desk.keymap.sign("operations")
                self.say(
                    f"{one.id} is at work there ({one.plan.verb}): {key} shows it, x there takes it back", "warning"
                )
                return True
        return False

    async def holds(self, pod: str) -> Mapping[str, Hold]:
        """The nodes that are held, as the journal has it."""
        return await self.operations.holds(pod)

    def begin(self, session: Session, plan: Plan) -> None:
        """Run a confirmed plan; its progress is told above the key line."""
        self.operations.start(session, plan)
        self.desk.last = plan
        self.clear_marks()
        self.redraw_chrome()
