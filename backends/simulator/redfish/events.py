"""What has happened in the pod: a ring of events, which the streams send and the log keeps."""

from collections import deque
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from backends.simulator.redfish.resource import Body, Value

KEPT = 200
_REGISTRY = "ResourceEvent.1.4"
_CHANGED = "ResourceStatusChanged"
_MESSAGES = {
    "ResourcePoweredOff": ("The resource '{}' has powered off.", "Warning"),
    "ResourcePoweredOn": ("The resource '{}' has powered on.", "OK"),
    "ResourcePoweringOff": ("The resource '{}' is powering off.", "OK"),
    "ResourcePoweringOn": ("The resource '{}' is powering on.", "OK"),
    "ResourceStatusChangedCritical": ("The health of resource '{}' has changed to Critical.", "Critical"),
    "ResourceStatusChangedOK": ("The health of resource '{}' has changed to OK.", "OK"),
    "ResourceStatusChangedWarning": ("The health of resource '{}' has changed to Warning.", "Warning"),
    "TestMessage": ("This message is used to test event delivery.", "OK"),
}
MESSAGE_KEYS = tuple(_MESSAGES)
REGISTRIES = ("Environmental", "Power", "ResourceEvent", "SensorEvent", "Update")


class Event(Struct, frozen=True, kw_only=True):
    """One event. `origin` is the path of the resource it is about; `number` counts from 1 and never starts again.

    `key` is a message of the ResourceEvent registry, or a whole MessageId of another one, which `args` then are of.
    """

    number: int
    at: datetime
    key: str
    origin: str = ""
    text: str = ""
    severity: str = ""
    args: tuple[str, ...] = ()

    @property
    def message_id(self) -> str:
        """As a registry names it."""
        return self.key if "." in self.key else f"{_REGISTRY}.{self.key}"

    def record(self) -> Body:
        """The entry of an Event's `Events`."""
        body: Body = {
            "EventId": str(self.number),
            "MemberId": "0",
            "EventTimestamp": self.at.isoformat(),
            "MessageId": self.message_id,
            "Message": self.text,
            "MessageArgs": list(self.args or self._usual_args()),
            "MessageSeverity": self.severity,
        }
        if self.origin:
            body["OriginOfCondition"] = {"@odata.id": self.origin}
        return body

    def _usual_args(self) -> tuple[str, ...]:
        if "{}" not in _MESSAGES.get(self.key, ("",))[0]:
            return ()
        changed = self.key.startswith(_CHANGED)
        return (self.origin, self.key.removeprefix(_CHANGED)) if changed else (self.origin,)

    def payload(self, context: str) -> Body:
        """The whole Event that goes to a listener."""
        events: list[Value] = [self.record()]
        return {
            "@odata.type": "#Event.v1_10_0.Event",
            "Id": str(self.number),
            "Name": "Event",
            "Context": context,
            "Events": events,
        }


class Events:
    """The last events, and who hears of new ones."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._ring: deque[Event] = deque(maxlen=KEPT)
        self._count = 0
        self.listeners: list[Callable[[Event], None]] = []

    def post(self, key: str, origin: str = "", text: str = "", severity: str = "") -> Event:
        """Something has happened; `text` and `severity` stand for what the registry says."""
        usual_text, usual_severity = _MESSAGES[key]
        return self.tell(
            Event(
                number=0,
                at=self._now(),
                key=key,
                origin=origin,
                text=text or usual_text.format(origin),
                severity=severity or usual_severity,
            )
        )

    def tell(self, event: Event) -> Event:
        """Number an event, keep it, and let everybody hear of it."""
        self._count += 1
        event = replace(event, number=self._count)
        self._ring.append(event)
        for listener in list(self.listeners):
            listener(event)
        return event

    @property
    def now(self) -> datetime:
        """The time an event of now has."""
        return self._now()

    def after(self, number: int) -> list[Event]:
        """The events kept that came after one."""
        return [event for event in self._ring if event.number > number]
