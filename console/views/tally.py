"""How the parts of a pod are, counted by kind and kept up from one instant to the next.

A pod of 1,000 nodes has 9,000 parts with 20,000 readings, and nearly all read as before: a part is judged and counted
once for each state that it is in.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from backends.model.node import Node
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.topology import Kind
from console.state.kept import Each
from console.views.nodes import hottest_c

BAD = (Severity.CRITICAL, Severity.WARNING)


class State(Struct, frozen=True):
    """`severity` by its readings too, `health` by its own word; who says so, and whether he has left it out since."""

    severity: Severity
    health: Severity
    source: str
    missing: bool


class Gpus(NamedTuple):
    """What the GPUs of one node come to."""

    links_up: int
    links: int
    throttled: int
    ecc: int
    hottest_c: float | None


class Tally:
    """The parts of one pod, and the GPUs of its nodes. `update` it, then ask."""

    def __init__(self) -> None:
        self._gpus = Each(_gpus)
        self.gpus: dict[str, Gpus] = {}
        self._seen: dict[str, ComponentFacts] = {}
        self._states: dict[Kind, dict[str, State]] = {}
        self._counts: dict[Kind, Counter[State]] = {}

    def update(self, snapshot: Snapshot) -> None:
        """Another instant: only what tells otherwise than in the last one is looked at."""
        self.gpus = self._gpus.of(snapshot.nodes)
        seen, now = self._seen, snapshot.components
        if now is seen:
            return
        if now.keys() != seen.keys():
            seen, self._states, self._counts = {}, {}, {}
        for identity in [key for key, facts in now.items() if seen.get(key) is not facts]:
            component = snapshot.topology.components.get(identity)
            if component is not None:
                self._count(component.kind, identity, _state(now[identity]))
        self._seen = now

    def of(self, kind: Kind) -> Counter[State]:
        """How many of a kind are in which state."""
        return self._counts.get(kind, Counter())

    def ill(self, kind: Kind) -> Iterator[tuple[str, State]]:
        """Those of a kind that are not well, by their word or a reading, in the order they are told of."""
        if any(state.severity in BAD for state in self.of(kind)):
            yield from (one for one in self._states[kind].items() if one[1].severity in BAD)

    def _count(self, kind: Kind, identity: str, state: State) -> None:
        states, counts = self._states.setdefault(kind, {}), self._counts.setdefault(kind, Counter())
        before = states.get(identity)
        if before is not None:
            counts[before] -= 1
            if not counts[before]:
                del counts[before]
        counts[state] += 1
        states[identity] = state


def severity_of(facts: ComponentFacts) -> Severity:
    """The worse of what it says and what it reads; a reading without limits proves nothing about an unknown."""
    bad = [severity for one in facts.measurements if (severity := one.severity) in BAD]
    return min((facts.health, *bad), key=lambda health: health.rank) if bad else facts.health


def _state(facts: ComponentFacts) -> State:
    return State(severity_of(facts), facts.health, facts.source, facts.missing_since is not None)


def some_old(snapshot: Snapshot, counts: Counter[State]) -> bool:
    """Whether some of these may be otherwise by now."""
    return any(state.missing or state.source not in snapshot.trusted for state in counts)


def _gpus(node: Node) -> Gpus:
    gpus = node.hardware.gpus if node.hardware else ()
    linked = [gpu for gpu in gpus if gpu.nvlinks is not None and gpu.nvlinks_up is not None]
    return Gpus(
        links_up=sum(gpu.nvlinks_up or 0 for gpu in linked),
        links=sum(gpu.nvlinks or 0 for gpu in linked),
        throttled=sum(bool(gpu.throttle) for gpu in gpus),
        ecc=sum(bool(gpu.ecc_uncorrectable) for gpu in gpus),
        hottest_c=hottest_c(node.hardware),
    )
