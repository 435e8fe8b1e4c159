"""One round of reading: many resources at once, of which any may fail without sinking the rest."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from backends.errors import AuthFailed, BackendError, TimedOut, Unreachable
from backends.redfish.concurrency import gather
from backends.redfish.decode import decode
from backends.redfish.expand import Expansion
from backends.redfish.messages import looks_like_html, status_line
from backends.redfish.resource import Resource
from backends.redfish.schema import Collection
from backends.redfish.service import RedfishService
from backends.transport.http import Answer

T = TypeVar("T", bound=msgspec.Struct)
R = TypeVar("R")

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
        return await self._read(path, lambda _, body: decode(body, shape), required=required)

    async def resource(self, path: str | None) -> Resource | None:
        """A resource as it came, None when it is absent or failed."""
        return await self._read(path.rstrip("/") if path else None, Resource.of)

    async def resources(self, collection: str | None) -> dict[str, Resource]:
        """The members of a collection as they came, those that answered, expanded where that works here."""
        if not collection:
            return {}
        expanded = await self._expansion.resources(self._service, self._service.paths.of(collection))
        if expanded is None:
            paths = await self.paths(collection)
            found = await gather(*(self.resource(path) for path in paths))
            expanded = {path: one for path, one in zip(paths, found, strict=True) if one is not None}
        return expanded

    async def some_resources(self, paths: Sequence[str], collection: str) -> dict[str, Resource]:
        """Some members of a collection: out of one expanded GET of it where that works and is cheaper."""
        if len(paths) > 1 and collection and self._expansion.whole(collection):
            found = await self.resources(collection)
            return {path: found[path] for path in paths if path in found}
        read = await gather(*(self.resource(path) for path in paths))
        return {path: one for path, one in zip(paths, read, strict=True) if one is not None}

    async def _read(self, link: str | None, decoded: Callable[[str, bytes], R], *, required: bool = False) -> R | None:
        path = self._service.paths.of(link) if link else ""
        if not link or path in self._absent:
            return None
        answer = await self._answer(path)
        if answer is None:
            return None
        if answer.status in _GONE and not required:
            self._absent.add(path)
        elif not 200 <= answer.status < 300:
            self._failed(path, status_line(answer))
        else:
            try:
                return decoded(link, answer.body)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                self._failed(path, "HTML, not Redfish" if looks_like_html(answer) else "not a resource")
        return None

    async def _answer(self, path: str) -> Answer | None:
        """The answer to a GET, None when there is none. Raises when the service as a whole is lost."""
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
        return answer

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
