"""What the logs of nodes call critical, where nothing else would tell: services without events and conditions.

Small BMCs know some troubles only as an entry of a system's log (a GPU that was not found at the last start). Where a
service has an event stream or a list of conditions these say so at once, and no log is read in a round. Else the first
page of each node's log is, once a minute, and what is critical, open and of the last day counts.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from backends.model.plant import Condition
from backends.model.severity import Severity
from backends.redfish.concurrency import gather
from backends.redfish.reports import time_of
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.schema import ServiceRoot
from backends.redfish.structure import Host

EVERY_S = 60.0
RECENT = timedelta(days=1)
MOST = 4
"""As many of a node are told, the newest: its log has them all."""


class LogEntries:
    """The critical entries of the nodes' logs, as conditions. `source` marks them; `now_s` is monotonic."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._lists: dict[str, tuple[str, ...]] = {}
        self._last: tuple[Condition, ...] = ()
        self._read_at_s: float | None = None

    async def conditions(
        self, round_: Round, root: ServiceRoot, hosts: Iterable[Host], now_s: float
    ) -> tuple[Condition, ...]:
        """What they say, at most a minute old."""
        if root.event_service or root.service_conditions:
            return ()
        if self._read_at_s is None or now_s - self._read_at_s >= EVERY_S:
            self._read_at_s = now_s
            found = await gather(*(self._of(round_, host) for host in hosts))
            self._last = tuple(one for told in found for one in told)
        return self._last

    async def _of(self, round_: Round, host: Host) -> list[Condition]:
        if host.path not in self._lists:
            self._lists[host.path] = await _entry_lists(round_, host)
        read = await gather(*(round_.resource(path) for path in self._lists[host.path]))
        since = datetime.now(UTC) - RECENT
        told = [
            Condition(
                source=self._source,
                severity=Severity.CRITICAL,
                message=entry.text("Message", 300) or entry.text("MessageId"),
                message_id=entry.text("MessageId"),
                component=f"node:{host.name}",
                at=at,
                log=page.path,
            )
            for page in read
            if page is not None
            for entry in page.items("Members")
            if _open(entry) and (at := time_of(entry.text("Created"))) is not None and at >= since
        ]
        return sorted(told, key=lambda one: (one.at or since, one.message), reverse=True)[:MOST]


async def _entry_lists(round_: Round, host: Host) -> tuple[str, ...]:
    """The collections of entries of a node's own logs."""
    services = host.system.log_services
    logs = await round_.resources(services.path if services else None)
    return tuple(entries for log in logs.values() if (entries := log.link("Entries")))


def _open(entry: Resource) -> bool:
    return entry.text("Severity") == Severity.CRITICAL.value and entry.look("Resolved") is not True
