"""What is read again in every round, and what is known without asking.

A resource is read again unless everything we would take from it is told otherwise: its values by a metric report, its
health by a report, by a rollup above it or by the service's own list of conditions. What a condition points at is read
unless reports tell all of it as of later. Nothing is kept from an earlier round but what is `slow`, and that for a
minute at most.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from msgspec import Struct

from backends import portions
from backends.redfish.concern import Concern
from backends.redfish.concurrency import gather
from backends.redfish.facts import port_up
from backends.redfish.parts import Sight
from backends.redfish.reports import Reports, each
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.telling import Telling
from backends.redfish.views import STATUS

SLOW_S = 60.0
LOST_S = 120.0
LONG_LOST_S = 15.0
_WORTH = 2
_OK = frozenset({"", "OK"})


class Want(Struct):
    """One resource and what we take from it. `lost_at_s`: when a link that was up before was first seen down.

    `fine`, `status`, `measured` and `seldom` are of the resource as it is known: nothing is wrong with it, and which
    properties it really has, looked up once and not in every round (9,300 resources on 100 nodes of 8 GPUs).
    """

    path: str
    pointers: tuple[str, ...]
    lasting: tuple[str, ...]
    collection: str
    slow: bool
    read_at_s: float
    was_up: bool = False
    lost_at_s: float | None = None
    kept: tuple[str, ...] = ()
    fine: bool = True
    has_status: bool = False
    status: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    seldom: tuple[str, ...] = ()

    def note(self, one: Resource, now_s: float) -> None:
        """Look at the resource as it is known from now on."""
        self.has_status = one.look("Status") is not None
        self.status = _had(one, STATUS)
        self.measured = _had(one, self.pointers)
        # A property that gave no value when it was read: a GPU that was lost then may be back.
        self.silent = _shared(name for name in self.pointers if name not in self.measured and one.silent(name))
        self.seldom = _shared((*_had(one, self.lasting), *self.silent))
        self.note_values(one, now_s)

    def note_values(self, one: Resource, now_s: float) -> None:
        """The same where no property has come or gone. Of what is slow: whether it is a link that was lost."""
        self.fine = not self.has_status or {one.text(pointer) for pointer in STATUS[1:]} <= _OK
        if self.slow:
            up = port_up(one)
            self.was_up = self.was_up or up is True
            lost = self.was_up and up is False
            self.lost_at_s = (now_s if self.lost_at_s is None else self.lost_at_s) if lost else None


class Watch:
    """Keeps `known` fresh: the wanted values of every resource that answered, by path."""

    def __init__(self, sights: Iterable[Sight], found: dict[str, Resource], now_s: float) -> None:
        self._wants: dict[str, Want] = {}
        for sight in sights:
            want = self._wants.setdefault(sight.path, Want(sight.path, (), (), sight.collection, True, now_s))
            want.pointers = _shared((*want.pointers, *sight.view.pointers))
            want.lasting = _shared((*want.lasting, *sight.view.lasting))
            want.kept = _shared((*want.kept, *sight.view.kept))
            want.slow = want.slow and sight.view.slow
        self.known = {path: self._kept(found[path]) for path in self._wants if path in found}
        for path, one in self.known.items():
            self._wants[path].note(one, now_s)
        self._reports = Reports()
        self._fast_reports: frozenset[str] = frozenset()
        self._slow_reports: frozenset[str] = frozenset()
        self._origins: Mapping[str, datetime | None] = {}

    async def choose_reports(self, round_: Round, collection: str, now_s: float) -> None:
        """Read every report once, and keep reading those that spare at least two other resources.

        A report that spares only what is slow, or settings, is itself read once a minute.
        """
        for report in (await round_.resources(collection)).values():
            await self._take_report(report, now_s)
        telling = Telling(self._reports, now_s)
        spared: dict[str, int] = {}
        fast: set[str] = set()
        found = ((self._wants[path], _covering(telling, one, self._wants[path])) for path, one in self.known.items())
        for want, (now, seldom) in await portions.read(found):
            for name in now | seldom:
                spared[name] = spared.get(name, 0) + 1
            if not want.slow:
                fast |= now
        wanted = {name for name, count in spared.items() if count >= _WORTH}
        self._fast_reports, self._slow_reports = frozenset(wanted & fast), frozenset(wanted - fast)
        self._reports.forget_all_but(wanted)

    def forget(self, asleep: Iterable[str]) -> None:
        """What is known of these no longer holds."""
        for path in asleep:
            self.known.pop(path, None)
            if path in self._wants:
                self._wants[path].lost_at_s = None

    async def refresh(
        self,
        round_: Round,
        now_s: float,
        *,
        well: Callable[[str], bool],
        origins: Mapping[str, datetime | None],
        asleep: frozenset[str],
    ) -> None:
        """Bring everything up to date. `well`: whether a rollup says so of a path. `asleep`: these are not asked."""
        self.forget(asleep)
        await self._read_reports(round_, now_s)
        concern, self._origins = Concern(origins, self._origins), dict(origins)
        telling = Telling(self._reports, now_s)

        def told(want: Want) -> bool:
            since = concern.since(want.path, slow=want.slow)
            if since is not None or concern.was(want.path):
                return self._all_told(want, telling, now_s, since)
            return self._told(want, telling, now_s, well)

        due: dict[str, list[str]] = {}
        asked = ((want, told(want)) for want in self._wants.values() if want.path not in asleep)
        for want, known in await portions.read(asked):
            if not known:
                due.setdefault(want.collection or want.path, []).append(want.path)
        await gather(*(self._read(round_, paths, group, now_s) for group, paths in due.items()))

    async def _read_reports(self, round_: Round, now_s: float) -> None:
        names = [*self._fast_reports]
        patience_s = min(
            await portions.read(_patience_s(self._wants[path], now_s) for path in self.known), default=SLOW_S
        )
        names += [name for name in self._slow_reports if self._reports.age_s(name, now_s) >= patience_s]
        for name, report in zip(names, await gather(*(round_.resource(name) for name in names)), strict=True):
            if report is None:
                self._reports.drop(name)
            else:
                await self._take_report(report, now_s)

    async def _take_report(self, report: Resource, now_s: float) -> None:
        self._reports.take(report.path, dict(await portions.read(each(report))), now_s)

    async def _read(self, round_: Round, paths: list[str], collection: str, now_s: float) -> None:
        found = await round_.some_resources(paths, collection if len(paths) > 1 else "")
        for path in paths:
            if path in found:
                self._wants[path].read_at_s = now_s
                self.known[path] = self._kept(found[path])
                self._wants[path].note(self.known[path], now_s)
            else:
                self.known.pop(path, None)

    def _all_told(self, want: Want, telling: Telling, now_s: float, after: datetime | None) -> bool:
        """Whether reports tell everything there is to know of a resource, as of later than `after`; takes it then."""
        one = self.known.get(want.path)
        if one is None:
            return False
        values = telling.values(one, (*want.status, *want.measured, *want.silent), after)
        if values is None or (want.has_status and not want.status):
            return False
        self._take(one, values, now_s)
        return True

    def _told(self, want: Want, telling: Telling, now_s: float, well: Callable[[str], bool]) -> bool:
        """Whether a resource need not be asked; takes what is reported of it."""
        one = self.known.get(want.path)
        if one is None:
            return False
        lately = now_s - want.read_at_s < SLOW_S
        if want.slow and want.fine and now_s - want.read_at_s < _patience_s(want, now_s):
            return True
        values: dict[str, object] = {}
        if want.has_status:
            status = telling.values(one, want.status)
            if not status and not (want.fine and well(want.path)):
                return False
            values |= status or {}
        measured = telling.values(one, want.measured)
        if measured is None:
            return False
        values |= measured
        for pointer in want.seldom:
            seldom = telling.values(one, (pointer,))
            if seldom is None and not lately:
                return False
            values |= seldom or {}
        if want.slow:  # it is as fresh as what told it: else it would be looked up again in every round
            ages = (self._reports.age_s(name, now_s) for name in self._slow_reports)
            want.read_at_s = max(want.read_at_s, now_s - max(ages, default=SLOW_S))
        self._take(one, values, now_s)
        return True

    def _take(self, one: Resource, values: dict[str, object], now_s: float) -> None:
        if values:
            want = self._wants[one.path]
            self.known[one.path] = new = one.with_values(values)
            if want.silent:
                want.note(new, now_s)
            else:
                want.note_values(new, now_s)

    def _kept(self, one: Resource) -> Resource:
        want = self._wants[one.path]
        return one.kept((*want.kept, *STATUS))


def _patience_s(want: Want, now_s: float) -> float:
    """How old what is slow may be. A link that was just lost is asked for in every round, one that never was up not."""
    if want.lost_at_s is None:
        return SLOW_S
    return 0.0 if now_s - want.lost_at_s < LOST_S else LONG_LOST_S


def _had(one: Resource, pointers: Iterable[str]) -> tuple[str, ...]:
    """The properties this resource really has."""
    return _shared(pointer for pointer in pointers if one.look(pointer) is not None)


def _shared(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once; equal ones are the very same object: 100 nodes have 18,000 resources of a dozen kinds."""
    return _first(tuple(dict.fromkeys(names)))


@lru_cache(maxsize=4096)
def _first(names: tuple[str, ...]) -> tuple[str, ...]:
    return names


def _covering(telling: Telling, one: Resource, want: Want) -> tuple[frozenset[str], frozenset[str]]:
    """The reports that spare a resource, and those that tell its settings."""
    values = [telling.covering(one, pointer) for pointer in want.measured]
    status = [telling.covering(one, pointer) for pointer in want.status]
    settings = [telling.covering(one, pointer) for pointer in _had(one, want.lasting)]
    now: frozenset[str] = frozenset()
    if all(values):
        now = now.union(*values, *(status if all(status) else ()))
    return now, frozenset().union(*settings)
