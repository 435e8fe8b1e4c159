"""Nodes: all of a pod's, or those of one rack or job."""

from collections.abc import Callable, Collection, Iterable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from backends.model.snapshot import Snapshot
from console.tui.aside import LARGE
from console.tui.desk import Desk
from console.tui.operations import Operations
from console.tui.screens.table_view import TableView
from console.tui.screens.view import Asked
from console.tui.sections import drawn
from console.views import cell as data
from console.views import node_facts, nodes
from console.views.racks import groups
from widgets.describe import Describe
from widgets.messages import RowHighlighted

BROAD = 170
"""Columns from which the node under the cursor is told beside the table, which has all of its columns then."""

Scope = Callable[[Snapshot], Iterable[str]]


class NodesView(TableView):
    """The node table. Ages that tick in every line are left to the describe pane and the chrome."""

    TITLE_WORD = "nodes"
    COMMAND = "nodes"
    LEAVE_OUT = ("seen",)

    def __init__(self, desk: Desk, operations: Operations) -> None:
        super().__init__(desk, operations)
        self._known: nodes.Known = {}

    def view(self, snapshot: Snapshot) -> data.View:
        """Every node."""
        return nodes.view(snapshot, self.desk.ages_now(), known=self._known)

    def large(self, snapshot: Snapshot) -> bool:
        """Those of which topology makes its map aside, too."""
        return len(snapshot.nodes) > LARGE

    def body(self) -> ComposeResult:
        """The table; where it is broad, more of the node under the cursor."""
        with Horizontal():
            yield from super().body()
            yield Describe(glyphs=self.desk.glyphs, empty="", id="details", classes="beside")

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """Both."""
        super().draw(snapshot, awaited)
        self._detail()

    def on_resize(self) -> None:
        """One pane, or two."""
        self._detail()

    @on(RowHighlighted)
    def _detail(self) -> None:
        snapshot, pane = self.desk.snapshot, self.query_one("#details", Describe)
        name = self.table.cursor
        pane.display = self.size.width >= BROAD and snapshot is not None and name is not None
        if pane.display and snapshot is not None and name is not None:
            pane.update(drawn(node_facts.whole(snapshot, name, self.desk.ages_now())))

    def open(self, key: str) -> None:
        """The node whole."""
        self.post_message(Asked("node", key))

    def lit(self) -> Collection[str]:
        """What was selected in the view one comes from."""
        return self.desk.chosen

    def selection(self) -> tuple[str, ...]:
        """The marked nodes, else the one under the cursor."""
        return self.chosen()


class SomeNodesView(NodesView):
    """The nodes of one rack or job, as they are now: a node that joins it appears."""

    def __init__(self, desk: Desk, operations: Operations, title: str, group: str, scope: Scope) -> None:
        super().__init__(desk, operations)
        self._scope_title = title
        self._node_group = group
        self._scope = scope

    def title_text(self) -> str:
        """What they are of."""
        return self._scope_title

    def view(self, snapshot: Snapshot) -> data.View:
        """Those in scope that are known."""
        names = [name for name in self._scope(snapshot) if name in snapshot.nodes]
        return nodes.view(snapshot, self.desk.ages_now(), names, self._known)

    def command(self) -> str:
        """The same by a node group."""
        return f"megapod get nodes {self._node_group} --pod {self.desk.pod}"


def of_rack(desk: Desk, operations: Operations, rack: str) -> SomeNodesView:
    """The nodes of a rack."""
    return SomeNodesView(
        desk,
        operations,
        f"nodes of {rack}",
        f"@rack:{rack}",
        lambda snapshot: (node.name for node in groups(snapshot).get(rack, ())),
    )


def of_job(desk: Desk, operations: Operations, job: str) -> SomeNodesView:
    """The nodes of a job."""

    def members(snapshot: Snapshot) -> Iterable[str]:
        found = snapshot.jobs.get(job)
        return found.nodes if found else ()

    return SomeNodesView(desk, operations, f"nodes of job {job}", f"@job:{job}", members)
