"""What rules look at, out of all there is: a pod of 1,000 nodes reads 20,000 values, and nearly all are as they should.

Whether one thing may be wrong is asked once for each state that it is in. Snapshots share what did not change, so a
round in which nothing happened asks nothing again.
"""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from backends.model.measurement import Quantity
from backends.model.node import Node
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.insight.evidence import BAD
from console.insight.limits import draw

T = TypeVar("T")

OFF, TRIPPED = "Off", "Tripped"


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
        """For the rules on GPUs."""
        return self._nodes.of(snapshot.nodes)


def odd_component(facts: ComponentFacts) -> bool:
    """Whether it is not well, off, without redundancy, past a limit, over what it may draw, or knows a dew point."""
    return (
        facts.health in BAD
        or facts.detail in (OFF, TRIPPED)
        or any(group.health in BAD for group in facts.redundancy)
        or any(one.quantity is Quantity.DEW_POINT or one.severity in BAD for one in facts.measurements)
        or ((power := draw(facts)) is not None and power.over)
    )


def odd_node(node: Node) -> bool:
    """Whether a GPU of it is not well, slowed down, or has links that are not up."""
    return node.hardware is not None and any(
        gpu.health is not Severity.OK or gpu.throttle or gpu.nvlinks_up != gpu.nvlinks for gpu in node.hardware.gpus
    )
