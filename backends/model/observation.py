"""What one round of one source brought home: the payloads the merge understands."""

from msgspec import Struct

from backends.model.job import Job
from backends.model.node import HardwareFacts, SchedulerFacts
from backends.model.partition import Partition, Reservation
from backends.model.plant import ComponentFacts, Condition
from backends.model.topology import Component, Edge


class SchedulerNodes(Struct, frozen=True):
    """Every node the scheduler knows, by name."""

    nodes: dict[str, SchedulerFacts]


class SchedulerJobs(Struct, frozen=True):
    """Every job in the queue, by id."""

    jobs: dict[str, Job]


class SchedulerLayout(Struct, frozen=True):
    """The scheduler's slow facts: partitions, reservations, and its own picture of the network."""

    partitions: dict[str, Partition]
    reservations: dict[str, Reservation]
    components: tuple[Component, ...] = ()
    edges: tuple[Edge, ...] = ()
    cluster: str = ""
    version: str = ""


class HardwareInventory(Struct, frozen=True):
    """Every system the controller knows, by the name it joins on, with the racks and trays around them.

    `facts` are what is observed of the components, by component id. `conditions` are what the service itself calls
    wrong. `errors` name the resources that did not answer; the rest is then a partial answer, and is called one.
    `clock_ahead_s` is how far the service's clock is ahead of ours, negative behind, in tens of seconds; None where it
    does not say.
    """

    systems: dict[str, HardwareFacts]
    components: tuple[Component, ...] = ()
    edges: tuple[Edge, ...] = ()
    errors: tuple[str, ...] = ()
    facts: dict[str, ComponentFacts] = {}
    conditions: tuple[Condition, ...] = ()
    clock_ahead_s: float | None = None


Payload = SchedulerNodes | SchedulerJobs | SchedulerLayout | HardwareInventory
