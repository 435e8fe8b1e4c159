"""Topology: the pod as a tree beside a map of its nodes, and what the one under the cursor is about."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import partial
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.types import CSSPathType
from textual.widget import Widget

from backends.model.node import Node
from backends.model.snapshot import Snapshot
from console.select.field import Around
from console.select.kinds import kind
from console.state.kept import Kept
from console.tui.aside import LARGE, Aside
from console.tui.desk import Desk
from console.tui.filter import Filter, keeper, read
from console.tui.heat import HeatCells
from console.tui.operations import Operations
from console.tui.rows import Rows
from console.tui.screens.view import Asked, View
from console.tui.sections import drawn
from console.tui.tree import TopologyTree
from console.views import node_facts, nodes
from console.views.racks import groups
from widgets.describe import Describe
from widgets.heat_grid import HeatGrid
from widgets.heatmap import HeatMap, LegendEntry
from widgets.messages import CellHighlighted, CellSelected, ItemHighlighted, ItemSelected
from widgets.tree import LineTree, TreeItem, parents

TALL = 36
"""Lines from which the node under the cursor is told with its GPUs."""


class _Made(NamedTuple):
    """What is drawn of an instant. `racks` are the nodes in each, or in what stands for it."""

    snapshot: Snapshot
    only: frozenset[str] | None
    racks: dict[str, list[Node]]
    items: list[TreeItem]
    above: dict[str, str] | None
    grid: HeatGrid
    legend: list[LegendEntry]


class TopologyView(View):
    """Tree, map and details follow one cursor, whichever pane has the focus."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["view.tcss", "topology.tcss"]
    TITLE_WORD = "topology"
    COMMAND = "racks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "colour", "other colours", show=False),
        Binding("z", "zoom", "values, each GPU", show=False),
        Binding("e", "elevation", "rack elevation", show=False),
    ]

    def __init__(self, desk: Desk, operations: Operations) -> None:
        super().__init__(desk, operations)
        self._tree = TopologyTree(desk.glyphs)
        self._heat = HeatCells(desk.glyphs)
        self._rows = Rows()
        self._known: nodes.Known = {}
        self._items: Kept[tuple[list[TreeItem], dict[str, str] | None]] = Kept()
        self._cells: Kept[tuple[HeatGrid, list[LegendEntry]]] = Kept()
        self._aside = Aside(self, self._show)
        self._made: _Made | None = None
        self._opened_for: tuple[str, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether what is on screen is about to be another."""
        return self._aside.busy

    @property
    def tree_pane(self) -> LineTree:
        """The tree."""
        return self.query_one(LineTree)

    @property
    def map(self) -> HeatMap:
        """The map."""
        return self.query_one(HeatMap)

    def body(self) -> ComposeResult:
        """The tree at the left, the map over the details at the right."""
        glyphs = self.desk.glyphs
        with Horizontal(id="panes"):
            yield LineTree(glyphs=glyphs, empty="no node is known yet", classes="pane")
            with Vertical(classes="beside"):
                yield HeatMap(glyphs=glyphs, empty="no node is known yet", classes="pane")
                yield Describe(glyphs=glyphs, empty="", id="details")

    def draw(self, snapshot: Snapshot | None, awaited: str) -> None:
        """All three panes."""
        tree, heat = self.tree_pane, self.map
        tree.waiting = heat.waiting = awaited
        if snapshot is None:
            self._aside.drop()
            self._made = None
            tree.update(())
            heat.update(())
            return
        room, now, wanted = (heat.size.width, heat.size.height), self.desk.ages_now(), self.filter
        large = len(snapshot.nodes) > LARGE
        self._aside.want(lambda: self._make(snapshot, wanted, now, room, large=large), large=large)

    def _make(self, snapshot: Snapshot, wanted: Filter, now: datetime, room: tuple[int, int], *, large: bool) -> _Made:
        """In whichever thread: never two at once."""
        only = self._matching(snapshot, wanted, now)

        def items() -> tuple[list[TreeItem], dict[str, str] | None]:
            found = self._tree.items(snapshot, only)
            return found, parents(found) if large else None

        told = snapshot.told  # ages are told in the details alone
        self._heat.fit(*room)
        map_of = *told, self._heat.mode, self._heat.zoom, *room
        tree, grid = self._items.of((*told, only), items), self._cells.of(map_of, lambda: self._heat.grid(snapshot))
        return _Made(snapshot, only, groups(snapshot), *tree, *grid)

    def _show(self, made: _Made) -> None:
        if made.snapshot.pod != self.desk.pod:  # one went on to another meanwhile
            return
        self._made = made
        self.tree_pane.update(made.items, made.above, partial(self._tree.gpus, made.snapshot))
        self._open_first(made)
        self.map.set_legend(made.legend if made.snapshot.nodes else ())
        self.map.update(made.grid)
        self.map.highlight(made.only if made.only is not None else self.desk.chosen)
        self._detail()
        if len(made.snapshot.nodes) > LARGE:
            self.redraw_chrome()

    def on_resize(self) -> None:
        """The map tells more where there is room."""
        self.call_after_refresh(self.redraw, force=True)

    def title_text(self) -> str:
        """With what the map shows, where it is not the state."""
        return self.TITLE_WORD + self._heat.said

    def counted(self) -> str:
        """Nodes, and how many match."""
        snapshot = self.desk.snapshot
        if snapshot is None or not snapshot.nodes:
            return ""
        only = self._made.only if self._made is not None else None
        total = len(snapshot.nodes)
        return f"{total} nodes" if only is None else f"{len(only)} of {total}"

    def marks(self) -> Collection[str]:
        """The marked nodes."""
        return self.map.marks

    def toggle_mark(self) -> None:
        """Mark the node under the cursor; on a rack, its nodes."""
        for name in self._under_cursor():
            self.map.toggle_mark(name)

    def jump_to(self, text: str) -> bool:
        """The first node of such a name, in the tree."""
        snapshot = self.desk.snapshot
        found = (
            next((node for node in snapshot.nodes.values() if text in node.name.casefold()), None) if snapshot else None
        )
        return found is not None and self.tree_pane.move_to(f"node:{found.name}")

    def mark_nodes(self, names: Iterable[str]) -> int:
        """On the map."""
        return self.map.mark(names)

    def clear_marks(self) -> None:
        """Unmark every node."""
        self.map.clear_marks()

    def entity(self) -> str:
        """The node, the rack or the pod under the cursor."""
        if self.map.has_focus:
            return f"node:{self.map.cursor}" if self.map.cursor else ""
        key = self.tree_pane.cursor or ""
        return f"node:{_node_of(key)}" if key.startswith("gpu:") else key

    def selection(self) -> tuple[str, ...]:
        """The marked nodes, else the node or the rack under the cursor. The pod as a whole is never a target."""
        snapshot = self.desk.snapshot
        if snapshot is None:
            return ()
        if self.map.marks:
            return tuple(name for name in snapshot.nodes if name in self.map.marks)
        return self._under_cursor()

    def action_colour(self) -> None:
        """The next way to colour the map."""
        self._heat.cycle()
        self.redraw(force=True)

    def action_elevation(self) -> None:
        """The rack under the cursor, or the one that the node under it stands in, as it stands."""
        snapshot, names = self.desk.snapshot, self._under_cursor()
        racks = [snapshot.nodes[name].rack for name in names if name in snapshot.nodes] if snapshot else []
        if racks and racks[0]:
            self.post_message(Asked("elevation", racks[0]))
        else:
            self.say("no controller tells the rack of this: put the cursor on a rack or a node", "warning")

    def action_zoom(self) -> None:
        """From nodes to their values, to each of their GPUs, and back."""
        self._heat.nearer()
        self.redraw(force=True)

    @on(ItemHighlighted)
    def _item_highlighted(self, event: ItemHighlighted) -> None:
        if self.tree_pane.has_focus and event.key is not None and event.key.startswith(("node:", "gpu:")):
            self.map.move_to(_node_of(event.key))
        self._detail()

    @on(CellHighlighted)
    def _cell_highlighted(self, event: CellHighlighted) -> None:
        if self.map.has_focus and event.key is not None:
            self.tree_pane.move_to(f"node:{event.key}")
        self._detail()

    @on(ItemSelected)
    def _item_selected(self, event: ItemSelected) -> None:
        kind, _, name = event.key.partition(":")
        match kind:
            case "rack":
                self.post_message(Asked("nodes-of-rack", name))
            case "node" | "gpu":
                self.post_message(Asked("node", _node_of(event.key)))
            case "pod":
                self.post_message(Asked("view", "nodes"))

    @on(CellSelected)
    def _cell_selected(self, event: CellSelected) -> None:
        self.post_message(Asked("node", event.key))

    def on_descendant_focus(self) -> None:
        """What the details are about follows the focus."""
        self._detail()

    def _under_cursor(self) -> tuple[str, ...]:
        if self.map.has_focus:
            return (self.map.cursor,) if self.map.cursor else ()
        kind, _, name = (self.tree_pane.cursor or "").partition(":")
        if kind in ("node", "gpu"):
            return (_node_of(self.tree_pane.cursor or ""),)
        if kind == "rack" and self._made is not None:
            only, nodes = self._made.only, self._made.racks.get(name, ())
            return tuple(node.name for node in nodes if only is None or node.name in only)
        return ()

    def _detail(self) -> None:
        snapshot = self.desk.snapshot
        pane = self.query_one("#details", Describe)
        names = self._under_cursor()
        pane.display = bool(names)
        if snapshot is not None and len(names) == 1:
            roomy = self.app.size.height >= TALL and self.has_class("-wide")
            tell = node_facts.nearer if roomy else node_facts.brief
            pane.update(drawn(tell(snapshot, names[0], self.desk.ages_now())))
        elif snapshot is not None and names:
            pane.update(drawn(node_facts.several(snapshot, names)))

    def _open_first(self, made: _Made) -> None:
        """A pod opens with its racks open, as far as a screen holds them; a filter opens what it found."""
        tree, snapshot = self.tree_pane, made.snapshot
        racks = [f"rack:{name}" for name in made.racks]
        opened = (snapshot.pod, *racks[:1])  # racks get their names when the sources that tell them have answered
        if snapshot.nodes and self._opened_for != opened:
            self._opened_for = opened
            few = len(snapshot.nodes) <= max(24, self.app.size.height)
            tree.open_keys((f"pod:{snapshot.pod}", *(racks if few else racks[:1])))
            tree.move_to(f"node:{next(iter(made.racks.values()))[0].name}")
        elif made.only is not None:
            tree.open_keys(racks)

    def _matching(self, snapshot: Snapshot, wanted: Filter, now: datetime) -> frozenset[str] | None:
        """The nodes that a filter lets through; None without one."""
        keep = keeper(wanted, kind("nodes"), Around(snapshot, now))
        if keep is None:
            return None
        return frozenset(row.key for row in self._rows.rows(nodes.view(snapshot, now, known=self._known)) if keep(row))

    def read_filter(self, text: str) -> Filter:
        """Fields of nodes."""
        return read(text, kind("nodes"))

    def first_pane(self) -> Widget:
        """The tree."""
        return self.tree_pane


def _node_of(key: str) -> str:
    kind, _, name = key.partition(":")
    return name.rpartition("/")[0] if kind == "gpu" else name
