"""The pod's topology, put together from what its sources and its config say.

GPUs are not components here: a fleet has 800,000, and each hangs off its node with an index (`gpu:NODE/INDEX`).
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from backends.model.job import Job
from backends.model.topology import Component, Confidence, Edge, Kind, Relation, Topology


class Parts(Struct, frozen=True):
    """What a topology is made of. Equal parts make an equal topology, so an unchanged one is kept."""

    pod: str
    nodes: tuple[str, ...]
    components: tuple[Component, ...]
    edges: tuple[Edge, ...]
    racks: dict[str, tuple[str, ...]]
    placements: tuple[tuple[str, tuple[str, ...]], ...]


def placements(jobs: Mapping[str, Job]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Which running job holds which nodes, in a form that compares fast."""
    return tuple((job.id, job.nodes) for job in jobs.values() if job.running)


def build(parts: Parts) -> Topology:
    """One graph: the pod, its racks, what the sources add, its nodes, and the jobs that run on them."""
    pod = f"pod:{parts.pod}"
    components = {pod: Component(id=pod, kind=Kind.POD, name=parts.pod)}
    edges: list[Edge] = []
    for component in parts.components:
        components.setdefault(component.id, component)
    edges.extend(parts.edges)
    contained = {edge.target for edge in edges if edge.relation is Relation.CONTAINS}
    for rack, members in parts.racks.items():
        rack_id = f"rack:{rack}"
        components.setdefault(rack_id, Component(id=rack_id, kind=Kind.RACK, name=rack, source="config"))
        edges.extend(Edge(rack_id, f"node:{node}", Relation.CONTAINS) for node in members)
        contained.update(f"node:{node}" for node in members)
    for name in parts.nodes:
        node = f"node:{name}"
        components.setdefault(node, Component(id=node, kind=Kind.NODE, name=name))
    edges.extend(
        Edge(pod, component.id, Relation.CONTAINS, Confidence.INFERRED)
        for component in components.values()
        if component.id not in contained and component.id != pod
    )
    for job, members in parts.placements:
        job_id = f"job:{job}"
        components[job_id] = Component(id=job_id, kind=Kind.JOB, name=job)
        edges.extend(Edge(job_id, f"node:{node}", Relation.RUNS) for node in members)
    return Topology(components, tuple(edges))


def places(topology: Topology, nodes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The (rack, group) of each node. The group is the rack, else the leaf switch or block it hangs on, else ""."""
    found: dict[str, tuple[str, str]] = {}
    for name in nodes:
        rack = group = ""
        for edge in topology.incoming.get(f"node:{name}", ()):
            above = topology.components.get(edge.source)
            if above is None:
                continue
            if above.kind in (Kind.SWITCH, Kind.BLOCK):
                group = group or above.name
            elif above.kind in (Kind.RACK, Kind.TRAY):
                rack = rack or _rack_above(topology, above)
        found[name] = (rack, rack or group)
    return found


def _rack_above(topology: Topology, component: Component) -> str:
    if component.kind is Kind.RACK:
        return component.name
    for above in topology.upstream(component.id, Relation.CONTAINS):
        found = topology.components.get(above)
        if found is not None and found.kind is Kind.RACK:
            return found.name
    return ""
