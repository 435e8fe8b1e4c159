"""A short memory of the plant's readings: enough for a line that shows where they are going, not a database."""

from collections.abc import Mapping
from datetime import datetime

from backends.model.plant import ComponentFacts
from backends.model.trend import POINTS, Trend, begun

LEAST_S = 9.0
"""Between two points of a line, however often its source is asked: its points are a quarter of an hour or more, and a
pod of 1,000 nodes has 4,000 lines to go on with."""


class History:
    """The last readings of every component by its id. One writer: the pod's.

    `trends` and `rounds` are new mappings whenever something came.
    """

    def __init__(self) -> None:
        self.trends: dict[str, Trend] = {}
        self.rounds: dict[str, tuple[float, ...]] = {}

    def remember(self, components: Mapping[str, ComponentFacts], source: str, at: datetime) -> None:
        """Take in one round of a source, if its last point is old enough. What is not read by any is forgotten."""
        told = self.rounds.get(source, ())
        if told and at.timestamp() - told[-1] < LEAST_S:
            return
        before, now = self.trends, dict[str, Trend]()
        for identity, facts in components.items():
            past = before.get(identity)
            if facts.source == source and facts.measurements:
                now[identity] = begun(facts) if past is None else past.grown(facts)
            elif past is not None and facts.measurements:
                now[identity] = past
        self.trends = now
        self.rounds = {**self.rounds, source: (*told[1 - POINTS :], at.timestamp())}
