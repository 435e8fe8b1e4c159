"""The last readings of one component of the plant: enough for a line that shows where they are going."""

from array import array
from collections.abc import Iterable

from msgspec import Struct

from backends.model.measurement import Measurement
from backends.model.plant import ComponentFacts

POINTS = 96
"""Rounds that are kept: half an hour of a controller that is asked every 20 s."""

_Key = tuple[str, str]
"""Quantity and label: what tells one reading of a component from the others."""

_NONE = float("nan")
_BYTES = array("f").itemsize


class Trend(Struct, frozen=True, gc=False):
    """Rounds of readings, oldest first, each with a value for each key; not-a-number where it had none.

    `told` are the rounds one after the other as 32-bit floats: 1,000 nodes have 20,000 readings in 4,000 components,
    which is 8 MB so, and was 80 as numbers of their own. A round in which a component was told as it was adds one more
    time what stands there.
    """

    facts: ComponentFacts
    keys: tuple[_Key, ...]
    told: bytes

    def of(self, one: Measurement) -> tuple[float, ...]:
        """The points of a reading, at most `POINTS`; none where there is only one."""
        points = tuple(value for value in self.rounds(one) if value == value)  # noqa: PLR0124 - only NaN differs from itself
        return points if len(points) > 1 else ()

    def rounds(self, one: Measurement) -> tuple[float, ...]:
        """A reading in each round that is kept, the latest last; not-a-number where it had no value."""
        key = one.quantity, one.label
        if key not in self.keys:
            return ()
        return tuple(array("f", self.told)[self.keys.index(key) :: len(self.keys)])

    def grown(self, facts: ComponentFacts) -> "Trend":
        """With one more round. What has no value any more is forgotten."""
        size = len(self.keys) * _BYTES
        if facts is self.facts:
            return Trend(facts, self.keys, _latest(self.told + self.told[len(self.told) - size :], size))
        now = begun(facts)
        before = self.told if now.keys == self.keys else self._arranged(now.keys)
        return Trend(facts, now.keys, _latest(before + now.told, len(now.keys) * _BYTES))

    def _arranged(self, keys: tuple[_Key, ...]) -> bytes:
        values, width = array("f", self.told), len(self.keys)
        known = [dict(zip(self.keys, values[at : at + width], strict=True)) for at in range(0, len(values), width or 1)]
        return _packed(row.get(key, _NONE) for row in known for key in keys)


def begun(facts: ComponentFacts) -> Trend:
    """The first round."""
    told = [one for one in facts.measurements if one.value is not None]
    values = (one.value for one in told if one.value is not None)
    return Trend(facts, tuple((one.quantity, one.label) for one in told), _packed(values))


def _packed(values: Iterable[float]) -> bytes:
    return array("f", values).tobytes()


def _latest(told: bytes, size: int) -> bytes:
    return told[-POINTS * size :] if size else b""
