"""The single writer of a pod: takes observations in, gives numbered snapshots out.

A source that fails changes its status and nothing else: its facts stay, and are drawn with their age.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from backends.model.finding import Finding
from backends.model.observation import HardwareInventory, Payload, SchedulerLayout, SchedulerNodes
from backends.model.plant import Condition
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState, SourceStatus
from backends.model.stream import StreamStatus
from backends.model.topology import Component, Edge, Kind
from console.state.budget import Budget
from console.state.freshness import after, quiet
from console.state.gathered import Gathered, carry, gather
from console.state.graph import Parts, build, placements, places
from console.state.history import History
from console.state.identity import Register
from console.state.join import join, node_names
from console.state.observation import Observation

_NO_LAYOUT = SchedulerLayout({}, {})

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
        self._history = History()
        self._register = Register()

    def observe(self, observation: Observation) -> Snapshot:
        """Merge one round; returns the new snapshot."""
        status = self.snapshot.sources[observation.source]
        if observation.payload is not None:
            before = self._payloads.get(observation.source)
            self._payloads[observation.source] = carry(observation.payload, before, status)
        sources = {**self.snapshot.sources, observation.source: after(status, observation)}
        answered_at = observation.at + timedelta(seconds=observation.took_s)
        told = observation.source if isinstance(observation.payload, HardwareInventory) else ""
        return self._publish(sources, max(answered_at, self.snapshot.at), told)

    def age(self, now: datetime) -> Snapshot | None:
        """Mark sources that have gone quiet as stale; the new snapshot, or None when none has."""
        silent = {
            name: replace(status, state=SourceState.STALE, failing_since=status.observed_at)
            for name, status in self.snapshot.sources.items()
            if status.trusted and quiet(status, now)
        }
        return self._publish({**self.snapshot.sources, **silent}, now) if silent else None

    def hear(self, source: str, stream: StreamStatus) -> Snapshot:
        """Note how it stands with the event stream of a source; returns the new snapshot."""
        status = replace(self.snapshot.sources[source], events=stream)
        return self._publish({**self.snapshot.sources, source: status}, max(stream.since, self.snapshot.at))

    def _gather(self, sources: Mapping[str, SourceStatus]) -> Gathered:
        inventories = {
            source: one for source in sources if isinstance(one := self._payloads.get(source), HardwareInventory)
        }
        nodes = [name for one in self._payloads.values() if isinstance(one, SchedulerNodes) for name in one.nodes]
        ordered = {source: self._payloads[source] for source in sources if source in self._payloads}
        return gather(ordered, replace(self.snapshot, sources=sources), self._register.identities(inventories, nodes))

    def _publish(self, sources: dict[str, SourceStatus], at: datetime, told: str = "") -> Snapshot:
        before = self.snapshot
        found = self._gather(sources)
        layout = found.layout or _NO_LAYOUT
        jobs = before.jobs if found.jobs is None else found.jobs
        matched = node_names(found.hardware, found.scheduler)
        names = {f"node:{system}": f"node:{node}" for system, node in matched.items()}
        whole = [component.id for component in found.components if component.kind is Kind.POD]
        if len(whole) == 1:  # the controller's own name for all of it
            names[whole[0]] = f"pod:{before.pod}"
        components = {names.get(identity, identity): facts for identity, facts in found.facts.items()}
        if told:
            self._history.remember(components, told)
        parts = Parts(
            pod=before.pod,
            nodes=tuple(dict.fromkeys((*found.scheduler, *matched.values()))),
            components=tuple(_renamed(component, names) for component in found.components),
            edges=tuple(_rerouted(edge, names) for edge in found.edges),
            racks=self._racks,
            placements=placements(jobs),
        )
        topology = before.topology
        if parts != self._parts:
            self._parts = parts
            topology = build(parts)
        joined = replace(
            before,
            number=before.number + 1,
            at=at,
            sources=sources,
            nodes=join(found.scheduler, found.hardware, places(topology, parts.nodes), before.nodes),
            jobs=jobs,
            partitions=layout.partitions,
            reservations=layout.reservations,
            cluster=layout.cluster,
            scheduler_version=layout.version,
            topology=topology,
            components=components,
            conditions=tuple(_reattached(one, names) for one in found.conditions),
            trends=self._history.trends,
            requests_last_min=self._budget.used,
        )
        self.snapshot = replace(joined, findings=self._insight(joined))
        return self.snapshot


def _renamed(component: Component, names: Mapping[str, str]) -> Component:
    renamed = names.get(component.id, component.id)
    if renamed == component.id:
        return component
    return replace(component, id=renamed, name=renamed.partition(":")[2])


def _reattached(condition: Condition, names: Mapping[str, str]) -> Condition:
    """A condition about a system, or a GPU of it, is about the node it turned out to be."""
    kind, _, name = condition.component.partition(":")
    owner, slash, part = name.partition("/")
    system = f"node:{owner}" if kind == "gpu" else condition.component
    renamed = names.get(system, system)
    if renamed == system:
        return condition
    gpu = f"gpu:{renamed.partition(':')[2]}{slash}{part}"
    return replace(condition, component=gpu if kind == "gpu" else renamed)


def _rerouted(edge: Edge, names: Mapping[str, str]) -> Edge:
    source, target = names.get(edge.source, edge.source), names.get(edge.target, edge.target)
    if (source, target) == (edge.source, edge.target):
        return edge
    return replace(edge, source=source, target=target)
