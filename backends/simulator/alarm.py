"""What is wrong in a simulated pod: raised and settled at their instants. Health, conditions and logs all come from it.

A component is as healthy as its alarms, and whatever contains it rolls them up: so `Status`, `ServiceConditions` and
the log can never tell three stories, and a pod without alarms costs nothing to ask.
"""

from collections import deque
from collections.abc import Callable, Iterable

from msgspec import Struct

_REMEMBERED = 2_000
_STATUS = "ResourceEvent.1.4.ResourceStatusChanged"
# What the standard registries have a word of their own for, by topic: as it is raised, and as it is settled.
_WORDS = {
    "filter": ("Environmental.1.1.FilterRequiresService", "Environmental.1.1.FilterRestored"),
    "input": ("Power.1.0.LossOfInputPower", "Power.1.0.LineInputPowerRestored"),
    "leak": ("Environmental.1.1.LeakDetected{}", "Environmental.1.1.LeakDetectedNormal"),
    "outlet": ("Power.1.0.OutletPoweredOff", "Power.1.0.OutletPoweredOn"),
    "psu": ("Power.1.0.PowerSupplyFailed", "Power.1.0.PowerSupplyRestored"),
    "pump": ("Environmental.1.1.PumpFailed", "Environmental.1.1.PumpRestored"),
}


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
    topic: str
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
                id_, args = self._said(origin, topic, severity)
                self._write(topic, severity, f"Settled: {before.message}", id_, args, origin)
            return
        if before is not None and before.severity == severity:
            return
        id_, args = self._said(origin, topic, severity)
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
        self._write(topic, severity, message, id_, args, origin)

    def at(self, origin: str) -> list[Alarm]:
        """The alarms of one resource."""
        return [alarm for alarm in self.active.values() if alarm.origin == origin] if self.active else []

    def health(self, origin: str) -> str:
        """The health of one resource by itself."""
        return worst(alarm.severity for alarm in self.at(origin))

    def rollup(self, name: str) -> str:
        """The worst of everything in what is called so."""
        return worst(alarm.severity for alarm in self.active.values() if name in alarm.within)

    def _said(self, origin: str, topic: str, severity: str) -> tuple[str, tuple[str, ...]]:
        """The message of a registry, with its arguments. An alarm that settles may leave another one standing."""
        settled = severity == "OK"
        if topic in _WORDS:
            return _WORDS[topic][settled].format(severity), (origin.rpartition("/")[2],)
        health = self.health(origin) if settled else severity
        return f"{_STATUS}{health}", (origin, health)

    def _write(self, topic: str, severity: str, message: str, id_: str, args: tuple[str, ...], origin: str) -> None:
        self._count += 1
        self.history.append(
            Entry(
                number=self._count,
                at_s=self._now(),
                topic=topic,
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
