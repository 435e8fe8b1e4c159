"""The last readings of one component of the plant: enough for a line that shows where they are going."""

from msgspec import Struct

from backends.model.measurement import Measurement
from backends.model.plant import ComponentFacts

POINTS = 32

_Key = tuple[str, str]
"""Quantity and label: what tells one reading of a component from the others."""


class Trend(Struct, frozen=True, gc=False):
    """Rounds of readings, oldest first, each with a value for each key; None where it had none.

    Kept by rounds and not by readings: 1,000 nodes have 20,000 readings and 4,000 components, and a round in which a
    component was told as it was adds one more time what stands there.
    """

    facts: ComponentFacts
    keys: tuple[_Key, ...]
    rounds: tuple[tuple[float | None, ...], ...]

    def of(self, one: Measurement) -> tuple[float, ...]:
        """The points of a reading, at most `POINTS`; none where there is only one."""
        key = one.quantity, one.label
        if key not in self.keys:
            return ()
        column = self.keys.index(key)
        points = tuple(value for row in self.rounds if (value := row[column]) is not None)
        return points if len(points) > 1 else ()

    def grown(self, facts: ComponentFacts) -> "Trend":
        """With one more round. What has no value any more is forgotten."""
        if facts is self.facts:
            return Trend(facts, self.keys, (*self.rounds[1 - POINTS :], self.rounds[-1]))
        now = begun(facts)
        rounds = self.rounds if now.keys == self.keys else self._arranged(now.keys)
        return Trend(facts, now.keys, (*rounds[1 - POINTS :], *now.rounds))

    def _arranged(self, keys: tuple[_Key, ...]) -> tuple[tuple[float | None, ...], ...]:
        known = [dict(zip(self.keys, row, strict=True)) for row in self.rounds]
        return tuple(tuple(row.get(key) for key in keys) for row in known)


def begun(facts: ComponentFacts) -> Trend:
    """The first round."""
    told = [one for one in facts.measurements if one.value is not None]
    return Trend(facts, tuple((one.quantity, one.label) for one in told), (tuple(one.value for one in told),))
