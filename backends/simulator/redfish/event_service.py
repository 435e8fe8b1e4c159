"""The EventService resource: how events are delivered, and the actions that test it (DSP0268 EventService v1.11)."""

from collections.abc import Callable

from backends.simulator.redfish.delivery import Retry
from backends.simulator.redfish.events import REGISTRIES, Event, Events
from backends.simulator.redfish.filters import SUPPORTED
from backends.simulator.redfish.resource import Action, Body, Outcome, Parameter, Resource, Value, Write, head, ref, uri

STREAM = uri("EventService", "SSE")
SEVERITIES = ("OK", "Warning", "Critical")
_PATH = uri("EventService")
_MOST_ATTEMPTS = 100
_LONGEST_INTERVAL_S = 3_600
_TEST = {
    "EventGroupId": Parameter(kind=int),
    "EventId": Parameter(),
    "EventTimestamp": Parameter(),
    "EventType": Parameter(),
    "Message": Parameter(),
    "MessageArgs": Parameter(kind=list),
    "MessageId": Parameter(),
    "MessageSeverity": Parameter(allowed=SEVERITIES),
    "OriginOfCondition": Parameter(),
    "Severity": Parameter(),
}


def event_service(events: Events, retry: Retry) -> Resource:
    """The event service. What does not arrive is tried again as `retry` says, which clients may change."""
    body: Body = {
        **head(_PATH, "EventService.v1_11_0.EventService", "EventService", "Event Service"),
        "ServiceEnabled": True,
        "Status": {"State": "Enabled", "Health": "OK"},
        "DeliveryRetryAttempts": retry.attempts,
        "DeliveryRetryIntervalSeconds": retry.interval_s,
        "EventFormatTypes": ["Event"],
        "ExcludeMessageId": False,
        "ExcludeRegistryPrefix": False,
        "IncludeOriginOfConditionSupported": False,
        "RegistryPrefixes": list(REGISTRIES),
        "ResourceTypes": [],
        "Severities": list(SEVERITIES),
        "SubordinateResourcesSupported": False,
        "SSEFilterPropertiesSupported": SUPPORTED,
        "ServerSentEventUri": STREAM,
        "Subscriptions": ref("EventService", "Subscriptions"),
        "Actions": {
            "#EventService.SubmitTestEvent": {"target": f"{_PATH}/Actions/EventService.SubmitTestEvent"},
            "#EventService.TestEventSubscription": {"target": f"{_PATH}/Actions/EventService.TestEventSubscription"},
        },
    }

    def attempts(value: Value) -> None:
        retry.attempts = int(str(value))

    def interval(value: Value) -> None:
        retry.interval_s = int(str(value))

    return Resource(
        body,
        writes={
            "DeliveryRetryAttempts": Write(fits=_whole(_MOST_ATTEMPTS), apply=attempts),
            "DeliveryRetryIntervalSeconds": Write(fits=_whole(_LONGEST_INTERVAL_S), apply=interval),
        },
        actions={
            "EventService.SubmitTestEvent": Action(run=lambda asked: _submit(events, asked), parameters=_TEST),
            "EventService.TestEventSubscription": Action(run=lambda _: _submit(events, {})),
        },
    )


def _whole(most: int) -> Callable[[Value], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _submit(events: Events, asked: Body) -> Outcome:
    """Tell an event as it is asked for: whoever tests wants to see his own again."""
    id_, severity = str(asked.get("MessageId", "")), str(asked.get("MessageSeverity", asked.get("Severity", "")))
    origin, text = str(asked.get("OriginOfCondition", "")), str(asked.get("Message", ""))
    args = asked.get("MessageArgs")
    if "." not in id_:
        events.post("TestMessage", origin, text, severity)
        return Outcome()
    events.tell(
        Event(
            number=0,
            at=events.now,
            key=id_,
            origin=origin,
            text=text or f"Test of {id_}.",
            severity=severity or "OK",
            args=tuple(map(str, args)) if isinstance(args, list) else (),
        )
    )
    return Outcome()
