"""What all sources of a pod say at one moment, put side by side; nothing is joined or judged here."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from backends.model.job import Job
from backends.model.node import HardwareFacts, SchedulerFacts
from backends.model.observation import (
    HardwareInventory,
    Payload,
    SchedulerJobs,
    SchedulerLayout,
    SchedulerNodes,
)
from backends.model.plant import ComponentFacts, Condition
from backends.model.snapshot import Snapshot
from backends.model.source import SourceStatus
from backends.model.topology import Component, Edge


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


def gather(payloads: Mapping[str, Payload], before: Snapshot) -> Gathered:
    """Everything said, by kind. What did not change since `before` is the same object."""
    found = Gathered()
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
                _add(found, source, payload, before)
    return found


def _add(found: Gathered, source: str, payload: HardwareInventory, before: Snapshot) -> None:
    """Facts are stamped with the source we know them by: two endpoints of one kind are two sources."""
    for name, facts in payload.systems.items():
        found.hardware[name] = facts if facts.source == source else replace(facts, source=source)
    for identity, one in payload.facts.items():
        stamped = one if one.source == source else replace(one, source=source)
        old = before.components.get(identity)
        found.facts[identity] = old if old is not None and old == stamped else stamped
    found.components.extend(payload.components)
    found.edges.extend(payload.edges)
    found.conditions.extend(payload.conditions)


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
