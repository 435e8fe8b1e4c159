"""One numbered, immutable instant of one pod."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from itertools import chain

from msgspec import Struct

from backends.model.finding import Finding
from backends.model.job import Job
from backends.model.measurement import Measurement
from backends.model.node import HardwareFacts, Node, SchedulerFacts
from backends.model.partition import Partition, Reservation
from backends.model.plant import ComponentFacts, Condition
from backends.model.source import SourceStatus
from backends.model.topology import Component, Kind, Topology
from backends.model.trend import Trend

Facts = SchedulerFacts | HardwareFacts | ComponentFacts | Job | Partition | Reservation


class Snapshot(Struct, frozen=True, kw_only=True, dict=True):
    """A pod as known at `at`. An unchanged node, job or topology is the same object as in the snapshot before.

    `read_only` is the pod's configured mode: dangerous actions do not exist there. `trends` are the plant's
    last readings by component, `rounds` the seconds of the clock at which a source told them. `requests_last_min` is
    what megapod asked of its controllers, against `request_budget_per_min`.
    """

    pod: str
    number: int
    at: datetime
    read_only: bool = True
    requests_last_min: int = 0
    request_budget_per_min: int = 0
    cluster: str = ""
    scheduler_version: str = ""
    nodes: dict[str, Node] = {}
    jobs: dict[str, Job] = {}
    partitions: dict[str, Partition] = {}
    reservations: dict[str, Reservation] = {}
    topology: Topology = Topology()
    components: dict[str, ComponentFacts] = {}
    conditions: tuple[Condition, ...] = ()
    trends: dict[str, Trend] = {}
    rounds: dict[str, tuple[float, ...]] = {}
    sources: dict[str, SourceStatus] = {}
    findings: tuple[Finding, ...] = ()

    @property
    def told(self) -> tuple[object, ...]:
        """All that is known, apart from when and for how long: the very objects of another instant that tells the same.

        Readings are in it, their history is not.
        """
        known = (self.nodes, self.jobs, self.partitions, self.reservations, self.topology, self.components)
        return (self.pod, *known, self.conditions, self.findings, *self.trust)

    @property
    def trust(self) -> tuple[object, ...]:
        """How each source is, and whether it tells all: all that says which facts are old."""
        return tuple(chain.from_iterable((one.state, one.partial) for one in self.sources.values()))

    def observed_at(self, facts: Facts) -> datetime | None:
        """When these facts were last confirmed: by the last success of their source, or before they went missing."""
        missing_since = getattr(facts, "missing_since", None)
        if isinstance(missing_since, datetime):
            return missing_since
        status = self.sources.get(facts.source)
        return status.observed_at if status else None

    def stale(self, facts: Facts | None) -> bool:
        """Whether these facts must be drawn as old."""
        if facts is None:
            return False
        if getattr(facts, "missing_since", None) is not None:
            return True
        return facts.source not in self.trusted

    def any_stale(self, many: Iterable[Facts]) -> bool:
        """Whether some of these facts must be drawn as old."""
        trusted = self.trusted
        return any(facts.source not in trusted or getattr(facts, "missing_since", None) is not None for facts in many)

    def trend(self, component: str, one: Measurement) -> tuple[float, ...]:
        """The last values of a reading of a component, oldest first; none where there is only this one."""
        known = self.trends.get(component)
        return known.of(one) if known is not None else ()

    def history(self, component: str, one: Measurement) -> tuple[tuple[float, float], ...]:
        """The same, each with the seconds of the clock at which it was told."""
        known = self.trends.get(component)
        if known is None:
            return ()
        values = known.rounds(one)
        rounds = self.rounds.get(known.facts.source, ())
        told = zip(reversed(rounds), reversed(values), strict=False)
        points = [point for point in told if point[1] == point[1]]  # NaN is none
        return tuple(reversed(points)) if len(points) > 1 else ()

    def jobs_on(self, node: str) -> tuple[Job, ...]:
        """The jobs that hold this node now, in job order."""
        return self._jobs_by_node.get(node, ())

    @property
    def partial(self) -> bool:
        """Whether some source has not answered, or answered in part."""
        return any(not status.trusted or status.partial for status in self.sources.values())

    @cached_property
    def groups(self) -> dict[str, list[Node]]:
        """Nodes by their group, in node order; under "" those that nobody places."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            found.setdefault(node.group, []).append(node)
        return found

    @cached_property
    def trusted(self) -> frozenset[str]:
        """The sources whose facts may be drawn as current."""
        return frozenset(name for name, status in self.sources.items() if status.trusted)

    @cached_property
    def conditions_about(self) -> dict[str, tuple[Condition, ...]]:
        """What the services themselves call wrong, by the id of what it is about ("" where they do not say)."""
        index: dict[str, tuple[Condition, ...]] = {}
        for one in self.conditions:
            index[one.component] = (*index.get(one.component, ()), one)
        return index

    def parts(self, kind: Kind) -> list[tuple[Component, ComponentFacts]]:
        """The components of a kind of which something is told."""
        known = self.components
        return [(one, known[one.id]) for one in self.topology.by_kind.get(kind, ()) if one.id in known]

    @cached_property
    def _jobs_by_node(self) -> dict[str, tuple[Job, ...]]:
        index: dict[str, tuple[Job, ...]] = {}
        for job in self.jobs.values():
            if job.running:
                for name in job.nodes:
                    index[name] = (*index.get(name, ()), job)
        return index
