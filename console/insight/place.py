"""Where things stand to each other in the topology, as far as causes go: inside, fed by, around."""

from backends.model.topology import Kind, Relation, Topology
from console.insight.radius import SUPPORT, container


class Places:
    """Answers over one topology, each walked once. The pod is left out: all of it is near to everything."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._inside: dict[str, frozenset[str]] = {}
        self._around: dict[str, frozenset[str]] = {}

    def inside(self, entity: str) -> frozenset[str]:
        """What it contains, down to the last part, nodes left out."""
        if entity not in self._inside:
            found = self._topology.downstream(entity, Relation.CONTAINS)
            self._inside[entity] = frozenset(one for one in found if not one.startswith("node:"))
        return self._inside[entity]

    def parts(self, entity: str) -> list[str]:
        """What sits in it directly."""
        edges = self._topology.outgoing.get(entity, ())
        return list(dict.fromkeys(edge.target for edge in edges if edge.relation is Relation.CONTAINS))

    def fed(self, entity: str) -> frozenset[str]:
        """What it powers or cools, through whatever is between."""
        return frozenset(self._topology.downstream(entity, Relation.POWERS, Relation.COOLS))

    def upwards(self, entity: str) -> list[str]:
        """What it sits in, up to but without rack and pod."""
        found = []
        here = container(self._topology, entity)
        while here and self._topology.components[here].kind not in (Kind.RACK, Kind.POD) and here not in found:
            found.append(here)
            here = container(self._topology, here)
        return found

    def around(self, entity: str) -> frozenset[str]:
        """What it sits in, and what that and itself contain, power or cool."""
        if entity not in self._around:
            whole = self.upwards(entity)[:1]
            reached = set(whole)
            for one in (entity, *whole):
                reached.update(self._topology.downstream(one, *SUPPORT))
            self._around[entity] = frozenset(reached - {entity})
        return self._around[entity]
