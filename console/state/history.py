"""A short memory of the plant's readings: enough for a line that shows where they are going, not a database."""

from collections import deque
from collections.abc import Mapping

from backends.model.measurement import Measurement
from backends.model.plant import ComponentFacts

POINTS = 32


def trend_key(component: str, one: Measurement) -> str:
    """What a reading is remembered under."""
    return f"{component} {one.quantity.value} {one.label}"


class History:
    """The last readings of every component, oldest first. One writer: the pod's."""

    def __init__(self) -> None:
        self._points: dict[str, deque[float]] = {}

    def remember(self, components: Mapping[str, ComponentFacts], source: str) -> None:
        """Take in one round of a source. What is not read any more, by any, is forgotten."""
        seen: dict[str, deque[float]] = {}
        for identity, facts in components.items():
            for one in facts.measurements:
                if one.value is not None:
                    key = trend_key(identity, one)
                    points = self._points.get(key) or deque(maxlen=POINTS)
                    if facts.source == source:
                        points.append(one.value)
                    seen[key] = points
        self._points = seen

    @property
    def trends(self) -> dict[str, tuple[float, ...]]:
        """By `trend_key`, those with more than one point."""
        return {key: tuple(points) for key, points in self._points.items() if len(points) > 1}
