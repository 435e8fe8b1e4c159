"""What a list holds: one thing of one pod as a typed item. `megapod schema` publishes these very types.

An item carries what its source said and, beside it, when that was last confirmed. `label` is what other verbs take as
its name, `on` the nodes it stands for; neither is printed by itself.
"""

from datetime import datetime
from typing import Protocol

from msgspec import Struct, field

from backends.model.finding import Finding
from backends.model.job import Job
from backends.model.node import Gpu, HardwareFacts, Power, SchedulerFacts, Service
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.source import SourceStatus
from backends.model.topology import Kind


class Item(Protocol):
    """Anything that a list may hold."""

    @property
    def label(self) -> str:
        """Its name for other verbs."""
        ...

    @property
    def on(self) -> tuple[str, ...]:
        """The nodes it stands for."""
        ...


class PodItem(Struct, frozen=True, kw_only=True):
    """A pod, in counts; its sources are a list of their own."""

    pod: str
    read_only: bool
    cluster: str
    scheduler_version: str
    nodes: int
    nodes_out: int
    gpus: int
    gpus_used: int
    jobs_running: int
    jobs: int
    findings: int
    requests_last_min: int
    request_budget_per_min: int

    @property
    def label(self) -> str:
        """The pod's name."""
        return self.pod

    @property
    def on(self) -> tuple[str, ...]:
        """No node by name: `get nodes -o nodeset` has them."""
        return ()


class RackItem(Struct, frozen=True, kw_only=True):
    """A rack, or the switch that stands for one; `kind` is none for the nodes nobody places."""

    pod: str
    rack: str
    kind: str
    nodes: tuple[str, ...]
    gpus: int
    services: dict[str, Service]

    @property
    def label(self) -> str:
        """The rack's name."""
        return self.rack

    @property
    def on(self) -> tuple[str, ...]:
        """Its nodes."""
        return self.nodes


class SeenScheduler(SchedulerFacts, frozen=True, kw_only=True):
    """The scheduler's facts with their age."""

    observed_at: datetime | None
    stale: bool


class SeenHardware(HardwareFacts, frozen=True, kw_only=True):
    """The controller's facts with their age."""

    observed_at: datetime | None
    stale: bool


class NodeItem(Struct, frozen=True, kw_only=True):
    """A node with what each source says of it, side by side."""

    pod: str
    name: str
    rack: str
    group: str
    service: Service
    power: Power
    health: Severity
    gpus: int
    jobs: tuple[str, ...]
    scheduler: SeenScheduler | None
    hardware: SeenHardware | None

    @property
    def label(self) -> str:
        """The node's name."""
        return self.name

    @property
    def on(self) -> tuple[str, ...]:
        """The node itself."""
        return (self.name,)


class GpuItem(Gpu, frozen=True, kw_only=True):
    """A GPU, with the job that holds it where the scheduler says so (`free`, `held` and `?` are words)."""

    pod: str
    node: str
    job: str
    observed_at: datetime | None
    stale: bool

    @property
    def label(self) -> str:
        """`gpu007/3`."""
        return f"{self.node}/{self.index}"

    @property
    def on(self) -> tuple[str, ...]:
        """The node it is in."""
        return (self.node,)


class JobItem(Job, frozen=True, kw_only=True):
    """A job. `running` (here `holds`, which is no property of the base) says whether it holds its nodes now."""

    pod: str
    holds: bool = field(name="running")
    observed_at: datetime | None
    stale: bool

    @property
    def label(self) -> str:
        """The job's id."""
        return self.id

    @property
    def on(self) -> tuple[str, ...]:
        """The nodes it holds now."""
        return self.nodes if self.holds else ()


class PlantItem(ComponentFacts, frozen=True, kw_only=True):
    """A component of the plant, with what is observed of it."""

    pod: str
    id: str
    kind: Kind
    name: str
    model: str
    serial: str
    slot: int | None
    unit: int | None
    observed_at: datetime | None
    stale: bool

    @property
    def label(self) -> str:
        """`cdu:cdu-1`, as `megapod blast` takes it."""
        return self.id

    @property
    def on(self) -> tuple[str, ...]:
        """None by itself: what it carries is told by `megapod blast`."""
        return ()


class FindingItem(Finding, frozen=True, kw_only=True):
    """Something wrong."""

    pod: str

    @property
    def label(self) -> str:
        """The finding's id."""
        return self.id

    @property
    def on(self) -> tuple[str, ...]:
        """The nodes it hits."""
        return self.hits_nodes


class SourceItem(SourceStatus, frozen=True, kw_only=True):
    """Where facts come from, and how well that is going."""

    pod: str

    @property
    def label(self) -> str:
        """The source's name."""
        return self.name

    @property
    def on(self) -> tuple[str, ...]:
        """None."""
        return ()
