"""A pod as a tree: racks (or what stands for them), their nodes, and the GPUs in those."""

from collections import Counter
from collections.abc import Collection

from backends.model.job import Job
from backends.model.node import Node
from backends.model.severity import Severity, worst
from backends.model.snapshot import Snapshot
from console.tui.heat import SEVERITY_WORD, worst_findings
from console.views.gpus import FREE, gpus_of, holder
from console.views.nodes import gpus
from console.views.racks import groups
from console.words import UNKNOWN, count
from widgets.glyphs import GlyphSet
from widgets.tree import TreeItem

_Known = tuple[Node, tuple[Job, ...], bool, bool, Severity | None, TreeItem]


class TopologyTree:
    """The tree of one pod. A node whose facts are the same objects as before keeps its item and its GPUs'."""

    def __init__(self, glyphs: GlyphSet) -> None:
        self._glyphs = glyphs
        self._known: dict[str, _Known] = {}

    def items(self, snapshot: Snapshot, only: Collection[str] | None = None) -> list[TreeItem]:
        """The roots; with `only`, those nodes and what they stand in."""
        known: dict[str, _Known] = {}
        racks: list[TreeItem] = []
        bad = worst_findings(snapshot)
        for name, nodes in groups(snapshot).items():
            shown = [node for node in nodes if only is None or node.name in only]
            for node in shown:
                known[node.name] = self._node(snapshot, node, bad.get(node.name))
            if shown:
                own = snapshot.components.get(f"rack:{name}")
                hit = (bad[node.name] for node in nodes if node.name in bad)
                told = (own.health if own else Severity.UNKNOWN, *hit)
                racks.append(self._rack(name, nodes, told, tuple(known[node.name][-1] for node in shown)))
        self._known = known
        if not snapshot.nodes:
            return []
        note, style = _note(list(snapshot.nodes.values()))
        return [TreeItem(f"pod:{snapshot.pod}", snapshot.pod, "", "", note, style, children=tuple(racks))]

    def _rack(
        self, name: str, nodes: list[Node], told: tuple[Severity, ...], children: tuple[TreeItem, ...]
    ) -> TreeItem:
        """With the worst of its nodes, and of what is told of it and them."""
        health = worst(*told, *(node.health for node in nodes))
        note, style = _note(nodes)
        sick = health in (Severity.CRITICAL, Severity.WARNING)
        glyph = self._glyphs.severity[health] if sick else ""
        return TreeItem(f"rack:{name}", name, glyph, health.value.lower(), note, style, children=children)

    def _node(self, snapshot: Snapshot, node: Node, bad: Severity | None) -> _Known:
        jobs = snapshot.jobs_on(node.name)
        old, hardware_old = snapshot.stale(node.scheduler), snapshot.stale(node.hardware)
        before = self._known.get(node.name)
        if before is not None and before[0] is node and before[1] == jobs and before[2:5] == (old, hardware_old, bad):
            return before
        service = node.service
        out = f"{service.value} " if service.out else ""
        item = TreeItem(
            f"node:{node.name}",
            node.name,
            self._glyphs.severity[bad] if bad else self._glyphs.service[service],
            SEVERITY_WORD[bad] if bad else service.value,
            f"{out}{gpus(node, stale=old).text}{'' if out else ' GPUs'}",
            service.value if out else "muted",
            stale=old,
            children=tuple(self._gpus(snapshot, node, stale=hardware_old)),
        )
        return (node, jobs, old, hardware_old, bad, item)

    def _gpus(self, snapshot: Snapshot, node: Node, *, stale: bool) -> list[TreeItem]:
        items = []
        for gpu in gpus_of(node):
            held = holder(node, gpu.index, snapshot)
            job = held if held in (FREE, UNKNOWN) else f"job {held}" if held.isdigit() else held
            heat = f"{gpu.temp_c:.0f}° " if gpu.temp_c is not None else ""
            glyph = self._glyphs.severity[gpu.health]
            key = f"gpu:{node.name}/{gpu.index}"
            style = gpu.health.value.lower()
            items.append(TreeItem(key, f"gpu {gpu.index}", glyph, style, heat + job, stale=stale))
        return items


def _note(nodes: list[Node]) -> tuple[str, str]:
    """What is out of service, by its worst word; else how many there are."""
    out = Counter(node.service for node in nodes if node.service.out)
    if not out:
        return count(len(nodes), "node"), "muted"
    word, number = max(out.items(), key=lambda item: (item[0].value in ("down", "failed"), item[1]))
    rest = sum(out.values()) - number
    return f"{number} {word.value}" + (f" +{rest}" if rest else "") + f" of {len(nodes)}", word.value
