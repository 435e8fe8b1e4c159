"""A pod as a tree: racks (or what stands for them), their nodes, and the GPUs in those."""

from collections import Counter
from collections.abc import Collection

from backends.model.node import Node, SchedulerFacts, Service
from backends.model.severity import Severity, worst
from backends.model.snapshot import Snapshot
from console.tui.heat import SEVERITY_WORD, worst_findings
from console.views.gpus import FREE, gpus_of, holder
from console.views.nodes import gpus
from console.views.racks import UNPLACED, groups
from console.words import UNKNOWN, count
from widgets.glyphs import GlyphSet
from widgets.tree import TreeItem

_Known = tuple[SchedulerFacts | None, int, bool, Severity | None, TreeItem]
"""All that a node's item is made of, and the item."""


class TopologyTree:
    """The tree of one pod. What says the same as before is the same item: a warmer GPU makes none of the racks anew."""

    def __init__(self, glyphs: GlyphSet) -> None:
        self._glyphs = glyphs
        self._known: dict[str, _Known] = {}
        self._racks: dict[str, TreeItem] = {}
        self._roots: list[TreeItem] = []

    def items(self, snapshot: Snapshot, only: Collection[str] | None = None) -> list[TreeItem]:
        """The roots; with `only`, those nodes and what they stand in. What is in a node `gpus` tells."""
        known: dict[str, _Known] = {}
        racks: dict[str, TreeItem] = {}
        bad = worst_findings(snapshot)
        services: Counter[Service] = Counter()
        told = any(node.rack for node in snapshot.nodes.values())
        for name, nodes in groups(snapshot).items():
            inside = Counter(node.service for node in nodes)
            services += inside
            shown = [node for node in nodes if only is None or node.name in only]
            for node in shown:
                known[node.name] = self._node(snapshot, node, bad.get(node.name))
            if shown:
                own = snapshot.components.get(f"rack:{name}")
                hit = (bad[node.name] for node in nodes if node.name in bad)
                health = worst(own.health if own else Severity.UNKNOWN, *hit, *{node.health for node in nodes})
                label = name if nodes[0].rack or not told or name == UNPLACED else f"{name}: no rack told"
                children = tuple(known[node.name][-1] for node in shown)
                racks[name] = self._rack(name, label, inside, health, children)
        self._known, self._racks = known, racks
        note, style = _note(services)
        pod = TreeItem(f"pod:{snapshot.pod}", snapshot.pod, "", "", note, style, children=tuple(racks.values()))
        roots = [pod] if snapshot.nodes else []
        self._roots = self._roots if self._roots == roots else roots
        return self._roots

    def gpus(self, snapshot: Snapshot, key: str) -> list[TreeItem]:
        """What is in the node whose item has this key."""
        node = snapshot.nodes[key.removeprefix("node:")]
        old = snapshot.stale(node.hardware)
        items = []
        for gpu in gpus_of(node):
            held = holder(node, gpu.index, snapshot)
            job = held if held in (FREE, UNKNOWN) else f"job {held}" if held.isdigit() else held
            heat = f"{gpu.temp_c:.0f}° " if gpu.temp_c is not None else ""
            glyph, style = self._glyphs.severity[gpu.health], gpu.health.value.lower()
            identity = f"gpu:{node.name}/{gpu.index}"
            items.append(TreeItem(identity, f"gpu {gpu.index}", glyph, style, heat + job, stale=old))
        return items

    def _rack(
        self, name: str, label: str, services: Counter[Service], health: Severity, children: tuple[TreeItem, ...]
    ) -> TreeItem:
        """With the worst of its nodes, and of what is told of it and them."""
        note, style = _note(services)
        sick = health in (Severity.CRITICAL, Severity.WARNING)
        glyph = self._glyphs.severity[health] if sick else ""
        item = TreeItem(f"rack:{name}", label, glyph, health.value.lower(), note, style, children=children)
        old = self._racks.get(name)
        return old if old is not None and old == item else item

    def _node(self, snapshot: Snapshot, node: Node, bad: Severity | None) -> _Known:
        old, number = snapshot.stale(node.scheduler), node.gpu_count
        before = self._known.get(node.name)
        if before is not None and before[0] is node.scheduler and before[1:4] == (number, old, bad):
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
            opens=number > 0,
        )
        return (node.scheduler, number, old, bad, item)


def _note(services: Counter[Service]) -> tuple[str, str]:
    """What is out of service, by its worst word; else how many there are."""
    out = {service: number for service, number in services.items() if service.out}
    if not out:
        return count(services.total(), "node"), "muted"
    word, number = max(out.items(), key=lambda item: (item[0].value in ("down", "failed"), item[1]))
    rest = sum(out.values()) - number
    return f"{number} {word.value}" + (f" +{rest}" if rest else "") + f" of {services.total()}", word.value
