"""The single writer of a pod: takes observations in, gives numbered snapshots out.

A source that fails changes its status and nothing else: its facts stay, and are drawn with their age.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from backends.model.finding import Finding
from backends.model.job import Job
from backends.model.node import SchedulerFacts
from backends.model.observation import HardwareInventory, Payload, SchedulerJobs, SchedulerLayout, SchedulerNodes
from backends.model.plant import ComponentFacts, Condition
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState, SourceStatus
from backends.model.stream import StreamStatus
from backends.model.topology import Kind, Topology
from console.state.budget import Budget
from console.state.freshness import after, alike, quiet
from console.state.gathered import Facts, Shape, carry, gather_facts, gather_shape, share_jobs
from console.state.graph import Placements, build, placements, places, with_jobs
from console.state.history import History
from console.state.identity import Identities, Register
from console.state.join import join, node_names
from console.state.kept import Kept, Same, shared
from console.state.observation import Observation
from console.state.renamed import reattached, renamed, renamed_facts, rerouted

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
        self._history = History()
        self._register = Register()
        self._jobs: Kept[dict[str, Job]] = Kept()
        self._running: Kept[Placements] = Kept()
        self._facts: Kept[Facts] = Kept()
        self._components: Kept[dict[str, ComponentFacts]] = Kept()
        self._conditions: Kept[tuple[Condition, ...]] = Kept()
        self._gathered: Kept[Shape] = Kept()
        self._whole: Kept[list[str]] = Kept()
        self._names: Same[dict[str, str]] = Same()
        self._systems: Same[tuple[str, ...]] = Same()
        self._scheduled: Same[tuple[str, ...]] = Same()
        self._matched: Kept[dict[str, str]] = Kept()
        self._nodes: Kept[tuple[str, ...]] = Kept()
        self._plant: Kept[Topology] = Kept()
        self._places: Kept[dict[str, tuple[str, str]]] = Kept()
        self._topology: Kept[Topology] = Kept()

    def observe(self, observation: Observation) -> Snapshot:
        """Merge one round; returns the new snapshot."""
        source, payload = observation.source, observation.payload
        was = self.snapshot.sources[source]
        status = after(was, observation)
        sources = {**self.snapshot.sources, source: status}
        at = max(observation.at + timedelta(seconds=observation.took_s), self.snapshot.at)
        before = self._payloads.get(source)
        told = source if isinstance(payload, HardwareInventory) else ""
        if payload is not None and not told and payload == before and alike(status, was):
            return self._confirm(sources, at)
        if payload is not None:
            self._payloads[source] = carry(payload, before, was)
        return self._publish(sources, at, told)

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

    def _confirm(self, sources: dict[str, SourceStatus], at: datetime) -> Snapshot:
        """The same facts, seen again: nothing is joined or judged anew, as nothing could come out otherwise.

        What a finding says of time is since when: that was seen to when it was made.
        """
        self.snapshot = replace(
            self.snapshot,
            number=self.snapshot.number + 1,
            at=at,
            sources=sources,
            requests_last_min=self._budget.used,
        )
        return self.snapshot

    def _publish(self, sources: dict[str, SourceStatus], at: datetime, told: str = "") -> Snapshot:
        """The next snapshot. What a round did not touch is not put together again: `Kept` says of what it is made."""
        before = self.snapshot
        payloads = {source: self._payloads[source] for source in sources if source in self._payloads}
        inventories = {source: one for source, one in payloads.items() if isinstance(one, HardwareInventory)}
        layout = next((one for one in payloads.values() if isinstance(one, SchedulerLayout)), _NO_LAYOUT)
        scheduler: dict[str, SchedulerFacts] = {}
        for one in payloads.values():
            if isinstance(one, SchedulerNodes):
                scheduler.update(one.nodes)
        queue = next((one.jobs for one in payloads.values() if isinstance(one, SchedulerJobs)), None)
        jobs = before.jobs if queue is None else self._jobs.of((queue,), lambda: share_jobs(queue, before.jobs))
        identities = self._register.identities(inventories, scheduler)
        trust = [status.trusted or status.observed_at is None for status in map(sources.__getitem__, inventories)]
        facts = self._facts.of(
            (identities, *inventories.values(), *trust),
            lambda: gather_facts(inventories, replace(before, sources=sources), identities),
        )
        systems, known = self._systems.of(tuple(facts.hardware)), self._scheduled.of(tuple(scheduler))
        matched = self._matched.of((systems, known), lambda: node_names(systems, scheduler))
        nodes = self._nodes.of((known, matched), lambda: tuple(dict.fromkeys((*known, *matched.values()))))
        topology, placed, names = self._shape(layout, inventories, identities, nodes, matched)
        components = self._components.of(
            (facts, names), lambda: shared(renamed_facts(facts.components, names), before.components)
        )
        if told:
            self._history.remember(components, told, at)
        running = self._running.of((jobs,), lambda: placements(jobs))
        joined = replace(
            before,
            number=before.number + 1,
            at=at,
            sources=sources,
            nodes=join(scheduler, facts.hardware, placed, before.nodes),
            jobs=jobs,
            partitions=layout.partitions,
            reservations=layout.reservations,
            cluster=layout.cluster,
            scheduler_version=layout.version,
            topology=self._topology.of((topology, running), lambda: with_jobs(topology, running)),
            components=components,
            conditions=self._conditions.of((facts, names), lambda: reattached(facts.conditions, names)),
            trends=self._history.trends,
            rounds=self._history.rounds,
            requests_last_min=self._budget.used,
        )
        self.snapshot = replace(joined, findings=self._insight(joined))
        return self.snapshot

    def _shape(
        self,
        layout: SchedulerLayout,
        inventories: Mapping[str, HardwareInventory],
        identities: Identities,
        nodes: tuple[str, ...],
        matched: Mapping[str, str],
    ) -> tuple[Topology, dict[str, tuple[str, str]], dict[str, str]]:
        """The pod without its jobs, where each node stands in it, and what is called otherwise than its source does."""
        parts = [part for one in inventories.values() for part in (one.components, one.edges)]
        shape = self._gathered.of((identities, layout, *parts), lambda: gather_shape(layout, inventories, identities))
        names = {f"node:{system}": f"node:{node}" for system, node in matched.items() if system != node}
        whole = self._whole.of((shape,), lambda: [one.id for one in shape.components if one.kind is Kind.POD])
        if len(whole) == 1:  # the controller's own name for all of it
            names[whole[0]] = f"pod:{self.snapshot.pod}"
        called = self._names.of(names)
        topology = self._plant.of((shape, called, nodes), lambda: self._build(shape, called, nodes))
        return topology, self._places.of((topology,), lambda: places(topology, nodes)), called

    def _build(self, shape: Shape, names: Mapping[str, str], nodes: tuple[str, ...]) -> Topology:
        components = (renamed(component, names) for component in shape.components)
        edges = (rerouted(edge, names) for edge in shape.edges)
        return build(self.snapshot.pod, nodes, components, edges, self._racks)
