"""What is read again in every round, and what is known without asking.

A resource is read again unless everything we would take from it is told otherwise: its values by a metric report, its
health by a rollup above it or by the service's own list of conditions. What a condition points at is always read.
Nothing is kept from an earlier round but what is `slow`, and that for a minute at most.
"""

from collections.abc import Callable, Collection, Iterable

from msgspec import Struct

from backends.redfish.concurrency import gather
from backends.redfish.parts import Sight
from backends.redfish.reports import Reports
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.views import STATUS

SLOW_S = 60.0
_WORTH = 2
_OK = frozenset({"", "OK"})


class Want(Struct):
    """One resource and what we take from it."""

    path: str
    pointers: tuple[str, ...]
    lasting: tuple[str, ...]
    collection: str
    slow: bool
    read_at_s: float


class Watch:
    """Keeps `known` fresh: the wanted values of every resource that answered, by path."""

    def __init__(self, sights: Iterable[Sight], found: dict[str, Resource], now_s: float) -> None:
        self._wants: dict[str, Want] = {}
        for sight in sights:
            want = self._wants.setdefault(sight.path, Want(sight.path, (), (), sight.collection, True, now_s))
            want.pointers = tuple(dict.fromkeys((*want.pointers, *sight.view.pointers)))
            want.lasting = tuple(dict.fromkeys((*want.lasting, *sight.view.lasting)))
            want.slow = want.slow and sight.view.slow
        self.known = {path: self._kept(found[path]) for path in self._wants if path in found}
        self._reports = Reports()
        self._wanted_reports: tuple[str, ...] = ()

    async def choose_reports(self, round_: Round, collection: str, now_s: float) -> None:
        """Read every report once, and keep reading those that spare at least two other resources."""
        for report in (await round_.resources(collection)).values():
            self._reports.take(report, now_s)
        spared: dict[str, int] = {}
        for path, one in self.known.items():
            covering = {self._reports.covering(one, pointer) for pointer in self._reported_as(one, self._wants[path])}
            if covering and "" not in covering:
                for name in covering:
                    spared[name] = spared.get(name, 0) + 1
        self._wanted_reports = tuple(name for name, count in spared.items() if count >= _WORTH)
        self._reports.forget_all_but(set(self._wanted_reports))

    def forget(self, asleep: Iterable[str]) -> None:
        """What is known of these no longer holds."""
        for path in asleep:
            self.known.pop(path, None)

    async def refresh(
        self,
        round_: Round,
        now_s: float,
        *,
        well: Callable[[str], bool],
        origins: Collection[str],
        asleep: frozenset[str],
    ) -> None:
        """Bring everything up to date. `well`: whether a rollup says so of a path. `asleep`: these are not asked."""
        self.forget(asleep)
        reports = await gather(*(round_.resource(name) for name in self._wanted_reports))
        for name, report in zip(self._wanted_reports, reports, strict=True):
            if report is None:
                self._reports.drop(name)
            else:
                self._reports.take(report, now_s)
        due: dict[str, list[str]] = {}
        for want in self._wants.values():
            if want.path in asleep:
                continue
            if _concerned(want.path, origins) or self._must(want, now_s, well=well(want.path)):
                due.setdefault(want.collection or want.path, []).append(want.path)
        await gather(*(self._read(round_, paths, group, now_s) for group, paths in due.items()))

    async def _read(self, round_: Round, paths: list[str], collection: str, now_s: float) -> None:
        found = await round_.some_resources(paths, collection if len(paths) > 1 else "")
        for path in paths:
            if path in found:
                self._wants[path].read_at_s = now_s
                self.known[path] = self._kept(found[path])
            else:
                self.known.pop(path, None)

    def _must(self, want: Want, now_s: float, *, well: bool) -> bool:
        """Whether a resource has to be asked; takes the reported values of one that need not be."""
        one = self.known.get(want.path)
        if one is None:
            return True
        said = {one.text(pointer) for pointer in STATUS[1:]}
        if not (well and said <= _OK) and one.look("Status") is not None and not self._calm(want, now_s, said):
            return True
        if now_s - want.read_at_s >= SLOW_S and any(one.look(pointer) is not None for pointer in want.lasting):
            return True
        values: dict[str, object] = {}
        for pointer in self._pointers(one, want):
            value = self._reported(one, pointer, now_s)
            if value is None:
                return not self._calm(want, now_s, said)
            values[pointer] = value
        if values:
            self.known[want.path] = one.with_values(values)
        return False

    def _calm(self, want: Want, now_s: float, said: set[str]) -> bool:
        return want.slow and said <= _OK and now_s - want.read_at_s < SLOW_S

    def _reported(self, one: Resource, pointer: str, now_s: float) -> object:
        value = self._reports.value(one, pointer, now_s)
        before = one.look(pointer)
        if value is None and isinstance(before, list) and before:
            items = [self._reports.value(one, f"{pointer}/{place}", now_s) for place in range(len(before))]
            return None if None in items else items
        return value

    def _kept(self, one: Resource) -> Resource:
        want = self._wants[one.path]
        return one.kept((*want.pointers, *want.lasting, *STATUS))

    def _reported_as(self, one: Resource, want: Want) -> list[str]:
        """The wanted values as a report names them: a list by its items."""
        pointers = self._pointers(one, want)
        return [f"{pointer}/0" if isinstance(one.look(pointer), list) else pointer for pointer in pointers]

    @staticmethod
    def _pointers(one: Resource, want: Want) -> list[str]:
        """The wanted values this resource really has."""
        return [pointer for pointer in want.pointers if one.look(pointer) is not None]


def _concerned(path: str, origins: Collection[str]) -> bool:
    return any(path == origin or path.startswith(f"{origin}/") or origin.startswith(f"{path}/") for origin in origins)
