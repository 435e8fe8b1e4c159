"""The JSON document of a list: items with where they come from, how fresh they are, and what is missing."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from backends.model.node import Node
from backends.model.snapshot import Snapshot
from backends.model.source import SourceStatus
from console.headless.output import API_VERSION
from console.views.gpus import gpus_of, holder
from console.views.racks import UNPLACED, groups

Item = dict[str, Any]


class Document(Struct, frozen=True, kw_only=True):
    """What `get -o json` prints. `partial` means some source did not answer, or not in full: see `errors`.

    `observedAt` is when it was put together; each item tells the age of its own facts.
    """

    apiVersion: str = API_VERSION  # noqa: N815 - the wire's spelling, as Kubernetes has it
    kind: str
    observedAt: datetime  # noqa: N815
    partial: bool
    errors: tuple[str, ...]
    sources: tuple[Item, ...]
    items: tuple[Item, ...]


def document(kind: str, snapshots: Mapping[str, Snapshot], now: datetime, sources: frozenset[str]) -> Document:
    """The document of one kind over some pods. `sources` are those that were asked: only they can be missing."""
    asked = [
        (pod, status)
        for pod, snapshot in snapshots.items()
        for status in snapshot.sources.values()
        if status.name in sources
    ]
    return Document(
        kind=f"{kind[:1].upper()}{kind[1:].removesuffix('s')}List",
        observedAt=now,
        partial=any(missing(status) for _, status in asked),
        errors=tuple(problem(pod, status) for pod, status in asked if missing(status)),
        sources=tuple({"pod": pod, **_builtin(status)} for pod, status in asked),
        items=tuple(item for snapshot in snapshots.values() for item in ITEMS[kind](snapshot)),
    )


def with_items(whole: Document, items: tuple[Item, ...]) -> Document:
    """The same document with fewer items."""
    return replace(whole, items=items)


def missing(status: SourceStatus) -> bool:
    """Whether this source leaves a hole in the data."""
    return not status.trusted or status.partial


def problem(pod: str, status: SourceStatus) -> str:
    """One line on what a source did not tell."""
    word = "partial" if status.trusted else status.state.value
    return f"{pod}: {status.name} {word}: {status.error or 'no answer in time'}"


def pods(snapshot: Snapshot) -> Iterable[Item]:
    """A pod, with counts; the sources have a list of their own."""
    yield {
        "pod": snapshot.pod,
        "read_only": snapshot.read_only,
        "cluster": snapshot.cluster,
        "scheduler_version": snapshot.scheduler_version,
        "nodes": len(snapshot.nodes),
        "nodes_out": sum(node.service.out for node in snapshot.nodes.values()),
        "gpus": sum(node.gpu_count for node in snapshot.nodes.values()),
        "gpus_used": sum(node.scheduler.gpus_used for node in snapshot.nodes.values() if node.scheduler),
        "jobs_running": sum(job.running for job in snapshot.jobs.values()),
        "jobs": len(snapshot.jobs),
        "findings": len(snapshot.findings),
        "requests_last_min": snapshot.requests_last_min,
        "request_budget_per_min": snapshot.request_budget_per_min,
    }


def racks(snapshot: Snapshot) -> Iterable[Item]:
    """A rack or what stands for one, with its nodes."""
    for name, nodes in groups(snapshot).items():
        yield {
            "pod": snapshot.pod,
            "rack": "" if name == UNPLACED else name,
            "kind": "rack" if nodes[0].rack else "none" if name == UNPLACED else "switch",
            "nodes": [node.name for node in nodes],
            "gpus": sum(node.gpu_count for node in nodes),
            "services": {node.name: node.service.value for node in nodes},
        }


def nodes(snapshot: Snapshot) -> Iterable[Item]:
    """A node with what each source says of it, side by side, each with its own `observed_at`."""
    for node in snapshot.nodes.values():
        yield node_item(snapshot, node)


def node_item(snapshot: Snapshot, node: Node) -> Item:
    """One node."""
    item: Item = {
        "pod": snapshot.pod,
        "name": node.name,
        "rack": node.rack,
        "group": node.group,
        "service": node.service.value,
        "power": node.power.value,
        "health": node.health.value,
        "gpus": node.gpu_count,
        "jobs": [job.id for job in snapshot.jobs_on(node.name)],
    }
    for key, facts in (("scheduler", node.scheduler), ("hardware", node.hardware)):
        item[key] = facts and {
            **_builtin(facts),
            "observed_at": snapshot.observed_at(facts),
            "stale": snapshot.stale(facts),
        }
    return item


def gpus(snapshot: Snapshot) -> Iterable[Item]:
    """A GPU, with the job that holds it where the scheduler says so (`free`, `held` and `?` are words)."""
    for node in snapshot.nodes.values():
        for gpu in gpus_of(node):
            yield {
                "pod": snapshot.pod,
                "node": node.name,
                **_builtin(gpu),
                "job": holder(node, gpu.index, snapshot),
                "observed_at": node.hardware and snapshot.observed_at(node.hardware),
            }


def jobs(snapshot: Snapshot) -> Iterable[Item]:
    """A job."""
    for job in snapshot.jobs.values():
        yield {
            "pod": snapshot.pod,
            **_builtin(job),
            "running": job.running,
            "observed_at": snapshot.observed_at(job),
            "stale": snapshot.stale(job),
        }


def plant(snapshot: Snapshot) -> Iterable[Item]:
    """A component of the plant, with what is observed of it."""
    for identity, facts in snapshot.components.items():
        component = snapshot.topology.components.get(identity)
        if component is not None:
            yield {
                "pod": snapshot.pod,
                **_builtin(component),
                **_builtin(facts),
                "observed_at": snapshot.observed_at(facts),
                "stale": snapshot.stale(facts),
            }


def findings(snapshot: Snapshot) -> Iterable[Item]:
    """A finding."""
    for finding in snapshot.findings:
        yield {"pod": snapshot.pod, **_builtin(finding)}


ITEMS = {"pods": pods, "racks": racks, "nodes": nodes, "gpus": gpus, "jobs": jobs, "plant": plant, "findings": findings}


def _builtin(value: Struct) -> Item:
    built: Item = to_builtins(value, builtin_types=(datetime,))
    return built
