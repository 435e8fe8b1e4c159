"""One round of reading: many resources at once, of which any may fail without sinking the rest."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from backends.errors import AuthFailed, BackendError, TimedOut, Unreachable
from backends.redfish.concurrency import gather
from backends.redfish.decode import decode
from backends.redfish.expand import Expansion
from backends.redfish.messages import looks_like_html, status_line
from backends.redfish.schema import Collection
from backends.redfish.service import RedfishService

T = TypeVar("T", bound=msgspec.Struct)

_MAX_LOST = 4
_MAX_PAGES = 200
_GONE = frozenset({404, 410})


class Round:
    """Reads resources and keeps what went wrong in `errors`, one line for each resource that did not answer.

    A 404 is an answer: real controllers have links that lead nowhere (239 in one GB300 capture), and such a resource
    is absent, not failing; it is remembered in `absent` for as long as the caller likes. A service that stops
    answering altogether ends the round by its error: the rest would only wait for more timeouts.
    """

    def __init__(self, service: RedfishService, expansion: Expansion, absent: set[str]) -> None:
        self.errors: list[str] = []
        self._service = service
        self._expansion = expansion
        self._absent = absent
        self._lost = 0

    async def read(self, path: str | None, shape: type[T], *, required: bool = False) -> T | None:
        """A resource, None when it is absent or failed. `required`: its absence is a failure, too."""
        if not path or (path := self._service.paths.of(path)) in self._absent:
            return None
        try:
            answer = await self._service.fetch(path)
        except AuthFailed:
            raise
        except BackendError as error:
            self._failed(path, error.what)
            if isinstance(error, TimedOut | Unreachable):
                self._lost += 1
                if self._lost >= _MAX_LOST:
                    raise
            return None
        self._lost = 0
        if answer.status in _GONE:
            if required:
                self._failed(path, status_line(answer))
            else:
                self._absent.add(path)
            return None
        if not 200 <= answer.status < 300:
            self._failed(path, status_line(answer))
            return None
        try:
            return decode(answer.body, shape)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self._failed(path, "HTML, not Redfish" if looks_like_html(answer) else "not a resource")
            return None

    async def paths(self, collection: str | None, *, required: bool = False) -> tuple[str, ...]:
        """The members of a collection, in its order, through all its pages."""
        found: dict[str, None] = {}
        page = collection
        for _ in range(_MAX_PAGES):
            content = await self.read(page, Collection, required=required)
            if content is None:
                break
            found.update((member.path.rstrip("/"), None) for member in content.members or () if member.path)
            page = content.next_page
            if not page:
                break
        return tuple(found)

    async def members(self, collection: str | None, shape: type[T], *, required: bool = False) -> dict[str, T | None]:
        """The members of a collection with what they hold, None for those that did not answer.

        One GET where `$expand` has proved itself on this service, one for each member where not.
        """
        if not collection:
            return {}
        expanded = await self._expansion.members(self._service, self._service.paths.of(collection), shape)
        if expanded is not None:
            missing = [path for path, member in expanded.items() if member is None]
            return {**expanded, **await self.each(missing, shape, required=required)}
        return await self.each(await self.paths(collection, required=required), shape, required=required)

    async def some(self, paths: Sequence[str], collection: str | None, shape: type[T]) -> dict[str, T | None]:
        """Some members of a collection: out of one expanded GET of it where that works and is cheaper."""
        if len(paths) > 1 and self._expansion.trusted(shape):
            found = await self.members(collection, shape)
            return {path: found.get(path) for path in paths}
        return await self.each(paths, shape)

    async def each(self, paths: Sequence[str], shape: type[T], *, required: bool = False) -> dict[str, T | None]:
        """Several resources at once; the transport keeps them to four in flight."""
        found = await gather(*(self.read(path, shape, required=required) for path in paths))
        return dict(zip(paths, found, strict=True))

    def _failed(self, path: str, what: str) -> None:
        self.errors.append(what if path in what else f"{path}: {what}")
