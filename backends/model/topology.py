"""The pod as a graph: components with typed edges. Every "what does this hit" is a walk over it."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import cached_property
from operator import attrgetter

from msgspec import Struct

from backends.model.severity import Severity


class Kind(StrEnum):
    """What a component is, in the field's words."""

    POD = "pod"
    RACK = "rack"
    TRAY = "tray"
    NODE = "node"
    GPU = "gpu"
    SWITCH = "switch"
    BLOCK = "block"
    NVLINK_DOMAIN = "nvlink-domain"
    POWER_SHELF = "power-shelf"
    POWER_SUPPLY = "power-supply"
    PDU = "pdu"
    OUTLET = "outlet"
    CIRCUIT = "circuit"
    CDU = "cdu"
    LOOP = "loop"
    PUMP = "pump"
    FILTER = "filter"
    RESERVOIR = "reservoir"
    FAN = "fan"
    LEAK_DETECTOR = "leak-detector"
    JOB = "job"


class Relation(StrEnum):
    """What an edge says: `source` contains, powers, cools, connects or runs on `target`."""

    CONTAINS = "contains"
    POWERS = "powers"
    COOLS = "cools"
    CONNECTS = "connects"
    RUNS = "runs"


class Confidence(StrEnum):
    """How an edge is known: stated for this very thing, for its node only, or concluded by us."""

    EXACT = "exact"
    NODE_LEVEL = "node-level"
    INFERRED = "inferred"


class Component(Struct, frozen=True, kw_only=True):
    """A thing of the pod. `id` is `kind:name` (`node:gpu001`, `cdu:cdu-1`), unique in its pod.

    Only what stays: what is observed of it is in `backends.model.plant`. `slot` and `unit` (U position) say where it
    stands in its rack.
    """

    id: str
    kind: Kind
    name: str
    health: Severity = Severity.UNKNOWN
    source: str = ""
    model: str = ""
    serial: str = ""
    slot: int | None = None
    unit: int | None = None


class Edge(Struct, frozen=True):
    """A typed, directed edge between two component ids."""

    source: str
    target: str
    relation: Relation
    confidence: Confidence = Confidence.EXACT


_START = attrgetter("source")
_END = attrgetter("target")


class Topology(Struct, frozen=True, dict=True):
    """Components by id, and their edges. Built once per change of the pod, shared by snapshots in between."""

    components: dict[str, Component] = {}
    edges: tuple[Edge, ...] = ()

    @cached_property
    def outgoing(self) -> dict[str, tuple[Edge, ...]]:
        """Edges by where they start."""
        return _index(self.edges, _START)

    @cached_property
    def incoming(self) -> dict[str, tuple[Edge, ...]]:
        """Edges by where they end."""
        return _index(self.edges, _END)

    @cached_property
    def by_kind(self) -> dict[Kind, list[Component]]:
        """Components by kind, in the order they were added."""
        return _by_kind(self.components)

    def extended(self, components: dict[str, Component], edges: tuple[Edge, ...]) -> "Topology":
        """The same with more in it, of kinds that are not here. What is indexed here is not indexed again."""
        more = Topology({**self.components, **components}, (*self.edges, *edges))
        for index, key in (("outgoing", _START), ("incoming", _END)):
            known: dict[str, tuple[Edge, ...]] = dict(getattr(self, index))
            for end, found in _index(edges, key).items():
                known[end] = (*known.get(end, ()), *found)
            more.__dict__[index] = known
        more.__dict__["by_kind"] = self.by_kind | _by_kind(components)
        return more

    def label(self, identity: str) -> str:
        """A component's name for people: the rest of its id where others of its kind have the same name."""
        component = self.components[identity]
        alike = self._names[component.kind, component.name]
        return component.name if alike == 1 else identity.partition(":")[2]

    @cached_property
    def _names(self) -> Counter[tuple[Kind, str]]:
        return Counter((component.kind, component.name) for component in self.components.values())

    def of_kind(self, kind: Kind) -> Iterator[Component]:
        """Every component of one kind, in the order they were added."""
        return (component for component in self.components.values() if component.kind is kind)

    def downstream(self, start: str, *relations: Relation) -> list[str]:
        """Ids reached from `start` along the edges' direction, nearest first, without `start`."""
        return self._walk(start, self.outgoing, lambda edge: edge.target, relations)

    def upstream(self, start: str, *relations: Relation) -> list[str]:
        """Ids that reach `start`, nearest first, without `start`."""
        return self._walk(start, self.incoming, lambda edge: edge.source, relations)

    def _walk(
        self,
        start: str,
        index: dict[str, tuple[Edge, ...]],
        far: Callable[[Edge], str],
        relations: tuple[Relation, ...],
    ) -> list[str]:
        seen = {start}
        order: list[str] = []
        queue = deque([start])
        while queue:
            for edge in index.get(queue.popleft(), ()):
                reached = far(edge)
                if reached not in seen and (not relations or edge.relation in relations):
                    seen.add(reached)
                    order.append(reached)
                    queue.append(reached)
        return order


def _by_kind(components: dict[str, Component]) -> dict[Kind, list[Component]]:
    found: dict[Kind, list[Component]] = {}
    for one in components.values():
        found.setdefault(one.kind, []).append(one)
    return found


def _index(edges: tuple[Edge, ...], key: Callable[[Edge], str]) -> dict[str, tuple[Edge, ...]]:
    lists: dict[str, list[Edge]] = {}
    for edge in edges:
        lists.setdefault(key(edge), []).append(edge)
    return {name: tuple(found) for name, found in lists.items()}
