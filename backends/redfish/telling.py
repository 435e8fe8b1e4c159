"""What metric reports tell of one resource, in the resource's own terms: flags, lists and redundancy groups included.

Reports hold text and no lists. So a flag is taken for one only when it reads like one, a list is put together from its
items, and of a redundancy group it is the Status that changes: who is in it belongs to the structure. What is told in
part is not told: the resource is then read.
"""

from collections.abc import Iterable
from datetime import datetime

from backends.redfish.reports import Reported, Reports
from backends.redfish.resource import Resource
from backends.redfish.views import EMPTY_WHILE_FALSE, STATUS

_FLAGS = {"true": True, "false": False}
_MOST_ITEMS = 64


class Telling:
    """Reads `reports` for one resource after the other. `now_s` is monotonic."""

    def __init__(self, reports: Reports, now_s: float) -> None:
        self._reports = reports
        self._now_s = now_s

    def values(self, one: Resource, pointers: Iterable[str], after: datetime | None = None) -> dict[str, object] | None:
        """The reported values of all these properties, None when any is not told, or not `after` some time."""
        found: dict[str, object] = {}
        for pointer in pointers:
            told = self._value(one, pointer, after)
            if told is None:
                return None
            found[pointer] = told
        return found

    def covering(self, one: Resource, pointer: str) -> frozenset[str]:
        """The reports that tell of a property; empty when it is not told, or only in part."""
        before = one.look(pointer)
        if isinstance(before, list):
            flag = EMPTY_WHILE_FALSE.get(pointer, "")
            names = [flag] if flag else _group_pointers(pointer, before) or [f"{pointer}/0"]
        else:
            names = [pointer]
        found = frozenset(self._reports.covering(one, name) for name in names)
        return frozenset() if "" in found else found

    def _value(self, one: Resource, pointer: str, after: datetime | None) -> object:
        before = one.look(pointer)
        if isinstance(before, list):
            return self._list(one, pointer, before, after)
        found = self._told(one, pointer, after)
        if found is None or not isinstance(before, bool):
            return found.value if found else None
        return found.value if isinstance(found.value, bool) else _FLAGS.get(str(found.value).strip().lower())

    def _list(self, one: Resource, pointer: str, before: list[object], after: datetime | None) -> list[object] | None:
        group = _group_pointers(pointer, before)
        if group:
            return self._groups(one, pointer, group, after)
        flag = EMPTY_WHILE_FALSE.get(pointer, "")
        if flag and self._value(one, flag, after) is False:
            return []
        items: list[object] = []
        while len(items) < _MOST_ITEMS and (found := self._told(one, f"{pointer}/{len(items)}", after)):
            items.append(found.value)
        # A list that got shorter is one only where a flag says when it is empty: else a row may be missing.
        return items if len(items) >= (1 if flag else max(1, len(before))) else None

    def _groups(self, one: Resource, pointer: str, names: list[str], after: datetime | None) -> list[object] | None:
        """Redundancy groups with the Status of now."""
        values = self.values(one, names, after)
        groups = one.with_values(values).look(pointer) if values else None
        return groups if isinstance(groups, list) else None

    def _told(self, one: Resource, pointer: str, after: datetime | None) -> Reported | None:
        found = self._reports.told(one, pointer, self._now_s)
        return found if found is not None and (after is None or found.at > after) else None


def _group_pointers(pointer: str, before: list[object]) -> list[str]:
    """What changes of the redundancy groups in a list; empty when they are none, or say nothing of themselves."""
    names: list[str] = []
    for place, group in enumerate(before):
        if not isinstance(group, dict) or not isinstance(group.get("Status"), dict):
            return []
        said = Resource("", group)
        names += [f"{pointer}/{place}/{word}" for word in STATUS if said.look(word) is not None]
    return names
