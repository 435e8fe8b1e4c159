"""The pod's topology, put together from what its sources and its config say.

GPUs are not components here: a fleet has 800,000, and each hangs off its node with an index (`gpu:NODE/INDEX`).
"""

from collections.abc import Iterable, Mapping

from backends.model.job import Job
from backends.model.topology import Component, Confidence, Edge, Kind, Relation, Topology

Placements = tuple[tuple[str, tuple[str, ...]], ...]
"""Running jobs and their nodes."""


def placements(jobs: Mapping[str, Job]) -> Placements:
    """Which running job holds which nodes, in a form that compares fast."""
    return tuple((job.id, job.nodes) for job in jobs.values() if job.running)


def build(
    pod: str,
    nodes: Iterable[str],
    components: Iterable[Component],
    edges: Iterable[Edge],
    racks: Mapping[str, Iterable[str]],
) -> Topology:
    """One graph: the pod, its racks, what the sources add, and its nodes."""
    whole = f"pod:{pod}"
    known = {whole: Component(id=whole, kind=Kind.POD, name=pod)}
    for component in components:
        known.setdefault(component.id, component)
    found = list(edges)
    contained = {edge.target for edge in found if edge.relation is Relation.CONTAINS}
    for rack, members in racks.items():
        rack_id = f"rack:{rack}"
        known.setdefault(rack_id, Component(id=rack_id, kind=Kind.RACK, name=rack, source="config"))
        inside = [f"node:{node}" for node in members]
        found.extend(Edge(rack_id, node, Relation.CONTAINS) for node in inside)
        contained.update(inside)
    for name in nodes:
        node = f"node:{name}"
        known.setdefault(node, Component(id=node, kind=Kind.NODE, name=name))
    found.extend(
        Edge(whole, identity, Relation.CONTAINS, Confidence.INFERRED)
        for identity in known
        if identity not in contained and identity != whole
    )
    return Topology(known, tuple(found))


def with_jobs(topology: Topology, placed: Placements) -> Topology:
    """The same with the jobs that run on its nodes."""
    jobs = {f"job:{job}": Component(id=f"job:{job}", kind=Kind.JOB, name=job) for job, _ in placed}
    edges = tuple(Edge(f"job:{job}", f"node:{node}", Relation.RUNS) for job, members in placed for node in members)
    return topology.extended(jobs, edges)


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
