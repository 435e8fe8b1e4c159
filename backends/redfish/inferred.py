"""Edges nobody states, concluded from where things stand and from what they are: each is marked as inferred.

What stands in a rack and is said to feed nothing feeds that rack: what else would it be there for. A loop that is said
to cool nothing cools what its unit cools, or the rack its unit stands in.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from backends.model.topology import Component, Confidence, Edge, Kind, Relation

_FEEDERS = (
    (Relation.POWERS, frozenset({Kind.POWER_SHELF, Kind.PDU})),
    (Relation.COOLS, frozenset({Kind.CDU})),
)
_OWN = {
    Relation.POWERS: frozenset({Kind.OUTLET, Kind.POWER_SUPPLY, Kind.CIRCUIT, Kind.PDU, Kind.POWER_SHELF}),
    Relation.COOLS: frozenset({Kind.PUMP, Kind.LOOP, Kind.CDU}),
}


def concluded(edges: tuple[Edge, ...], components: Mapping[str, Component]) -> tuple[Edge, ...]:
    """The edges with those that follow from them."""
    more: list[Edge] = []
    inside = {edge.target: edge.source for edge in edges if edge.relation is Relation.CONTAINS}
    for relation, kinds in _FEEDERS:
        reach = _Reach(edges, components, relation)
        for id_, one in components.items():
            rack = inside.get(id_, "")
            if one.kind in kinds and rack.startswith(f"{Kind.RACK}:") and not reach.consumers(id_):
                more.append(Edge(id_, rack, relation, Confidence.INFERRED))
    return (*edges, *more, *_loops((*edges, *more), components))


def _loops(edges: tuple[Edge, ...], components: Mapping[str, Component]) -> Iterable[Edge]:
    reach = _Reach(edges, components, Relation.COOLS)
    units = [
        (edge.source, edge.target)
        for edge in edges
        if edge.relation is Relation.COOLS and _kind(edge.source, components) is Kind.CDU
    ]
    for unit, loop in units:
        if _kind(loop, components) is not Kind.LOOP or reach.consumers(loop):
            continue
        alone = sum(other == unit and _kind(far, components) is Kind.LOOP for other, far in units) == 1
        for consumer in reach.direct(unit) if alone else ():  # of two loops of a unit, nobody knows which cools what
            yield Edge(loop, consumer, Relation.COOLS, Confidence.INFERRED)


class _Reach:
    """Who is fed by whom, through the feeders' own parts."""

    def __init__(self, edges: Iterable[Edge], components: Mapping[str, Component], relation: Relation) -> None:
        self._components = components
        self._own = _OWN[relation]
        self._out: defaultdict[str, list[str]] = defaultdict(list)
        self._direct: defaultdict[str, list[str]] = defaultdict(list)
        for edge in edges:
            parts = edge.relation is Relation.CONTAINS and _kind(edge.target, components) in self._own
            if edge.relation is relation or parts:
                self._out[edge.source].append(edge.target)
            if edge.relation is relation:
                self._direct[edge.source].append(edge.target)

    def direct(self, start: str) -> list[str]:
        """What it feeds without anything between."""
        return [far for far in self._direct[start] if _kind(far, self._components) not in self._own]

    def consumers(self, start: str) -> bool:
        """Whether anything but feeders is reached."""
        seen, queue = {start}, [start]
        for here in queue:
            for far in self._out.get(here, ()):
                if _kind(far, self._components) not in self._own:
                    return True
                if far not in seen:
                    seen.add(far)
                    queue.append(far)
        return False


def _kind(id_: str, components: Mapping[str, Component]) -> Kind | None:
    """Its kind; None for nodes and GPUs, which are no components of a service."""
    found = components.get(id_)
    return found.kind if found else None
