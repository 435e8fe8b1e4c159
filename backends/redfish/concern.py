"""Which resources a service's conditions are about: their origins, what is below these, and what they are part of."""

from collections.abc import Mapping
from datetime import UTC, datetime

ALWAYS = datetime.max.replace(tzinfo=UTC)


class Concern:
    """The conditions of one round, and the origins of those that have gone since the round before.

    A condition may be newer than a report that was just read: what it concerns is believed only as of later. One
    without a time is later than everything. What was concerned a round ago has just been mended: nobody else says so.
    What is slow is concerned once, when a condition is new: a hot GPU is no reason to ask its links in every round.
    """

    def __init__(self, origins: Mapping[str, datetime | None], before: Mapping[str, datetime | None]) -> None:
        self._origins = {path: at or ALWAYS for path, at in origins.items()}
        self._parts = _parts(self._origins)
        new = {path: at or ALWAYS for path, at in origins.items() if path not in before or before[path] != at}
        self._new, self._new_parts = new, _parts(new)
        gone = {path: ALWAYS for path in before if path not in origins}
        self._gone, self._gone_parts = gone, _parts(gone)

    def since(self, path: str, *, slow: bool) -> datetime | None:
        """The time of the newest condition that concerns a resource, None for none."""
        return _newest(path, self._new, self._new_parts) if slow else _newest(path, self._origins, self._parts)

    def was(self, path: str) -> bool:
        """Whether a condition that concerned a resource has gone."""
        return _newest(path, self._gone, self._gone_parts) is not None


def _parts(origins: Mapping[str, datetime]) -> dict[str, datetime]:
    """Everything the origins are part of, by their addresses."""
    found: dict[str, datetime] = {}
    for origin, at in origins.items():
        above = origin.rpartition("/")[0]
        while above:
            found[above] = max(at, found.get(above, at))
            above = above.rpartition("/")[0]
    return found


def _newest(path: str, origins: Mapping[str, datetime], parts: Mapping[str, datetime]) -> datetime | None:
    if not origins:
        return None
    found = parts.get(path)
    while path:
        at = origins.get(path)
        if at is not None and (found is None or at > found):
            found = at
        path = path.rpartition("/")[0]
    return found
