"""One thing as JSON: as megapod has it, and, of a node, as its controller sends it now."""

from typing import ClassVar

from msgspec import json, to_builtins
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from backends.clean import clean
from backends.errors import BackendError
from backends.model.snapshot import Snapshot
from console.headless.describe import item_of
from console.tui.desk import Desk
from console.tui.operations import Operations
from console.tui.screens.view import View
from console.views import json_lines
from widgets.document import Document

OURS, THEIRS = "as megapod has it", "as its controller sends it"


class RawView(View):
    """The JSON; `/` leaves the values that match, each with its path."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("c", "origin", "the controller's own", show=False)]
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (("c", "other origin"), ("/", "path or value"))

    def __init__(self, desk: Desk, operations: Operations, entity: str) -> None:
        super().__init__(desk, operations)
        self._entity = entity
        self._origin = OURS
        self._sent: object = None
        self._problem = ""

    def body(self) -> ComposeResult:
        """One pane."""
        yield Document(glyphs=self.desk.glyphs, empty="", classes="pane")

    def made_of(self, snapshot: Snapshot) -> tuple[object, ...]:
        """All of it, and when it was seen."""
        return (snapshot,)

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """The lines."""
        pane = self.query_one(Document)
        value = self._value(snapshot)
        if self._origin == THEIRS and self._sent is None:
            awaited = "" if self._problem else f"asking {self._path(snapshot)} …"
        pane.waiting = awaited
        pane.empty = self._problem if self._origin == THEIRS else f"nothing is known of {self._entity} any more"
        if value is not None and self.filter_text:
            pane.empty = f"nothing matches {self.filter_text!r}; esc shows all"
        lines = json_lines.matching(value, self.filter_text) if self.filter_text else json_lines.whole(value)
        pane.update(lines if value is not None else ())

    def first_pane(self) -> Widget:
        """The JSON."""
        return self.query_one(Document)

    def title_text(self) -> str:
        """`node gpu001: as megapod has it`."""
        return f"{self._entity.replace(':', ' ', 1)}: {self._origin}"

    def entity(self) -> str:
        """The thing."""
        return self._entity

    def selection(self) -> tuple[str, ...]:
        """The node, if it is one."""
        kind, _, name = self._entity.partition(":")
        snapshot = self.desk.snapshot
        return (name,) if kind == "node" and snapshot is not None and name in snapshot.nodes else ()

    def command(self) -> str:
        """The same in a script."""
        return f"megapod describe {self._entity} --pod {self.desk.pod} -o json"

    def action_origin(self) -> None:
        """What the controller sends, asked anew; and back."""
        if self._origin == THEIRS:
            self._origin = OURS
        elif not self._path(self.desk.snapshot):
            self.say("no controller has a resource of its own for this", "warning")
            return
        else:
            self._origin, self._sent, self._problem = THEIRS, None, ""
            self.run_worker(self._ask_controller(), exclusive=True, group="raw")
        self.redraw(force=True)

    async def _ask_controller(self) -> None:
        snapshot, session = self.desk.snapshot, self.desk.session
        name = self._entity.partition(":")[2]
        facts = snapshot.nodes[name].hardware if snapshot is not None else None
        if facts is None or session is None:
            return
        try:
            body = await session.pods[self.desk.pod].adapters.hardware[facts.source].resource(facts.system)
            self._sent = json.decode(body)
        except BackendError as error:
            self._problem = str(error)
        self.redraw(force=True)

    def _value(self, snapshot: Snapshot | None) -> object:
        if self._origin == THEIRS:
            return self._sent
        item = item_of(snapshot, self._entity) if snapshot is not None else None
        return to_builtins(item, str_keys=True) if item is not None else None

    def _path(self, snapshot: Snapshot | None) -> str:
        """The resource of a node; empty where no controller has one."""
        kind, _, name = self._entity.partition(":")
        node = snapshot.nodes.get(name) if snapshot is not None and kind == "node" else None
        return clean(node.hardware.system) if node is not None and node.hardware is not None else ""
