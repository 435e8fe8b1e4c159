"""What all sources of a pod say at one moment, put side by side; nothing is joined or judged here."""

from collections.abc import Mapping
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from backends.model.job import Job
from backends.model.node import HardwareFacts, Power, SchedulerFacts
from backends.model.observation import (
    HardwareInventory,
    Payload,
    SchedulerJobs,
    SchedulerLayout,
    SchedulerNodes,
)
from backends.model.plant import ComponentFacts, Condition, Redundancy
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.source import SourceStatus
from backends.model.topology import Component, Confidence, Edge, Relation
from console.state.identity import Identities

F = TypeVar("F", HardwareFacts, ComponentFacts)

_SURE = (Confidence.EXACT, Confidence.NODE_LEVEL, Confidence.INFERRED)


class Gathered(Struct, kw_only=True):
    """The latest payloads of all sources, by kind of fact. `jobs` and `layout` are None until they were told."""

    scheduler: dict[str, SchedulerFacts] = {}
    hardware: dict[str, HardwareFacts] = {}
    jobs: dict[str, Job] | None = None
    layout: SchedulerLayout | None = None
    components: list[Component] = []
    edges: list[Edge] = []
    facts: dict[str, ComponentFacts] = {}
    conditions: list[Condition] = []


def gather(payloads: Mapping[str, Payload], before: Snapshot, identities: Identities) -> Gathered:
    """Everything said, by kind. What did not change since `before` is the same object.

    What several controllers see is told by the one that can be trusted and says most; `also` names the others.
    """
    found = Gathered()
    components: dict[str, Component] = {}
    edges: dict[tuple[str, str, Relation], Edge] = {}
    for source, payload in payloads.items():
        match payload:
            case SchedulerNodes(nodes):
                found.scheduler.update(nodes)
            case SchedulerJobs(jobs):
                found.jobs = {key: _same(job, before.jobs.get(key)) for key, job in jobs.items()}
            case SchedulerLayout():
                found.layout = payload
                found.components.extend(payload.components)
                found.edges.extend(payload.edges)
            case HardwareInventory():
                _add(found, source, payload, before, identities)
                for component in payload.components:
                    known = identities.at(source, component.id)
                    components.setdefault(known, _named(component, known))
                for edge in payload.edges:
                    _connect(edges, _moved(edge, source, identities))
    found.components.extend(components.values())
    found.edges.extend(edges.values())
    return found


def _add(found: Gathered, source: str, payload: HardwareInventory, before: Snapshot, identities: Identities) -> None:
    """Facts are stamped with the source we know them by: two endpoints of one kind are two sources."""
    for name, facts in payload.systems.items():
        node = identities.at(source, f"node:{name}").removeprefix("node:")
        stamped = facts if facts.source == source else replace(facts, source=source)
        found.hardware[node] = _told(found.hardware[node], stamped, before) if node in found.hardware else stamped
    for identity, one in payload.facts.items():
        known = identities.at(source, identity)
        told = one if one.source == source else replace(one, source=source)
        if told.redundancy and known != identity:
            told = replace(told, redundancy=tuple(_members(group, source, identities) for group in told.redundancy))
        told = _told(found.facts[known], told, before) if known in found.facts else told
        old = before.components.get(known)
        found.facts[known] = old if old is not None and old == told else told
    for condition in payload.conditions:
        known = identities.at(source, condition.component)
        found.conditions.append(condition if known == condition.component else replace(condition, component=known))


def _told(one: F, other: F, before: Snapshot) -> F:
    """Of two sources' facts about one thing those that are fresh, and say most; the first where that is the same."""
    also = tuple(dict.fromkeys((*one.also, one.source, other.source)))
    best = other if _worth(other, before) > _worth(one, before) else one
    return replace(best, also=tuple(source for source in also if source != best.source))


def _worth(facts: HardwareFacts | ComponentFacts, before: Snapshot) -> tuple[bool, bool, int]:
    status = before.sources.get(facts.source)
    fresh = facts.missing_since is None and (status is None or status.observed_at is None or status.trusted)
    if isinstance(facts, HardwareFacts):
        return fresh, facts.power is not Power.UNKNOWN, len(facts.gpus)
    return fresh, facts.health is not Severity.UNKNOWN, len(facts.measurements)


def _members(group: Redundancy, source: str, identities: Identities) -> Redundancy:
    return replace(group, members=tuple(identities.at(source, one) for one in group.members))


def _named(component: Component, identity: str) -> Component:
    return component if component.id == identity else replace(component, id=identity)


def _moved(edge: Edge, source: str, identities: Identities) -> Edge:
    ends = identities.at(source, edge.source), identities.at(source, edge.target)
    return edge if ends == (edge.source, edge.target) else replace(edge, source=ends[0], target=ends[1])


def _connect(edges: dict[tuple[str, str, Relation], Edge], edge: Edge) -> None:
    """One edge between two ends, by the surest word for it; none from a thing to itself."""
    key = edge.source, edge.target, edge.relation
    known = edges.get(key)
    if edge.source != edge.target and (known is None or _SURE.index(edge.confidence) < _SURE.index(known.confidence)):
        edges[key] = edge


def carry(payload: Payload, before: Payload | None, status: SourceStatus) -> Payload:
    """A partial answer keeps the facts it is silent about, marked with when they were last seen."""
    if not (isinstance(payload, HardwareInventory) and payload.errors and isinstance(before, HardwareInventory)):
        return payload
    silent = {
        name: facts if facts.missing_since else replace(facts, missing_since=status.observed_at)
        for name, facts in before.systems.items()
        if name not in payload.systems
    }
    unseen = {
        identity: facts if facts.missing_since else replace(facts, missing_since=status.observed_at)
        for identity, facts in before.facts.items()
        if identity not in payload.facts
    }
    known = {component.id for component in payload.components}
    return replace(
        payload,
        systems={**payload.systems, **silent},
        facts={**payload.facts, **unseen},
        components=(*payload.components, *(old for old in before.components if old.id not in known)),
        edges=tuple(dict.fromkeys((*payload.edges, *before.edges))),
    )


def _same(new: Job, old: Job | None) -> Job:
    return old if old is not None and old == new else new
