"""`$expand`, where it truly works.

Services advertise it and ignore it (then members are bare links), lose required fields in it (AMI on DGX H100, Lenovo
GB300), or answer it with an error. So it is used for a kind of resource only after one member read by itself turned
out equal to the same member expanded; whatever else happens, that kind is read one by one on this service from then on.
"""

import asyncio
from collections import defaultdict
from typing import TypeVar

import msgspec
from msgspec import Struct, field

from backends.errors import AuthFailed, BackendError
from backends.redfish.decode import decode, parsed
from backends.redfish.deep import DeepExpansion
from backends.redfish.paths import last_segment
from backends.redfish.resource import Resource
from backends.redfish.service import RedfishService

T = TypeVar("T", bound=Struct)
_PATH = "@odata.id"


class _Expanded(Struct, frozen=True, rename="pascal"):
    members: list[msgspec.Raw]
    next_page: str | None = field(default=None, name="Members@odata.nextLink")


class _Named(Struct, frozen=True, rename="pascal"):
    path: str | None = field(default=None, name="@odata.id")
    id: str | None = None
    name: str | None = None


class Expansion:
    """What is known of `$expand` on one service, by kind of resource: not tried, trusted, or of no use."""

    def __init__(self) -> None:
        self._trusted: dict[type[Struct], bool] = {}
        self._whole: dict[str, bool] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.deep = DeepExpansion()

    def trusted(self, shape: type[Struct]) -> bool:
        """Whether a collection of this kind is known to come whole in one GET."""
        return self._trusted.get(shape, False)

    def whole(self, collection: str) -> bool:
        """The same for resources as they come; a kind not tried yet is worth it where depth has proved itself."""
        return self._whole.get(last_segment(collection), self.deep.proved)

    async def members(self, service: RedfishService, collection: str, shape: type[T]) -> dict[str, T | None] | None:
        """Members with their content, None content for those that came without; None when it cannot be used."""
        if self._trusted.get(shape) is False or not await _advertised(service):
            return None
        found = await _read(service, collection, shape)
        if found is None or not any(found.values()):
            if found is None or found:  # an empty collection proves nothing either way
                self._trusted[shape] = False
            return None
        if shape not in self._trusted:
            self._trusted[shape] = await _confirmed(service, found, shape)
            self._whole.setdefault(last_segment(collection), self._trusted[shape])
        return found if self._trusted[shape] else None

    async def resources(self, service: RedfishService, collection: str) -> dict[str, Resource] | None:
        """As `members`, for resources as they come. What kind they are is the collection's last segment.

        A member that came without properties it has when read by itself makes its kind unusable on this service.
        """
        kind = last_segment(collection)
        if kind in self._whole or not await _advertised(service):
            return await self._resources(service, collection, kind) if self._whole.get(kind) else None
        async with self._locks[kind]:  # 36 nodes are asked at once: one finds out, the rest wait for what it finds
            return await self._resources(service, collection, kind) if self._whole.get(kind, True) else None

    async def _resources(self, service: RedfishService, collection: str, kind: str) -> dict[str, Resource] | None:
        found = await _fetch(service, collection)
        if found is None:
            self._whole[kind] = False
            return None
        if kind not in self._whole and found:
            self._whole[kind] = await _same(service, next(iter(found.values())))
        return found if self._whole.get(kind, not found) else None


async def _fetch(service: RedfishService, collection: str) -> dict[str, Resource] | None:
    """Every member whole, None when any is not, or the answer is none."""
    try:
        answer = await service.fetch(f"{collection}?$expand=.")
        if answer.status != 200:
            return None
        content = parsed(answer.body, _Expanded)
        members = [Resource.of("", bytes(raw)) for raw in content.members]
    except AuthFailed:
        raise
    except (BackendError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    if content.next_page or not all(one.text(_PATH, 1024) and one.text("Id") and one.text("Name") for one in members):
        return None
    return {path: Resource(path, one.body) for one in members if (path := one.text(_PATH, 1024).rstrip("/"))}


async def _same(service: RedfishService, expanded: Resource) -> bool:
    try:
        answer = await service.fetch(service.paths.of(expanded.path))
        alone = Resource.of(expanded.path, answer.body) if answer.status == 200 else None
    except (BackendError, msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return alone is not None and _properties(alone) <= _properties(expanded)


def _properties(one: Resource) -> set[str]:
    """What a resource has, annotations such as `@odata.etag` aside: these may differ."""
    return {name for name in one.body if "@" not in name}


async def _advertised(service: RedfishService) -> bool:
    features = (await service.root()).features
    return bool(features and features.expand_query and features.expand_query.no_links)


async def _read(service: RedfishService, collection: str, shape: type[T]) -> dict[str, T | None] | None:
    try:
        answer = await service.fetch(f"{collection}?$expand=.")
        if answer.status != 200:
            return None
        content = parsed(answer.body, _Expanded)
        if content.next_page:  # pages of whole members: rare, and not worth a second way to read them
            return None
        found: dict[str, T | None] = {}
        for raw in content.members:
            named = decode(bytes(raw), _Named)
            if named.path:
                complete = named.id is not None and named.name is not None
                found[named.path.rstrip("/")] = decode(bytes(raw), shape) if complete else None
    except AuthFailed:
        raise
    except (BackendError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return found


async def _confirmed(service: RedfishService, found: dict[str, T | None], shape: type[T]) -> bool:
    path, expanded = next((path, member) for path, member in found.items() if member is not None)
    try:
        return await service.get(service.paths.of(path), shape) == expanded
    except BackendError:
        return False
