"""Metric reports: a whole tray's readings in a few GETs (ten instead of 459 resources on a GB300).

A report is believed as far as it proves itself. Its values are taken for a property, or for the sensor a property
comes from, only where they carry the time they were taken, which is compared with the newest of all reports: clocks
of controllers are often wrong by years, differences on one are not. When the newest time stands still the reports
have stopped, and nothing of them is used until it moves.
"""

from collections.abc import Iterator
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
        self._taken_at_s: dict[str, float] = {}
        self._newest: datetime | None = None
        self._moved_at_s = 0.0

    def take(self, report: str, values: dict[str, Reported], now_s: float) -> None:
        """The newest edition of one report: what `each` found in it."""
        self._by_report[report] = values
        self._taken_at_s[report] = now_s
        newest = max((value.at for value in values.values()), default=None)
        if newest is not None and (self._newest is None or newest > self._newest):
            self._newest, self._moved_at_s = newest, now_s

    def drop(self, report: str) -> None:
        """A report that did not answer says nothing."""
        self._by_report.pop(report, None)

    def age_s(self, report: str, now_s: float) -> float:
        """Seconds since a report was last taken; infinite for one that was not, or did not answer."""
        return now_s - self._taken_at_s[report] if report in self._by_report else float("inf")

    def told(self, resource: Resource, pointer: str, now_s: float) -> Reported | None:
        """What is reported of a property, None when no report has a value that can be trusted.

        Of several reports the newest value counts: some are read every round, and some once a minute.
        """
        if self._newest is None or now_s - self._moved_at_s > STOPPED_AFTER_S:
            return None
        for key in _keys(resource, pointer):
            told = [found for values in self._by_report.values() if (found := values.get(key)) is not None]
            found = max(told, key=lambda one: one.at, default=None)
            if found is not None and (self._newest - found.at).total_seconds() <= OLD_AFTER_S:
                return found
        return None

    def covering(self, resource: Resource, pointer: str) -> str:
        """The report that has a property, empty when none does."""
        keys = _keys(resource, pointer)
        return next((name for name, values in self._by_report.items() if any(key in values for key in keys)), "")

    def forget_all_but(self, names: set[str]) -> None:
        """Keep only what is read again."""
        for name in set(self._by_report) - names:
            del self._by_report[name]


def each(report: Resource) -> Iterator[tuple[str, Reported]]:
    """The rows of a report that say something, by the path of their property, each read when its turn comes."""
    stamp = time_of(report.text("Timestamp"))
    times: dict[str, datetime | None] = {}
    rows = report.look("MetricValues")
    for row in rows if isinstance(rows, list) else ():
        if not isinstance(row, dict):
            continue
        path, text, value = row.get("MetricProperty"), row.get("Timestamp"), row.get("MetricValue")
        if not isinstance(path, str) or not path or stale_by_its_maker(Resource(report.path, row)):
            continue
        word = text if isinstance(text, str) else ""
        if word not in times:  # thousands of rows share a few times
            times[word] = time_of(word) or stamp
        at = times[word]
        if at is not None and value is not None:
            yield _key(path), Reported(value, at)


def _key(path: str) -> str:
    return path.replace("/#/", "#/").rstrip("/")


def _keys(resource: Resource, pointer: str) -> tuple[str, ...]:
    own = f"{resource.path}#/{pointer}"
    sensor = resource.sensor(pointer)
    return (own, sensor, f"{sensor}#/Reading") if sensor else (own,)


def time_of(text: str) -> datetime | None:
    """An aware time; None for none, for nonsense and for the year 0 (real services send `0000-00-00`)."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
