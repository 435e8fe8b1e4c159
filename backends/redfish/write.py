"""Writes that are done once, under an ETag where the service has one, and read back (DSP0266 6.5, 7.8, 13).

Services differ in what they take for an ETag, and in what they answer: some send weak tags and compare strongly, some
append `-gzip` to a tag they then do not know, some refuse the right one, some demand one with 428. So a refused tag is
tried in its other forms, but only after the resource was read again and still says what it said: what somebody else
has changed meanwhile is a Conflict, and is left as it is.
"""

from collections.abc import Awaitable, Callable

import msgspec
from msgspec import Struct

from backends.clean import clean
from backends.errors import Conflict, Malformed, Rejected, TimedOut
from backends.redfish.messages import refusal
from backends.redfish.resource import Resource
from backends.redfish.service import RedfishService
from backends.redfish.task import settle
from backends.transport.http import Answer

_REFUSED_TAG = frozenset({412, 428})
_RENEWALS = 2
_LOOKS = 4
_PAUSE_S = 1.0


class Change(Struct, frozen=True):
    """What is to be changed, and how to see it.

    `guard` picks what nobody else may have changed in the meantime; `wrong` says what is not as wanted, empty for none.
    """

    body: dict[str, object]
    guard: Callable[[Resource], object]
    wrong: Callable[[Resource], str]


class _Read(Struct, frozen=True):
    resource: Resource
    etag: str


class Writer:
    """PATCH and actions on one service. `sleep` and `clock` pace what takes its time."""

    def __init__(
        self, service: RedfishService, *, sleep: Callable[[float], Awaitable[None]], clock: Callable[[], float]
    ) -> None:
        self._service = service
        self._sleep = sleep
        self._clock = clock

    async def read(self, path: str) -> Resource:
        """A resource as it is now. Raises what its refusal or its body deserves."""
        return (await self._read(path)).resource

    async def act(self, target: str, body: dict[str, object]) -> tuple[str, ...]:
        """POST an action once, and wait for the task it may become: what that said. Accepted is not done: observe."""
        path = self._service.paths.of(target)
        try:
            answer = await self._service.post(path, body)
            return await settle(self._service, answer, f"POST {path}", sleep=self._sleep, clock=self._clock)
        except TimedOut as error:
            raise in_doubt(error) from None

    async def ask(self, target: str, body: dict[str, object]) -> None:
        """POST an action once, and wait for nothing that it may become: who asked looks for itself."""
        try:
            await self._service.post(self._service.paths.of(target), body)
        except TimedOut as error:
            raise in_doubt(error) from None

    async def change(self, path: str, change: Change) -> Resource:
        """PATCH a resource and return it as it is then. Nothing is sent when it is as wanted already.

        Raises Conflict when what is to be changed was changed by another, Rejected when the service refuses, or
        accepts and does not do it.
        """
        path = self._service.paths.of(path)
        seen = await self._read(path)
        if not change.wrong(seen.resource):
            return seen.resource
        try:
            answer = await self._patch(path, change, seen)
            await settle(self._service, answer, f"PATCH {path}", sleep=self._sleep, clock=self._clock)
            return await self.until(path, change.wrong, f"PATCH {path}: accepted{_remark(answer)}")
        except TimedOut as error:
            raise in_doubt(error) from None

    async def until(self, path: str, wrong: Callable[[Resource], str], accepted: str) -> Resource:
        """Read until nothing is wrong, a few seconds at most: services answer before they have done it."""
        path = self._service.paths.of(path)
        for look in range(_LOOKS):
            now = await self.read(path)
            complaint = wrong(now)
            if not complaint:
                return now
            if look < _LOOKS - 1:
                await self._sleep(_PAUSE_S)
        raise Rejected(f"{accepted}, and {complaint}", where=self._service.where, remedy="observe, then ask again")

    async def _patch(self, path: str, change: Change, seen: _Read) -> Answer:
        """Send it, in as many forms of the tag as the service needs; what is refused for its tag changed nothing."""
        before, renewals, form = change.guard(seen.resource), 0, 0
        while True:
            answer = await self._service.patch(path, change.body, etag_forms(seen.etag)[form])
            if answer.status not in _REFUSED_TAG:
                break
            again = await self._read(path)
            if change.guard(again.resource) != before:
                raise Conflict(f"PATCH {path}: what it would change was changed by another", where=self._service.where)
            if again.etag != seen.etag and renewals < _RENEWALS:
                renewals, form = renewals + 1, 0
            else:
                form += 1
            seen = again
            if form >= len(etag_forms(seen.etag)):
                break
        if not 200 <= answer.status < 300:
            raise refusal(answer, f"PATCH {path}", self._service.where)
        return answer

    async def _read(self, path: str) -> _Read:
        answer = await self._service.fetch(self._service.paths.of(path))
        if not 200 <= answer.status < 300:
            raise refusal(answer, f"GET {path}", self._service.where)
        try:
            found = Resource.of(path, answer.body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            why = clean(str(error), 120)
            raise Malformed(f"GET {path}: the answer is not a resource: {why}", where=self._service.where) from None
        own = found.look("@odata.etag")
        return _Read(found, answer.headers.get("etag", "") or (own if isinstance(own, str) else ""))


def in_doubt(error: TimedOut) -> TimedOut:
    """The same of a write: nobody can say whether it was done."""
    return TimedOut(
        f"{error.what}; it may still have happened", where=error.where, remedy="observe before trying again"
    )


def etag_forms(etag: str) -> tuple[str, ...]:
    """The values of If-Match to try in turn; an empty one is sent without the header.

    As given; then strong, without what a compressing proxy appends; then none. A service that gave none may still
    demand one: `*` is any.
    """
    if not _sendable(etag):
        return ("", "*")
    bare = etag.removeprefix("W/").strip('"').removesuffix("-gzip").removesuffix(";gzip")
    return tuple(dict.fromkeys((etag, f'"{bare}"', "")))


def _sendable(etag: str) -> bool:
    """Whether it can go into a header: others' text may hold anything."""
    return bool(etag) and etag.isascii() and etag.isprintable()


def _remark(answer: Answer) -> str:
    """What a service adds to a success, as it does when it took a part only: ` (…)`."""
    try:
        body = Resource.of("", answer.body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    said = next((one.text("Message", 160) for one in body.items("@Message.ExtendedInfo")), "")
    return f" ({said})" if said else ""
