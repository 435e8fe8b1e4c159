"""A short memory of the plant's readings: enough for a line that shows where they are going, not a database."""

from collections.abc import Mapping

from backends.model.plant import ComponentFacts
from backends.model.trend import Trend, begun


class History:
    """The last readings of every component by its id. One writer: the pod's.

    `trends` is a new mapping whenever something came.
    """

    def __init__(self) -> None:
        self.trends: dict[str, Trend] = {}

    def remember(self, components: Mapping[str, ComponentFacts], source: str) -> None:
        """Take in one round of a source. What is not read any more, by any, is forgotten."""
        before, now = self.trends, dict[str, Trend]()
        for identity, facts in components.items():
            past = before.get(identity)
            if facts.source == source and facts.measurements:
                now[identity] = begun(facts) if past is None else past.grown(facts)
            elif past is not None and facts.measurements:
                now[identity] = past
        self.trends = now
