"""The log entries of a system over Redfish: every log service it has, page by page, the newest of them.

DSP0268 `LogService` and `LogEntry`. Where a system has no log service of its own, that of the manager which manages
it alone counts: BMCs differ in where they keep the event log. Read only when a person asks: a log is thousands of
entries, and no part of a round.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from msgspec import Struct, field

from backends.clean import clean
from backends.errors import BackendError, Malformed, NotSupported
from backends.model.log import LogEntry, LogPage
from backends.model.severity import Severity
from backends.redfish.paths import last_segment
from backends.redfish.resource import Resource
from backends.redfish.schema import NO_MEMBERS
from backends.redfish.service import RedfishService

MOST_PAGES = 40
MOST_SINGLE = 100
_TEXT = 2000


class _Members(Struct):
    members: list[dict[str, object]] | None = field(name="Members", default=None)
    count: int | None = field(name="Members@odata.count", default=None)
    next: str = field(name="Members@odata.nextLink", default="")


class _Plain(Struct):
    log_services: dict[str, object] = field(name="LogServices", default_factory=dict)
    entries: dict[str, object] = field(name="Entries", default_factory=dict)
    links: dict[str, object] = field(name="Links", default_factory=dict)


class RedfishLogs:
    """The logs of one service's systems."""

    def __init__(self, service: RedfishService) -> None:
        self._service = service

    async def page(self, system: str, node: str) -> LogPage:
        """Every log of a system (`HardwareFacts.system`) in one, by time. What one log refuses is in `errors`.

        Raises what reading the system does, and NotSupported where it has no log.
        """
        found: list[LogEntry] = []
        errors: list[str] = []
        async for log in self._logs(system):
            try:
                found += [entry async for entry in self._entries(log, node)]
            except BackendError as error:
                errors.append(f"{last_segment(log)}: {error}")
        found.sort(key=lambda entry: (entry.at is not None, entry.at, entry.id))
        return LogPage(entries=tuple(found), errors=tuple(errors))

    async def _logs(self, system: str) -> AsyncIterator[str]:
        described = await self._plain(system)
        services = _target(described.log_services)
        if not services:
            managers = Resource(system, {"Links": described.links}).links("Links/ManagedBy")
            services = _target((await self._plain(managers[0])).log_services) if len(managers) == 1 else ""
        if not services:
            raise NotSupported(f"{system}: this system keeps no log", where=self._service.where)
        async for member in self._members(services):
            if target := _target(member):
                yield target

    async def _entries(self, log: str, node: str) -> AsyncIterator[LogEntry]:
        entries = _target((await self._plain(log)).entries)
        if not entries:
            return
        single = 0
        async for member in self._members(entries):
            body = member
            if "Message" not in body and "Created" not in body and (target := _target(body)):
                single += 1
                if single > MOST_SINGLE:  # not expanded, as DSP0266 has it: a request each
                    return
                body = await self._body(target)
            yield _entry(Resource(entries, body), node, last_segment(log))

    async def _members(self, path: str) -> AsyncIterator[dict[str, object]]:
        for _ in range(MOST_PAGES):
            page = await self._service.get(self._service.paths.of(path), _Members)
            if page.members is None and page.count != 0:
                raise Malformed(f"GET {path}: {NO_MEMBERS}", where=self._service.where)
            for member in page.members or ():
                yield member
            if not page.next:
                return
            path = page.next

    async def _plain(self, path: str) -> _Plain:
        return await self._service.get(self._service.paths.of(path), _Plain)

    async def _body(self, path: str) -> dict[str, object]:
        where = self._service.paths.of(path)
        answer = await self._service.fetch(where)
        self._service.decoded(answer, where, _Plain)
        return Resource.of(where, answer.body).body


def _entry(found: Resource, node: str, log: str) -> LogEntry:
    word = found.text("Severity") or found.text("OemRecordFormat")
    message = found.text("Message", _TEXT) or found.text("MessageId")
    by = found.link("Links/OriginOfCondition")
    return LogEntry(
        node=node,
        log=clean(log, 64),
        id=found.text("Id") or last_segment(_target(found.body)),
        at=_time(found.text("Created")),
        severity=Severity(word) if word in set(Severity) else Severity.UNKNOWN,
        by=clean(last_segment(by), 64) if by else found.text("SensorType"),
        message=message,
    )


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _target(body: dict[str, object]) -> str:
    path = body.get("@odata.id")
    return path.rstrip("/") if isinstance(path, str) else ""
