"""What all sources of a pod say at one moment, put side by side; nothing is joined or judged here."""

from collections.abc import Mapping
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from backends.model.job import Job
from backends.model.node import HardwareFacts, Power
from backends.model.observation import (
    HardwareInventory,
    Payload,
    SchedulerLayout,
)
from backends.model.plant import ComponentFacts, Condition, Redundancy
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.source import SourceStatus
from backends.model.topology import Component, Confidence, Edge, Relation
from console.state.identity import Identities

F = TypeVar("F", HardwareFacts, ComponentFacts)

_SURE = (Confidence.EXACT, Confidence.NODE_LEVEL, Confidence.INFERRED)


class Facts(Struct, frozen=True):
    """What all controllers see of the systems and of the plant, and call wrong."""

    hardware: dict[str, HardwareFacts]
    components: dict[str, ComponentFacts]
    conditions: tuple[Condition, ...]


class Shape(Struct, frozen=True):
    """What there is and how it hangs together: what stays while readings change."""

    components: tuple[Component, ...]
    edges: tuple[Edge, ...]


Inventories = Mapping[str, HardwareInventory]
"""By source, in the order of the config: of two, the first is the one that names."""


def gather_facts(inventories: Inventories, before: Snapshot, identities: Identities) -> Facts:
    """Everything observed. What did not change since `before` is the same object.

    What several controllers see is told by the one that can be trusted and says most; `also` names the others.
    """
    hardware: dict[str, HardwareFacts] = {}
    components: dict[str, ComponentFacts] = {}
    conditions: list[Condition] = []
    for source, payload in inventories.items():
        known = identities.of.get(source)
        for name, facts in payload.systems.items():
            node = identities.at(source, f"node:{name}").removeprefix("node:") if known else name
            stamped = facts if facts.source == source else replace(facts, source=source)
            hardware[node] = _told(hardware[node], stamped, before) if node in hardware else stamped
        for name, one in payload.facts.items():
            told = one if one.source == source else replace(one, source=source)
            identity = identities.at(source, name) if known else name
            if told.redundancy and identity != name:
                told = replace(told, redundancy=tuple(_members(group, source, identities) for group in told.redundancy))
            told = _told(components[identity], told, before) if identity in components else told
            old = before.components.get(identity)
            components[identity] = old if old is not None and old is not told and old == told else told
        conditions.extend(_about(condition, source, identities) for condition in payload.conditions)
    return Facts(hardware, components, tuple(conditions))


def gather_shape(layout: SchedulerLayout, inventories: Inventories, identities: Identities) -> Shape:
    """Everything there is: the scheduler's picture first, then what the controllers see, each thing once."""
    components: dict[str, Component] = {}
    edges: dict[tuple[str, str, Relation], Edge] = {}
    for source, payload in inventories.items():
        for component in payload.components:
            known = identities.at(source, component.id)
            components.setdefault(known, _named(component, known))
        for edge in payload.edges:
            _connect(edges, _moved(edge, source, identities))
    return Shape((*layout.components, *components.values()), (*layout.edges, *edges.values()))


def share_jobs(jobs: Mapping[str, Job], before: Mapping[str, Job]) -> dict[str, Job]:
    """The jobs, each that did not change the very object of `before`."""
    return {key: _same(job, before.get(key)) for key, job in jobs.items()}


def _about(condition: Condition, source: str, identities: Identities) -> Condition:
    known = identities.at(source, condition.component)
    return condition if known == condition.component else replace(condition, component=known)


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
    """A partial answer keeps the facts it is silent about, marked with when they were last seen.

    What there is, told once more as it was, is the very object of `before`.
    """
    if not (isinstance(payload, HardwareInventory) and isinstance(before, HardwareInventory)):
        return payload
    if payload.errors:
        payload = _completed(payload, before, status)
    if payload.components == before.components and payload.edges == before.edges:
        payload = replace(payload, components=before.components, edges=before.edges)
    return payload


def _completed(payload: HardwareInventory, before: HardwareInventory, status: SourceStatus) -> HardwareInventory:
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
