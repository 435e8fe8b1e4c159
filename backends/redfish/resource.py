"""One resource as it came, read by JSON pointers: for the many kinds of which we want a handful of values each.

Every look is tolerant: what is missing, or of another type than it should be, is None, and costs nothing else.
`schema` types the resources that decide what a service consists of; this serves the plant around them.
"""

import math
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from backends.clean import clean
from backends.redfish.decode import parsed

_SENSOR = "DataSourceUri"


class Resource(Struct, frozen=True):
    """A resource and where it was read. Pointers are relative, without a leading slash: `Status/Health`.

    A step `=3` of a list is the item whose `MemberId` is 3, or the fragment of whose address ends in it: members
    without a resource of their own change places.
    """

    path: str
    body: dict[str, object]

    @classmethod
    def of(cls, path: str, body: bytes) -> "Resource":
        """The resource in an answer. Raises msgspec's errors when that is not one JSON object."""
        return cls(path.split("?", 1)[0].rstrip("/"), parsed(body, dict[str, object]))

    def look(self, pointer: str) -> object:
        """Whatever is there, None when nothing is."""
        if "/" not in pointer:
            return self.body.get(pointer)
        found: object = self.body
        for step in pointer.split("/"):
            if isinstance(found, dict):
                found = found.get(step)
            elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
                found = found[int(step)]
            elif isinstance(found, list) and step.startswith("="):
                found = next((item for item in found if member_key(item) == step[1:]), None)
            else:
                return None
        return found

    def number(self, pointer: str) -> float | None:
        """A finite number; numbers written as text count, true and false do not."""
        found = self.look(pointer)
        if isinstance(found, bool) or not isinstance(found, int | float | str):
            return None
        try:
            value = float(found)
        except (ValueError, OverflowError):
            return None
        return value if math.isfinite(value) else None

    def text(self, pointer: str, limit: int = 128) -> str:
        """A word or a line of others' text, cleaned; empty when there is none."""
        found = self.look(pointer)
        if isinstance(found, bool) or not isinstance(found, str | int | float):
            return ""
        return clean(str(found), limit)

    def texts(self, pointer: str) -> tuple[str, ...]:
        """A list of words, cleaned."""
        found = self.look(pointer)
        items = found if isinstance(found, list) else [found]
        return tuple(clean(item, 128) for item in items if isinstance(item, str) and item)

    def link(self, pointer: str) -> str:
        """Where a link leads, empty when it is none."""
        return _target(self.look(pointer))

    def links(self, pointer: str) -> tuple[str, ...]:
        """Where a list of links leads; a single link counts as a list of one."""
        found = self.look(pointer)
        items = found if isinstance(found, list) else [found]
        return tuple(path for path in map(_target, items) if path)

    def items(self, pointer: str) -> tuple["Resource", ...]:
        """The objects of a list, or the one object, as resources within this one."""
        found = self.look(pointer)
        items = found if isinstance(found, list) else [found]
        return tuple(Resource(self.path, item) for item in items if isinstance(item, dict))

    def part(self, pointer: str) -> "Resource":
        """The object at a pointer, as a resource within this one; an empty one where there is none. `""` is itself."""
        found = self.look(pointer) if pointer else self.body
        return Resource(self.path, found if isinstance(found, dict) else {})

    def sensor(self, pointer: str) -> str:
        """The sensor that a value of an excerpt (`X/Reading`) is taken from, empty when it does not say."""
        found = self.look(f"{pointer.rpartition('/')[0]}/{_SENSOR}") if "/" in pointer else None
        return found.rstrip("/") if isinstance(found, str) else ""

    def kept(self, pointers: Iterable[str]) -> "Resource":
        """Only these values of it, with the sensors they come from: what stays in memory between rounds."""
        slim: dict[str, object] = {}
        for pointer in pointers:
            value = self.look(pointer)
            if value is not None or self.silent(pointer):
                _put(slim, pointer, value)
                if sensor := self.sensor(pointer):
                    _put(slim, f"{pointer.rpartition('/')[0]}/{_SENSOR}", sensor)
        return Resource(self.path, slim)

    def silent(self, pointer: str) -> bool:
        """Whether the property is there and null: a sensor that gives no value now."""
        above, _, last = pointer.rpartition("/")
        found = self.look(above) if above else self.body
        return isinstance(found, dict) and last in found

    def with_values(self, values: dict[str, object]) -> "Resource":
        """The same with newer values."""
        body = msgspec.json.decode(msgspec.json.encode(self.body), type=dict[str, object])
        for pointer, value in values.items():
            _put(body, pointer, value)
        return Resource(self.path, body)


def member_key(item: object) -> str:
    """What tells a member of a list apart, whatever its place: its key, else the end of its address or its sensor's."""
    if not isinstance(item, dict):
        return ""
    key = item.get("MemberId")
    if not isinstance(key, str | int) or isinstance(key, bool) or not str(key):
        sensor = item.get(_SENSOR)
        address = _target(item) or (sensor.rstrip("/") if isinstance(sensor, str) else "")
        key = address.rpartition("/")[2]
    return "" if "/" in str(key) else str(key)


def _put(body: dict[str, object], pointer: str, value: object) -> None:
    *steps, last = pointer.split("/")
    inside: object = body
    for step in steps:
        if isinstance(inside, list) and step.isdigit() and int(step) < len(inside):
            inside = inside[int(step)]
            continue
        if not isinstance(inside, dict):
            return
        inside = inside.setdefault(step, {})
    if isinstance(inside, dict):
        inside[last] = value
    elif isinstance(inside, list) and last.isdigit() and int(last) < len(inside):
        inside[int(last)] = value


def _target(found: object) -> str:
    path = found.get("@odata.id") if isinstance(found, dict) else None
    return path.rstrip("/") if isinstance(path, str) else ""
