"""What is wrong in a simulated pod: raised and settled at their instants. Health, conditions and logs all come from it.

A component is as healthy as its alarms, and whatever contains it rolls them up: so `Status`, `ServiceConditions` and
the log can never tell three stories, and a pod without alarms costs nothing to ask.
"""

from collections import deque
from collections.abc import Callable, Iterable

from msgspec import Struct

_REMEMBERED = 2_000
_STATUS = "ResourceEvent.1.3.ResourceStatusChanged"
LEAK = "Environmental.1.1.LeakDetectedCritical"


class Alarm(Struct, frozen=True, kw_only=True):
    """One thing that is wrong. `origin` is its resource under the service root; `within` names all that contains it."""

    origin: str
    topic: str
    severity: str
    message: str
    message_id: str
    args: tuple[str, ...]
    within: tuple[str, ...]
    since_s: float


class Entry(Struct, frozen=True, kw_only=True):
    """A line of the pod's history: an alarm as it was raised or settled (`severity` is OK then)."""

    number: int
    at_s: float
    severity: str
    message: str
    message_id: str
    args: tuple[str, ...]
    origin: str


class Alarms:
    """The alarms that stand, and the last two thousand lines of what was. `now` is the world's clock."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.active: dict[tuple[str, str], Alarm] = {}
        self.history: deque[Entry] = deque(maxlen=_REMEMBERED)
        self._now = now
        self._count = 0

    def set(self, origin: str, topic: str, severity: str, message: str, within: tuple[str, ...]) -> None:
        """Raise an alarm, change its severity, or settle it with `OK`. What is so already is no news."""
        key, before = (origin, topic), self.active.get((origin, topic))
        if severity == "OK":
            if before is not None:
                del self.active[key]
                self._write(severity, f"Settled: {before.message}", f"{_STATUS}OK", (origin, severity), origin)
            return
        if before is not None and before.severity == severity:
            return
        leak = topic == "leak" and severity == "Critical"
        id_ = LEAK if leak else f"{_STATUS}{severity}"
        args = (origin.rpartition("/")[2],) if leak else (origin, severity)
        self.active[key] = Alarm(
            origin=origin,
            topic=topic,
            severity=severity,
            message=message,
            message_id=id_,
            args=args,
            within=within,
            since_s=self._now(),
        )
        self._write(severity, message, id_, args, origin)

    def at(self, origin: str) -> list[Alarm]:
        """The alarms of one resource."""
        return [alarm for alarm in self.active.values() if alarm.origin == origin] if self.active else []

    def health(self, origin: str) -> str:
        """The health of one resource by itself."""
        return worst(alarm.severity for alarm in self.at(origin))

    def rollup(self, name: str) -> str:
        """The worst of everything in what is called so."""
        return worst(alarm.severity for alarm in self.active.values() if name in alarm.within)

    def _write(self, severity: str, message: str, id_: str, args: tuple[str, ...], origin: str) -> None:
        self._count += 1
        self.history.append(
            Entry(
                number=self._count,
                at_s=self._now(),
                severity=severity,
                message=message,
                message_id=id_,
                args=args,
                origin=origin,
            )
        )


def worst(severities: Iterable[str]) -> str:
    """The worst of some Redfish healths, OK for none."""
    found = set(severities)
    return next((word for word in ("Critical", "Warning") if word in found), "OK")
