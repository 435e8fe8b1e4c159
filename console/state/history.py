"""A short memory of the plant's readings: enough for a line that shows where they are going, not a database."""

from collections.abc import Mapping
from datetime import datetime

from backends.model.plant import ComponentFacts
from backends.model.trend import Trend, begun

LEAST_S = 9.0
"""Between two points of a line, however often its source is asked: its 32 points are five minutes or more, and a pod of
1,000 nodes has 4,000 lines to go on with."""


class History:
    """The last readings of every component by its id. One writer: the pod's.

    `trends` is a new mapping whenever something came.
    """

    def __init__(self) -> None:
        self.trends: dict[str, Trend] = {}
        self._at: dict[str, datetime] = {}

    def remember(self, components: Mapping[str, ComponentFacts], source: str, at: datetime) -> None:
        """Take in one round of a source, if its last point is old enough. What is not read by any is forgotten."""
        last = self._at.get(source)
        if last is not None and (at - last).total_seconds() < LEAST_S:
            return
        self._at[source] = at
        before, now = self.trends, dict[str, Trend]()
        for identity, facts in components.items():
            past = before.get(identity)
            if facts.source == source and facts.measurements:
                now[identity] = begun(facts) if past is None else past.grown(facts)
            elif past is not None and facts.measurements:
                now[identity] = past
        self.trends = now
