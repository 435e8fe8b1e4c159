"""A short memory of the plant's readings: enough for a line that shows where they are going, not a database."""

from collections.abc import Mapping

from backends.model.measurement import Measurement
from backends.model.plant import ComponentFacts

POINTS = 32


def trend_key(component: str, one: Measurement) -> str:
    """What a reading is remembered under."""
    return " ".join((component, one.quantity, one.label))  # noqa: FLY002 - an enum's format takes twice as long


class History:
    """The last readings of every component, oldest first. One writer: the pod's.

    `trends` are those with more than one point, by `trend_key`; a new mapping whenever something came.
    """

    def __init__(self) -> None:
        self._points: dict[str, tuple[float, ...]] = {}
        self.trends: dict[str, tuple[float, ...]] = {}

    def remember(self, components: Mapping[str, ComponentFacts], source: str) -> None:
        """Take in one round of a source. What is not read any more, by any, is forgotten."""
        before, seen = self._points, dict[str, tuple[float, ...]]()
        for identity, facts in components.items():
            told = facts.source == source
            for one in facts.measurements:
                if one.value is not None:
                    key = trend_key(identity, one)
                    points = before.get(key, ())
                    seen[key] = (*points[1 - POINTS :], one.value) if told else points
        self._points = seen
        self.trends = {key: points for key, points in seen.items() if len(points) > 1}
