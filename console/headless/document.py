"""The JSON document of a list: items with where they come from, how fresh they are, and what is missing."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from msgspec import Struct

from backends.clean import clean
from backends.model.job import Job
from backends.model.node import HardwareFacts, Node, SchedulerFacts
from backends.model.plant import ComponentFacts
from backends.model.snapshot import Snapshot
from backends.model.source import SourceStatus
from backends.model.topology import Component
from console.headless.item import (
    FindingItem,
    GpuItem,
    Item,
    JobItem,
    NodeItem,
    PlantItem,
    PodItem,
    RackItem,
    SeenHardware,
    SeenScheduler,
    SourceItem,
)
from console.headless.output import API_VERSION
from console.views.gpus import gpus_of, holder
from console.views.racks import UNPLACED, groups

_LONGEST = 1000
Extended = TypeVar("Extended", bound=Struct)


class Document(Struct, frozen=True, kw_only=True):
    """What `get -o json` prints. `partial` means some source did not answer, or not in full: see `errors`.

    `observedAt` is when it was put together; each item tells the age of its own facts.
    """

    apiVersion: str = API_VERSION  # noqa: N815 - the wire's spelling, as Kubernetes has it
    kind: str
    observedAt: datetime  # noqa: N815
    partial: bool
    errors: tuple[str, ...]
    sources: tuple[SourceItem, ...]
    items: tuple[Item, ...]


def document(
    kind: str, snapshots: Mapping[str, Snapshot], now: datetime, items: Mapping[str, tuple[Item, ...]]
) -> Document:
    """The document of one kind over some pods, with the items of each; what their sources did not tell is named."""
    asked = [(pod, status) for pod, snapshot in snapshots.items() for status in snapshot.sources.values()]
    return Document(
        kind=kind_of(kind),
        observedAt=now,
        partial=any(missing(status) for _, status in asked),
        errors=tuple(problem(pod, status) for pod, status in asked if missing(status)),
        sources=tuple(source(pod, status) for pod, status in asked),
        items=tuple(item for pod in snapshots for item in items.get(pod, ())),
    )


def kind_of(kind: str) -> str:
    """`NodeList` for `nodes`."""
    return f"{kind[:1].upper()}{kind[1:].removesuffix('s')}List"


def missing(status: SourceStatus) -> bool:
    """Whether this source leaves a hole in the data."""
    return not status.trusted or status.partial


def problem(pod: str, status: SourceStatus) -> str:
    """One line on what a source did not tell."""
    word = "partial" if status.trusted else status.state.value
    return f"{pod}: {status.name} {word}: {clean(status.error, _LONGEST) or 'no answer in time'}"


def pods(snapshot: Snapshot) -> Iterable[PodItem]:
    """The pod itself."""
    yield PodItem(
        pod=snapshot.pod,
        read_only=snapshot.read_only,
        cluster=snapshot.cluster,
        scheduler_version=snapshot.scheduler_version,
        nodes=len(snapshot.nodes),
        nodes_out=sum(node.service.out for node in snapshot.nodes.values()),
        gpus=sum(node.gpu_count for node in snapshot.nodes.values()),
        gpus_used=sum(node.scheduler.gpus_used for node in snapshot.nodes.values() if node.scheduler),
        jobs_running=sum(job.running for job in snapshot.jobs.values()),
        jobs=len(snapshot.jobs),
        findings=len(snapshot.findings),
        requests_last_min=snapshot.requests_last_min,
        request_budget_per_min=snapshot.request_budget_per_min,
    )


def racks(snapshot: Snapshot) -> Iterable[RackItem]:
    """Its racks, or what stands for them."""
    for name, members in groups(snapshot).items():
        yield RackItem(
            pod=snapshot.pod,
            rack="" if name == UNPLACED else name,
            kind="rack" if members[0].rack else "none" if name == UNPLACED else "switch",
            nodes=tuple(node.name for node in members),
            gpus=sum(node.gpu_count for node in members),
            services={node.name: node.service for node in members},
        )


def nodes(snapshot: Snapshot) -> Iterable[NodeItem]:
    """Its nodes, in the scheduler's order."""
    return (node(snapshot, one) for one in snapshot.nodes.values())


def node(snapshot: Snapshot, one: Node) -> NodeItem:
    """One node."""
    return NodeItem(
        pod=snapshot.pod,
        name=one.name,
        rack=one.rack,
        group=one.group,
        service=one.service,
        power=one.power,
        health=one.health,
        gpus=one.gpu_count,
        jobs=tuple(job.id for job in snapshot.jobs_on(one.name)),
        scheduler=_extended(SeenScheduler, one.scheduler, **_seen(snapshot, one.scheduler)) if one.scheduler else None,
        hardware=_extended(SeenHardware, one.hardware, **_seen(snapshot, one.hardware)) if one.hardware else None,
    )


def gpus(snapshot: Snapshot) -> Iterable[GpuItem]:
    """Its GPUs: those a controller lists, and those only the scheduler counts."""
    for one in snapshot.nodes.values():
        seen = _seen(snapshot, one.hardware)
        for gpu in gpus_of(one):
            job = holder(one, gpu.index, snapshot)
            yield _extended(GpuItem, gpu, pod=snapshot.pod, node=one.name, job=job, **seen)


def jobs(snapshot: Snapshot) -> Iterable[JobItem]:
    """Its jobs, in queue order."""
    for one in snapshot.jobs.values():
        yield _extended(JobItem, one, pod=snapshot.pod, holds=one.running, **_seen(snapshot, one))


def plant(snapshot: Snapshot) -> Iterable[PlantItem]:
    """What is observed of its plant."""
    for identity, facts in snapshot.components.items():
        component = snapshot.topology.components.get(identity)
        if component is not None:
            named = {name: getattr(component, name) for name in _NAMED}
            yield _extended(PlantItem, facts, pod=snapshot.pod, **named, **_seen(snapshot, facts))


def findings(snapshot: Snapshot) -> Iterable[FindingItem]:
    """What is wrong, worst first."""
    return (_extended(FindingItem, finding, pod=snapshot.pod) for finding in snapshot.findings)


def sources(snapshot: Snapshot) -> Iterable[SourceItem]:
    """Where its facts come from."""
    return (source(snapshot.pod, status) for status in snapshot.sources.values())


def source(pod: str, status: SourceStatus) -> SourceItem:
    """One source."""
    return _extended(SourceItem, status, pod=pod)


_NAMED = tuple(name for name in Component.__struct_fields__ if name not in ComponentFacts.__struct_fields__)
"""What of a component its facts do not say better."""

ITEMS: Mapping[str, Callable[[Snapshot], Iterable[Item]]] = {
    "pods": pods,
    "racks": racks,
    "nodes": nodes,
    "gpus": gpus,
    "jobs": jobs,
    "plant": plant,
    "findings": findings,
    "sources": sources,
}


def _seen(snapshot: Snapshot, facts: SchedulerFacts | HardwareFacts | ComponentFacts | Job | None) -> dict[str, object]:
    """When facts were last confirmed, and whether they are old."""
    return {"observed_at": facts and snapshot.observed_at(facts), "stale": snapshot.stale(facts)}


def _extended(kind: type[Extended], base: Struct, /, **more: object) -> Extended:
    """The same facts, with more beside them: `kind` extends the type of `base`."""
    return kind(**{name: getattr(base, name) for name in base.__struct_fields__}, **more)
