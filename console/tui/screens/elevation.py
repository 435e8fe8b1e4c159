"""A rack as it stands: one line a unit, from the top down."""

from backends.model.snapshot import Snapshot
from console.tui.desk import Desk
from console.tui.operations import Operations
from console.tui.screens.table_view import TableView
from console.tui.screens.view import Asked
from console.views import cell as data
from console.views import elevation


class ElevationView(TableView):
    """The units of one rack. Actions are for the nodes in them; enter opens the node, or the part."""

    COMMAND = "plant"

    def __init__(self, desk: Desk, operations: Operations, rack: str) -> None:
        super().__init__(desk, operations)
        self._rack = rack
        self._from = desk.chosen

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """The units, at first with the cursor on the tray that one comes from."""
        super().draw(snapshot, awaited)
        if self._from and self.table.line_count:
            came, self._from = self._from, frozenset()
            next((True for name in sorted(came) if self.table.move_to(f"node:{name}")), False)

    def title_text(self) -> str:
        """Which rack."""
        return f"elevation of {self._rack}"

    def view(self, snapshot: Snapshot) -> data.View:
        """Its units."""
        return elevation.view(snapshot, self.desk.ages_now(), self._rack)

    def selection(self) -> tuple[str, ...]:
        """The nodes of the chosen units."""
        return tuple(key.removeprefix("node:") for key in self.chosen() if key.startswith("node:"))

    def entity(self) -> str:
        """The node, or the part."""
        return self.table.cursor or ""

    def open(self, key: str) -> None:
        """The node, or the part."""
        kind, _, name = key.partition(":")
        self.post_message(Asked("node", name) if kind == "node" else Asked("component", key))
