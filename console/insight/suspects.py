"""What rules look at, out of all there is: a pod of 1,000 nodes reads 20,000 values, and nearly all are as they should.

Whether one thing may be wrong is asked once for each state that it is in. Snapshots share what did not change, so a
round in which nothing happened asks nothing again.
"""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from backends.model.measurement import Quantity
from backends.model.node import Node, Power, Service
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.insight.evidence import BAD
from console.insight.limits import LIMITS, draw

T = TypeVar("T")

OFF, TRIPPED = "Off", "Tripped"
_GIVEN_UP = frozenset({Service.DOWN, Service.FAILED, Service.UNKNOWN})


class Sieve(Generic[T]):
    """The things of a mapping that a test lets through, in order. The test may look at nothing but the thing."""

    def __init__(self, test: Callable[[T], bool]) -> None:
        self._test = test
        self._seen: Mapping[str, T] = {}
        self._found: dict[str, T] = {}

    def of(self, things: Mapping[str, T]) -> Mapping[str, T]:
        """Of these; what is the very object of last time is not tested again."""
        if things is not self._seen:
            seen, found, test = self._seen, self._found, self._test
            self._found = {
                key: one for key, one in things.items() if (key in found if seen.get(key) is one else test(one))
            }
            self._seen = things
        return self._found


class Suspects:
    """The components and the nodes of one pod that may be worth a finding of the rules on them."""

    def __init__(self) -> None:
        self._components = Sieve(odd_component)
        self._nodes = Sieve(odd_node)

    def components(self, snapshot: Snapshot) -> Mapping[str, ComponentFacts]:
        """For the rules on the plant."""
        return self._components.of(snapshot.components)

    def nodes(self, snapshot: Snapshot) -> Mapping[str, Node]:
        """For the rules on nodes."""
        return self._nodes.of(snapshot.nodes)


def odd_component(facts: ComponentFacts) -> bool:
    """Whether it is not well, off, without redundancy, past a limit, over what it may draw, or knows a dew point."""
    if facts.health in BAD or facts.detail in (OFF, TRIPPED) or any(one.health in BAD for one in facts.redundancy):
        return True
    limited = False
    for one in facts.measurements:
        if one.quantity is Quantity.DEW_POINT or one.severity in BAD:
            return True
        limited = limited or one.quantity in LIMITS
    return limited and (power := draw(facts)) is not None and power.over


def odd_node(node: Node) -> bool:
    """Whether a source does not know it or doubts it, it is off or not well, or a GPU of it tells anything unusual."""
    scheduler, hardware = node.scheduler, node.hardware
    if scheduler is None or hardware is None or not scheduler.responding or scheduler.service in _GIVEN_UP:
        return True
    if hardware.power is Power.OFF or hardware.health in BAD or len(hardware.gpus) < scheduler.gpus:
        return True
    return any(
        gpu.health is not Severity.OK or gpu.throttle or gpu.nvlinks_up != gpu.nvlinks or not gpu.reads
        for gpu in hardware.gpus
    )
