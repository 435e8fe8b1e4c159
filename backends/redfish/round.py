"""One round of reading: many resources at once, of which any may fail without sinking the rest."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from backends.errors import AuthFailed, BackendError, TimedOut, Unreachable
from backends.redfish.concurrency import gather
from backends.redfish.decode import decode
from backends.redfish.deep import DEPTHS
from backends.redfish.expand import Expansion
from backends.redfish.messages import looks_like_html, status_line
from backends.redfish.paths import ROOT, bare, last_segment
from backends.redfish.resource import Resource
from backends.redfish.schema import NO_MEMBERS, Collection
from backends.redfish.service import RedfishService
from backends.redfish.silence import Silence
from backends.transport.http import Answer

T = TypeVar("T", bound=msgspec.Struct)
R = TypeVar("R")

_MAX_LOST = 4
_SILENT = 2
_MAX_PAGES = 200
_WORTH_TRYING = 4
_GONE = frozenset({404, 410})


class Round:
    """Reads resources and keeps what went wrong in `errors`, one line for each resource that did not answer.

    A 404 is an answer: real controllers have links that lead nowhere (239 in one GB300 capture), and such a resource
    is absent, not failing; it is remembered in `absent` for as long as the caller likes. A service that stops
    answering altogether ends the round by its error: the rest would only wait for more timeouts. `failed` has the
    errors by their bare paths.
    """

    def __init__(
        self, service: RedfishService, expansion: Expansion, absent: set[str], silence: Silence | None = None
    ) -> None:
        self.errors: list[str] = []
        self.failed: dict[str, str] = {}
        self._service = service
        self._expansion = expansion
        self._absent = absent
        self._silence = silence
        self._lost: dict[str, int] = {}
        self._in_a_row = 0
        self._deep = False
        self._had: dict[str, Resource] = {}

    def discover(self) -> None:
        """From now on read what is below a resource along with it, where that works, and nothing twice."""
        self._deep = True

    def excuse(self, path: str) -> None:
        """That a resource is not there is no failure after all; it is asked for again in the next round."""
        self.errors = [error for error in self.errors if not error.startswith(f"{path}: ")]
        self.failed.pop(bare(path), None)

    async def read(self, path: str | None, shape: type[T], *, required: bool = False) -> T | None:
        """A resource, None when it is absent or failed. `required`: its absence is a failure, too."""
        return await self._read(path, lambda _, body: decode(body, shape), required=required)

    async def resource(self, path: str | None) -> Resource | None:
        """A resource as it came, None when it is absent or failed."""
        at = path.rstrip("/") if path else ""
        if not self._deep or not at:
            return await self._read(at or None, Resource.of)
        await self._read_below(at)
        if at not in self._had and (found := await self._read(at, Resource.of)) is not None:
            self._had[at] = found
        return self._had.get(at)

    async def resources(self, collection: str | None) -> dict[str, Resource]:
        """The members of a collection as they came, those that answered, expanded where that works here."""
        if not collection:
            return {}
        if self._deep:
            await self._read_below(collection.rstrip("/"))
            if listed := self._had.get(collection.rstrip("/")):
                return await self._each_resource(listed.links("Members"))
        expanded = await self._expansion.resources(self._service, self._service.paths.of(collection))
        if expanded is None:
            return await self._each_resource(await self.paths(collection))
        if self._deep:
            self._had.update(expanded)
        return expanded

    async def some_resources(
        self, paths: Sequence[str], collection: str, *, trying: bool = False
    ) -> dict[str, Resource]:
        """Some members of a collection: out of one expanded GET of it where that works and is cheaper.

        `trying`: where nobody knows yet whether it works, four members are worth one GET to find out.
        """
        known = len(paths) > 1 and self._expansion.whole(collection)
        if collection and (known or (trying and len(paths) >= _WORTH_TRYING)):
            found = await self._expansion.resources(self._service, self._service.paths.of(collection))
            if found is not None:
                return {path: found[path] for path in paths if path in found}
        return await self._each_resource(paths)

    async def _each_resource(self, paths: Sequence[str]) -> dict[str, Resource]:
        read = await gather(*(self.resource(path) for path in paths))
        return {path: one for path, one in zip(paths, read, strict=True) if one is not None}

    async def _read_below(self, path: str) -> None:
        """Keep what is below a resource, if it is of a kind that is read so."""
        if path not in self._had and last_segment(path) in DEPTHS and self._service.paths.of(path) not in self._absent:
            self._had.update(await self._expansion.deep.below(self._service, path))

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
        """The answer to a GET, None when there is none. Raises when the service as a whole is lost.

        What leads through one hung BMC (a system, a chassis, and all below it) is not waited for again and again:
        once the top of it, or two resources of it, gave no answer, the rest is not asked in this round. Where it is the
        top itself, `silence` asks it beside the rounds.
        """
        behind = _top(path)
        if self._lost.get(behind, 0) >= _SILENT:
            return None
        if self._silence and (what := self._silence.of(behind)):
            self._lost[behind] = _SILENT
            self._failed(behind, what)
            return None
        try:
            answer = await self._service.fetch(path)
        except AuthFailed:
            raise
        except BackendError as error:
            self._failed(path, error.what)
            if isinstance(error, TimedOut | Unreachable):
                top = path.rstrip("/") == behind
                self._lost[behind] = self._lost.get(behind, 0) + (_SILENT if top else 1)
                if self._silence and top and _is_member(behind):
                    self._silence.fell(behind, error.what)
                self._in_a_row += 1
                if self._in_a_row >= _MAX_LOST:
                    await self._raise_if_all_is_lost()
                    self._in_a_row = 0
            return None
        self._lost.pop(behind, None)
        self._in_a_row = 0
        return answer

    async def _raise_if_all_is_lost(self) -> None:
        try:
            await self._service.root(again=True)
        except BackendError:
            if self._silence:
                self._silence.forget()
            raise

    async def paths(self, collection: str | None, *, required: bool = False) -> tuple[str, ...]:
        """The members of a collection, in its order, through all its pages."""
        found: dict[str, None] = {}
        page = collection
        for _ in range(_MAX_PAGES):
            content = await self.read(page, Collection, required=required)
            if content is None:
                break
            if not content.listed:
                self._failed(self._service.paths.of(page or ""), NO_MEMBERS)
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
        line = what if path in what else f"{path}: {what}"
        self.errors.append(line)
        self.failed[bare(path)] = line


def _top(path: str) -> str:
    """`/redfish/v1/Systems/x` of anything below it; with the prefix of the service, if it has one."""
    before, root, rest = path.partition(f"{ROOT}/")
    return f"{before}{root}{'/'.join(rest.split('/')[:2])}".rstrip("/")


def _is_member(top: str) -> bool:
    """Whether it is one system or chassis, and not the collection of them."""
    return top.partition(f"{ROOT}/")[2].count("/") == 1
