"""How far a service's clock is from ours: by the `Date` of its answers, else by its manager's own word."""

from datetime import UTC, datetime

from backends.redfish.reports import time_of
from backends.redfish.round import Round
from backends.redfish.schema import ServiceRoot
from backends.transport.http import HttpClient

_GRAIN_S = 10.0
"""What an answer may take, and `Date` is told in whole seconds: closer than this nothing is known."""


class FarClock:
    """The clock of one service. `Date` costs nothing; a manager is read twice: a time that stands still is none."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client
        self._read: datetime | None = None
        self._ahead_s: float | None = None
        self._settled = False

    async def ahead_s(self, round_: Round, root: ServiceRoot) -> float | None:
        """Seconds ahead of ours, negative behind, to ten seconds; None while nobody says."""
        known_s = self._client.ahead_s
        if known_s is None:
            await self._ask_manager(round_, root)
            known_s = self._ahead_s
        return None if known_s is None else round(known_s / _GRAIN_S) * _GRAIN_S + 0.0

    async def _ask_manager(self, round_: Round, root: ServiceRoot) -> None:
        manager = root.links.manager if root.links else None
        if self._settled or manager is None:
            return
        found = await round_.resource(manager.path)
        at = time_of(found.text("DateTime")) if found else None
        self._settled = at is None or self._read is not None
        if at is not None and self._read not in (None, at):
            self._ahead_s = (at - datetime.now(UTC)).total_seconds()
        self._read = at
