"""The single writer of a pod: takes observations in, gives numbered snapshots out.

A source that fails changes its status and nothing else: its facts stay, and are drawn with their age.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from backends.errors import AuthFailed, Untrusted
from backends.model.finding import Finding
from backends.model.job import Job
from backends.model.node import HardwareFacts, SchedulerFacts
from backends.model.observation import (
    HardwareInventory,
    Payload,
    SchedulerJobs,
    SchedulerLayout,
    SchedulerNodes,
)
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState, SourceStatus
from backends.model.topology import Component, Edge
from console.state.budget import Budget
from console.state.graph import Parts, build, placements, places
from console.state.join import join, node_names
from console.state.observation import Observation

STALE_AFTER_INTERVALS = 3

Insight = Callable[[Snapshot], tuple[Finding, ...]]


def first_snapshot(
    pod: str, at: datetime, *, read_only: bool, sources: Mapping[str, float], budget: Budget
) -> Snapshot:
    """Snapshot 0: nothing known yet, every source pending. `sources` maps each to its interval in seconds."""
    return Snapshot(
        pod=pod,
        number=0,
        at=at,
        read_only=read_only,
        request_budget_per_min=budget.per_minute,
        sources={name: SourceStatus(name=name, interval_s=interval) for name, interval in sources.items()},
    )


class PodWriter:
    """One pod's facts by source, and the snapshot they make. Not safe for two writers: one task calls it."""

    def __init__(
        self,
        first: Snapshot,
        *,
        racks: Mapping[str, tuple[str, ...]],
        budget: Budget,
        insight: Insight,
    ) -> None:
        self.snapshot = first
        self._racks = dict(racks)
        self._budget = budget
        self._insight = insight
        self._payloads: dict[str, Payload] = {}
        self._parts: Parts | None = None

    def observe(self, observation: Observation) -> Snapshot:
        """Merge one round; returns the new snapshot."""
        status = self.snapshot.sources[observation.source]
        if observation.payload is not None:
            before = self._payloads.get(observation.source)
            self._payloads[observation.source] = _carry(observation.payload, before, status)
        sources = {**self.snapshot.sources, observation.source: _after(status, observation)}
        answered_at = observation.at + timedelta(seconds=observation.took_s)
        return self._publish(sources, max(answered_at, self.snapshot.at))

    def age(self, now: datetime) -> Snapshot | None:
        """Mark sources that have gone quiet as stale; the new snapshot, or None when none has."""
        quiet = {
            name: replace(status, state=SourceState.STALE, failing_since=status.observed_at)
            for name, status in self.snapshot.sources.items()
            if status.trusted and _quiet(status, now)
        }
        return self._publish({**self.snapshot.sources, **quiet}, now) if quiet else None

    def _publish(self, sources: dict[str, SourceStatus], at: datetime) -> Snapshot:
        before = self.snapshot
        scheduler: dict[str, SchedulerFacts] = {}
        hardware: dict[str, HardwareFacts] = {}
        changed: dict[str, object] = {}
        components: list[Component] = []
        edges: list[Edge] = []
        for source, payload in self._payloads.items():
            match payload:
                case SchedulerNodes(nodes):
                    scheduler.update(nodes)
                case SchedulerJobs(jobs):
                    changed["jobs"] = {key: _same(job, before.jobs.get(key)) for key, job in jobs.items()}
                case SchedulerLayout():
                    changed |= {
                        "partitions": payload.partitions,
                        "reservations": payload.reservations,
                        "cluster": payload.cluster,
                        "scheduler_version": payload.version,
                    }
                    components.extend(payload.components)
                    edges.extend(payload.edges)
                case HardwareInventory(systems):
                    hardware.update(
                        {
                            name: facts if facts.source == source else replace(facts, source=source)
                            for name, facts in systems.items()
                        }
                    )
                    components.extend(payload.components)
                    edges.extend(payload.edges)
        partial = replace(before, number=before.number + 1, at=at, sources=sources, **changed)
        return self._join(partial, scheduler, hardware, components, edges)

    def _join(
        self,
        partial: Snapshot,
        scheduler: dict[str, SchedulerFacts],
        hardware: dict[str, HardwareFacts],
        components: list[Component],
        edges: list[Edge],
    ) -> Snapshot:
        names = {f"node:{system}": f"node:{node}" for system, node in node_names(hardware, scheduler).items()}
        parts = Parts(
            pod=partial.pod,
            nodes=tuple(dict.fromkeys((*scheduler, *(name.removeprefix("node:") for name in names.values())))),
            components=tuple(_renamed(component, names) for component in components),
            edges=tuple(_rerouted(edge, names) for edge in edges),
            racks=self._racks,
            placements=placements(partial.jobs),
        )
        if parts != self._parts:
            self._parts = parts
            partial = replace(partial, topology=build(parts))
        where = places(partial.topology, parts.nodes)
        joined = replace(
            partial,
            nodes=join(scheduler, hardware, where, self.snapshot.nodes),
            requests_last_min=self._budget.used,
        )
        self.snapshot = replace(joined, findings=self._insight(joined))
        return self.snapshot


def _same(new: Job, old: Job | None) -> Job:
    return old if old is not None and old == new else new


def _renamed(component: Component, names: Mapping[str, str]) -> Component:
    renamed = names.get(component.id, component.id)
    if renamed == component.id:
        return component
    return replace(component, id=renamed, name=renamed.partition(":")[2])


def _rerouted(edge: Edge, names: Mapping[str, str]) -> Edge:
    source, target = names.get(edge.source, edge.source), names.get(edge.target, edge.target)
    if (source, target) == (edge.source, edge.target):
        return edge
    return replace(edge, source=source, target=target)


def _carry(payload: Payload, before: Payload | None, status: SourceStatus) -> Payload:
    """A partial answer keeps the facts it is silent about, marked with when they were last seen."""
    if not (isinstance(payload, HardwareInventory) and payload.errors and isinstance(before, HardwareInventory)):
        return payload
    silent = {
        name: facts if facts.missing_since else replace(facts, missing_since=status.observed_at)
        for name, facts in before.systems.items()
        if name not in payload.systems
    }
    known = {component.id for component in payload.components}
    return replace(
        payload,
        systems={**payload.systems, **silent},
        components=(*payload.components, *(old for old in before.components if old.id not in known)),
        edges=tuple(dict.fromkeys((*payload.edges, *before.edges))),
    )


def _after(status: SourceStatus, observation: Observation) -> SourceStatus:
    error = observation.error
    if error is not None:
        return replace(
            status,
            state=SourceState.DENIED if isinstance(error, AuthFailed | Untrusted) else SourceState.FAILED,
            failing_since=status.failing_since or observation.at,
            error=str(error),
            took_s=observation.took_s,
            requests=observation.requests,
        )
    payload = observation.payload
    errors = payload.errors if isinstance(payload, HardwareInventory) else ()
    return replace(
        status,
        state=SourceState.SLOW if observation.took_s > observation.interval_s else SourceState.OK,
        observed_at=observation.at,
        failing_since=None,
        error=_summary(errors),
        partial=bool(errors),
        took_s=observation.took_s,
        requests=observation.requests,
    )


def _summary(errors: tuple[str, ...]) -> str:
    if not errors:
        return ""
    rest = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{errors[0]}{rest}"


def _quiet(status: SourceStatus, now: datetime) -> bool:
    if status.observed_at is None:
        return False
    patience = timedelta(seconds=status.interval_s * STALE_AFTER_INTERVALS + status.took_s)
    return now - status.observed_at > patience
