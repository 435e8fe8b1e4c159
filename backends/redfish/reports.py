"""Metric reports: a whole tray's readings in a few GETs (ten instead of 459 resources on a GB300).

A report is believed as far as it proves itself. Its values are taken for a property, or for the sensor a property
comes from, only where they carry the time they were taken, which is compared with the newest of all reports: clocks
of controllers are often wrong by years, differences on one are not. When the newest time stands still the reports
have stopped, and nothing of them is used until it moves.
"""

from datetime import UTC, datetime

from msgspec import Struct

from backends.redfish.quirks import stale_by_its_maker
from backends.redfish.resource import Resource

OLD_AFTER_S = 120.0
STOPPED_AFTER_S = 90.0


class Reported(Struct, frozen=True):
    """One value of a report."""

    value: object
    at: datetime


class Reports:
    """The values of the reports of one service, by the path of their property. `now_s` is monotonic."""

    def __init__(self) -> None:
        self._by_report: dict[str, dict[str, Reported]] = {}
        self._newest: datetime | None = None
        self._moved_at_s = 0.0

    def take(self, report: Resource, now_s: float) -> None:
        """The newest edition of one report."""
        stamp = _time(report.text("Timestamp"))
        values: dict[str, Reported] = {}
        for one in report.items("MetricValues"):
            path, at = one.text("MetricProperty", 512), _time(one.text("Timestamp")) or stamp
            if path and at is not None and not stale_by_its_maker(one):
                values[_key(path)] = Reported(one.look("MetricValue"), at)
        self._by_report[report.path] = values
        newest = max((value.at for value in values.values()), default=None)
        if newest is not None and (self._newest is None or newest > self._newest):
            self._newest, self._moved_at_s = newest, now_s

    def drop(self, report: str) -> None:
        """A report that did not answer says nothing."""
        self._by_report.pop(report, None)

    def value(self, resource: Resource, pointer: str, now_s: float) -> object:
        """The reported value of a property, None when no report has one that can be trusted."""
        if self._newest is None or now_s - self._moved_at_s > STOPPED_AFTER_S:
            return None
        for values in self._by_report.values():
            for key in _keys(resource, pointer):
                found = values.get(key)
                if found is not None and (self._newest - found.at).total_seconds() <= OLD_AFTER_S:
                    return found.value
        return None

    def covering(self, resource: Resource, pointer: str) -> str:
        """The report that has a property, empty when none does."""
        keys = _keys(resource, pointer)
        return next((name for name, values in self._by_report.items() if any(key in values for key in keys)), "")

    def forget_all_but(self, names: set[str]) -> None:
        """Keep only what is read again."""
        for name in set(self._by_report) - names:
            del self._by_report[name]


def _key(path: str) -> str:
    return path.replace("/#/", "#/").rstrip("/")


def _keys(resource: Resource, pointer: str) -> tuple[str, ...]:
    own = f"{resource.path}#/{pointer}"
    sensor = resource.sensor(pointer)
    return (own, sensor, f"{sensor}#/Reading") if sensor else (own,)


def _time(text: str) -> datetime | None:
    """An aware time; None for none, for nonsense and for the year 0 (real services send `0000-00-00`)."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
