"""The blast radius of anything: what it hits, and what it stands on. Every answer is a walk over the topology.

Downwards (contains, powers, cools, connects) it says which nodes, jobs, whole gangs and users a broken thing hits.
Upwards it says which racks, loops, shelves and switches a node or a job stands on, and which of those are not well.
Each answer carries the confidence of the weakest edge on the way to it.
"""

from collections.abc import Iterable

from msgspec import Struct

from backends.model.finding import Finding
from backends.model.job import Job
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.topology import Confidence, Edge, Kind, Relation, Topology

SUPPORT = (Relation.CONTAINS, Relation.POWERS, Relation.COOLS, Relation.CONNECTS)
_ORDER = (Confidence.EXACT, Confidence.NODE_LEVEL, Confidence.INFERRED)


class Reached(Struct, frozen=True, kw_only=True):
    """A component on the way down or up: its health as observed, whether that is old, how surely it is connected."""

    id: str
    kind: Kind
    health: Severity
    confidence: Confidence
    stale: bool = False


class Radius(Struct, frozen=True, kw_only=True):
    """What an entity hits and what it stands on.

    `gang_nodes` are the other nodes of the jobs it hits: they wait or fail with them. `findings` are those about the
    entity, or about anything it stands on.
    """

    entity: str
    nodes: tuple[Reached, ...] = ()
    below: tuple[Reached, ...] = ()
    above: tuple[Reached, ...] = ()
    gpus: int = 0
    jobs: tuple[Job, ...] = ()
    users: tuple[str, ...] = ()
    gang_nodes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def radius(snapshot: Snapshot, entity: str) -> Radius:
    """The radius of a component id, a `node:`, a `job:`, or a `gpu:` or `link:` of a node.

    Raises KeyError for what is not there. A part that carries no node itself is given those of what it sits in, as an
    inference.
    """
    gpu = gpu_named(snapshot, entity)
    topology, here = snapshot.topology, f"node:{gpu[0]}" if gpu else entity
    start = topology.components[here]
    seeds = _members(topology, here) if start.kind is Kind.JOB else {here: Confidence.EXACT}
    below = {} if start.kind is Kind.JOB else _walk(topology, seeds, topology.outgoing, downwards=True)
    nodes = {name: sure for name, sure in {**seeds, **below}.items() if topology.components[name].kind is Kind.NODE}
    if not nodes:
        nodes = {f"node:{name}": Confidence.INFERRED for name in nodes_hit(topology, here)}
    above = _walk(topology, seeds, topology.incoming, downwards=False)
    names = [name.removeprefix("node:") for name in nodes]
    jobs = {job.id: job for name in names for job in snapshot.jobs_on(name) if not gpu or holds(job, *gpu)}
    if start.kind is Kind.JOB:
        jobs = {job.id: job for job in (snapshot.jobs[start.name],)}
    gang = dict.fromkeys(node for job in jobs.values() for node in job.nodes if node not in names)
    concerned = {entity, *above, *nodes, *(below if start.kind is not Kind.POD else ())}
    return Radius(
        entity=entity,
        nodes=_reached(snapshot, nodes),
        below=_reached(snapshot, {name: sure for name, sure in below.items() if name not in nodes}),
        above=_reached(snapshot, above),
        gpus=_gpu_count(snapshot, names, one=gpu is not None),
        jobs=tuple(jobs.values()),
        users=tuple(sorted({job.user for job in jobs.values()})),
        gang_nodes=tuple(gang),
        findings=tuple(finding for finding in snapshot.findings if finding.entity in concerned),
    )


def gpu_named(snapshot: Snapshot, entity: str) -> tuple[str, int] | None:
    """The node and the index of `gpu:NODE/INDEX`, or of the GPU at the end of `link:NODE/INDEX/LINK`; None for others.

    GPUs and their links are no components: a fleet has 800,000 of them. Raises KeyError for one that is not there.
    """
    kind, _, rest = entity.partition(":")
    if kind not in ("gpu", "link"):
        return None
    name, *parts = rest.split("/")
    node = snapshot.nodes.get(name)
    if node is None or len(parts) != (1 if kind == "gpu" else 2) or not all(part.isdecimal() for part in parts):
        raise KeyError(entity)
    index = int(parts[0])
    gpu = next((one for one in node.hardware.gpus if one.index == index), None) if node.hardware else None
    if gpu is None and (kind == "link" or not 0 <= index < node.gpu_count):
        raise KeyError(entity)
    if kind == "link" and gpu is not None and int(parts[1]) >= (gpu.nvlinks or 0):
        raise KeyError(entity)
    return name, index


def holds(job: Job, node: str, *gpus: int) -> bool:
    """Whether a job may hold one of these GPUs of a node: one whose indices nobody tells may hold any."""
    held = job.gpu_indices.get(node, ())
    return not gpus or not held or not set(gpus).isdisjoint(held)


def _gpu_count(snapshot: Snapshot, names: Iterable[str], *, one: bool) -> int:
    return 1 if one else sum(snapshot.nodes[name].gpu_count for name in names if name in snapshot.nodes)


def nodes_hit(topology: Topology, entity: str) -> tuple[str, ...]:
    """The names of the nodes that a component contains, powers, cools or connects, through whatever is between.

    A part that carries none itself (a pump, a supply, a leak detector) hits what the thing it sits in carries.
    """
    while entity:
        reached = topology.downstream(entity, *SUPPORT)
        ids = (entity, *reached) if entity.startswith("node:") else reached
        nodes = tuple(name.removeprefix("node:") for name in ids if name.startswith("node:"))
        if nodes:
            return nodes
        entity = container(topology, entity)
    return ()


def container(topology: Topology, entity: str) -> str:
    """What a component sits in, "" for the pod and for what sits in nothing: all of a pod is no answer."""
    for edge in topology.incoming.get(entity, ()):
        inside = topology.components.get(edge.source)
        if edge.relation is Relation.CONTAINS and inside is not None and inside.kind is not Kind.POD:
            return inside.id
    return ""


def jobs_of(snapshot: Snapshot, nodes: Iterable[str]) -> tuple[str, ...]:
    """The ids of the jobs on some nodes, each once."""
    return tuple(dict.fromkeys(job.id for name in nodes for job in snapshot.jobs_on(name)))


def _members(topology: Topology, job: str) -> dict[str, Confidence]:
    edges = topology.outgoing.get(job, ())
    return {edge.target: edge.confidence for edge in edges if edge.relation is Relation.RUNS}


def _walk(
    topology: Topology, seeds: dict[str, Confidence], index: dict[str, tuple[Edge, ...]], *, downwards: bool
) -> dict[str, Confidence]:
    """What is reached from the seeds, without them, nearest first, each with the surest way there."""
    found = dict(seeds)
    queue = list(seeds)
    for here in queue:
        for edge in index.get(here, ()):
            far = edge.target if downwards else edge.source
            if edge.relation not in SUPPORT or far not in topology.components:
                continue
            sure = max(found[here], edge.confidence, key=_ORDER.index)
            if far not in found or _ORDER.index(sure) < _ORDER.index(found[far]):
                found[far] = sure
                queue.append(far)
    return {name: sure for name, sure in found.items() if name not in seeds}


def _reached(snapshot: Snapshot, found: dict[str, Confidence]) -> tuple[Reached, ...]:
    return tuple(
        Reached(
            id=name,
            kind=snapshot.topology.components[name].kind,
            health=health(snapshot, name),
            confidence=sure,
            stale=_old(snapshot, name),
        )
        for name, sure in found.items()
    )


def _old(snapshot: Snapshot, entity: str) -> bool:
    """Whether what is known of its health may be out of date."""
    node = snapshot.nodes.get(entity.removeprefix("node:")) if entity.startswith("node:") else None
    return snapshot.stale(node.hardware if node is not None else snapshot.components.get(entity))


def health(snapshot: Snapshot, entity: str) -> Severity:
    """A component's health as observed, a node's as its controller has it; UNKNOWN where nobody says."""
    if entity.startswith("node:"):
        node = snapshot.nodes.get(entity.removeprefix("node:"))
        return node.health if node else Severity.UNKNOWN
    facts = snapshot.components.get(entity)
    return facts.health if facts else Severity.UNKNOWN
