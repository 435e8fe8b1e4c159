"""`$expand` over several levels, for discovery: a node's GPUs with their metrics and links in one GET instead of 50.

It is believed as little as `$expand` is (see `expand`): of each kind of resource that comes inside another, one is
read by itself first, and a kind that came with less is read one by one on this service for ever. Depths are small and
what they hold is bounded by a node or a tray, so that no answer is as large as a pod.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from backends.errors import AuthFailed, BackendError
from backends.redfish.decode import parsed
from backends.redfish.paths import last_segment
from backends.redfish.resource import Resource
from backends.redfish.service import RedfishService

DEPTHS = {
    "CDUs": 3,
    "PowerShelves": 3,
    "PowerSubsystem": 3,
    "Processors": 3,
    "RackPDUs": 3,
    "ThermalSubsystem": 3,
}
_PATH = "@odata.id"
_MEMBERS = "Members"
_GONE = frozenset({404, 410})
Found = dict[str, Resource]


class DeepExpansion:
    """What is known of it on one service: by the last segment of what was asked, and by the type of what came."""

    def __init__(self) -> None:
        self._works: dict[str, bool] = {}
        self._proved: dict[str, bool] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def proved(self) -> bool:
        """Whether anything has come this way on this service, as good as by itself."""
        return any(self._works.values())

    async def below(self, service: RedfishService, path: str) -> Found:
        """A resource and what is below it, each as if read by itself; empty when it cannot be had this way."""
        kind = last_segment(path)
        if kind in self._works:
            return await self._below(service, path, kind) if self._works[kind] else {}
        async with self._locks[kind]:  # one finds out, the rest wait for what it finds
            return await self._below(service, path, kind) if self._works.get(kind, True) else {}

    async def _below(self, service: RedfishService, path: str, kind: str) -> Found:
        depth = min(DEPTHS.get(kind, 0), await _levels(service))
        if depth < 2:
            self._works[kind] = False
            return {}
        found = await _fetch(service, f"{service.paths.of(path)}?$expand=.($levels={depth})")
        if found is None:  # it is not there, which proves nothing
            return {}
        top = found.pop(path, None)
        if top is None or (not found and _promises(top)):
            self._works[kind] = False
            return {}
        if not found:  # nothing is below this one, which proves nothing
            return {path: top}
        await self._prove(service, found.values())
        believed = {at: one for at, one in found.items() if self._proved[_type(one)]}
        self._works[kind] = bool(believed)
        return {path: top, **believed} if believed else {}

    async def _prove(self, service: RedfishService, found: Iterable[Resource]) -> None:
        """Read one of each new type by itself: it must not have a property that came without."""
        for one in found:
            type_ = _type(one)
            if type_ in self._proved:
                continue
            async with self._locks[f"#{type_}"]:
                if type_ not in self._proved:
                    alone = (await _fetch(service, service.paths.of(one.path)) or {}).get(one.path)
                    self._proved[type_] = alone is not None and _says(alone) <= _says(one)


async def _levels(service: RedfishService) -> int:
    """How many levels the service says it expands."""
    features = (await service.root()).features
    query = features.expand_query if features else None
    return (query.max_levels or 0) if query and query.no_links and query.levels else 0


async def _fetch(service: RedfishService, path: str) -> Found | None:
    """Every whole resource in the answer, by its path, with links where it held others; None for a dangling link."""
    try:
        answer = await service.fetch(path)
        if answer.status in _GONE:
            return None
        body = parsed(answer.body, dict[str, object]) if answer.status == 200 else {}
    except AuthFailed:
        raise
    except (BackendError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    found: Found = {}
    _collapsed(body, found)
    return found


def _collapsed(value: object, found: Found) -> object:
    """The value with a link for each resource in it; these go to `found`."""
    if isinstance(value, list):
        return [_collapsed(item, found) for item in value]
    if not isinstance(value, dict):
        return value
    body = {name: _collapsed(item, found) for name, item in value.items()}
    path = body.get(_PATH)
    if not isinstance(path, str) or "#" in path or not _whole(body):
        return body
    at = path.rstrip("/")
    found[at] = Resource(at, body)
    return {_PATH: path}


def _whole(body: dict[str, object]) -> bool:
    """Whether it is a resource, or a collection with all its members, and not a link with a remark."""
    if _MEMBERS in body:
        return isinstance(body[_MEMBERS], list) and "Members@odata.nextLink" not in body
    return isinstance(body.get("Id"), str) and isinstance(body.get("Name"), str)


def _promises(top: Resource) -> bool:
    """Whether something is below it that should have come with it."""
    return any(True for name, value in top.body.items() if name != "Links" for _ in _links(value))


def _links(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict) and len(item) == 1 and isinstance(item.get(_PATH), str):
            yield str(item[_PATH])


def _type(one: Resource) -> str:
    """`Processor` of `#Processor.v1_23_0.Processor`."""
    return one.text("@odata.type").lstrip("#").partition(".")[0]


def _says(one: Resource) -> set[str]:
    """The properties a resource has, annotations aside; of a collection, its members."""
    members = one.links(_MEMBERS)
    return set(members) or {name for name in one.body if "@" not in name}
