"""The event service: who has subscribed, and the streams that are open."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from backends.simulator.redfish.errors import Refused
from backends.simulator.redfish.events import MESSAGE_KEYS, Event, Events
from backends.simulator.redfish.filters import SUPPORTED, Filter
from backends.simulator.redfish.resource import (
    Action,
    Body,
    Outcome,
    Parameter,
    Resource,
    collection,
    head,
    ref,
    uri,
)

STREAM = uri("EventService", "SSE")
HEARTBEAT_S = 10.0
MOST_STREAMS = 10
MOST = 20
_BEHIND = 400
_PATH = uri("EventService", "Subscriptions")
_SEVERITIES = ("OK", "Warning", "Critical")


class Subscription:
    """One EventDestination. A stream's has a queue; `None` in it ends the stream."""

    def __init__(self, id_: str, owner: str, body: Body) -> None:
        self.id = id_
        self.owner = owner
        self.body = body
        self.queue: asyncio.Queue[Event | None] | None = None
        self.wants = Filter("")

    def offer(self, event: Event) -> None:
        """Queue an event for a stream that wants it. One that reads too slowly is ended, not waited for."""
        if self.queue is None or not self.wants.passes(event):
            return
        if self.queue.qsize() >= _BEHIND:
            self.end()
        else:
            self.queue.put_nowait(event)

    def end(self) -> None:
        """End its stream."""
        if self.queue is not None:
            self.queue.put_nowait(None)


class EventStream(StreamingResponse):
    """An open stream. Its subscription goes with the connection, however that ends."""

    def __init__(self, content: AsyncIterator[str], closed: Callable[[], None]) -> None:
        super().__init__(content, media_type="text/event-stream")
        self._closed = closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until one side is done."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._closed()


class Subscriptions:
    """The subscriptions of one service.

    Streams are served. A push subscription is kept and shown, and its Status says that its destination is not
    reached: the simulated pod sends nothing to other machines.
    """

    def __init__(self, events: Events) -> None:
        self._events = events
        self._by_id: dict[str, Subscription] = {}
        self._count = 0
        events.listeners.append(self._offer)

    def service(self) -> Resource:
        """The event service."""
        path = uri("EventService")
        action = f"{path}/Actions/EventService.SubmitTestEvent"
        body: Body = {
            **head(path, "EventService.v1_11_0.EventService", "EventService", "Event Service"),
            "ServiceEnabled": True,
            "Status": {"State": "Enabled", "Health": "OK"},
            "DeliveryRetryAttempts": 0,
            "DeliveryRetryIntervalSeconds": 60,
            "EventFormatTypes": ["Event"],
            "IncludeOriginOfConditionSupported": False,
            "RegistryPrefixes": ["ResourceEvent"],
            "SSEFilterPropertiesSupported": SUPPORTED,
            "ServerSentEventUri": STREAM,
            "Subscriptions": ref("EventService", "Subscriptions"),
            "Actions": {"#EventService.SubmitTestEvent": {"target": action}},
        }
        parameters = {
            "EventGroupId": Parameter(kind=int),
            "EventId": Parameter(),
            "EventTimestamp": Parameter(),
            "EventType": Parameter(),
            "Message": Parameter(),
            "MessageArgs": Parameter(kind=list),
            "MessageId": Parameter(),
            "MessageSeverity": Parameter(allowed=_SEVERITIES),
            "OriginOfCondition": Parameter(),
            "Severity": Parameter(),
        }
        return Resource(body, actions={"EventService.SubmitTestEvent": Action(run=self._test, parameters=parameters)})

    def collection(self) -> Resource:
        """Every subscription."""
        parameters = {
            "Context": Parameter(),
            "Destination": Parameter(required=True),
            "EventFormatType": Parameter(allowed=("Event",)),
            "HttpHeaders": Parameter(kind=list),
            "Protocol": Parameter(required=True, allowed=("Redfish",)),
            "RegistryPrefixes": Parameter(kind=list, allowed=("ResourceEvent",)),
            "SubscriptionType": Parameter(allowed=("RedfishEvent",)),
        }
        members = [f"{_PATH}/{id_}" for id_ in self._by_id]
        create = Action(run=self._create, parameters=parameters)
        return collection(_PATH, "EventDestination", "Event Subscriptions", members, create)

    def get(self, id_: str) -> Resource | None:
        """One subscription."""
        found = self._by_id.get(id_)
        if found is None:
            return None
        return Resource(found.body, remove=lambda: self.close(id_), owner=found.owner)

    def open(self, user: str, filter_: str, last_id: str, dropped: Callable[[], bool]) -> EventStream:
        """A stream from now on, or from after the event that the client has seen last; raises Refused."""
        if sum(each.queue is not None for each in self._by_id.values()) >= MOST_STREAMS:
            raise Refused(503, "SessionLimitExceeded", headers={"Retry-After": "30"})
        wants = Filter(filter_)
        subscription = self._add(user, {"SubscriptionType": "SSE", "Protocol": "Redfish"}, "Enabled")
        subscription.queue, subscription.wants = asyncio.Queue(), wants
        if last_id.isdecimal():
            for event in self._events.after(int(last_id)):
                subscription.offer(event)
        return EventStream(_send(subscription, subscription.queue, dropped), lambda: self.close(subscription.id))

    def close(self, id_: str) -> None:
        """End a subscription, and the stream it is."""
        found = self._by_id.pop(id_, None)
        if found is not None:
            found.end()

    def close_all(self) -> None:
        """End every stream: the service stops."""
        for id_ in list(self._by_id):
            self.close(id_)

    def _offer(self, event: Event) -> None:
        for subscription in list(self._by_id.values()):
            subscription.offer(event)

    def _create(self, asked: Body) -> Outcome:
        if not str(asked["Destination"]).startswith(("https://", "http://")):
            raise Refused(400, "PropertyValueIncorrect", "Destination")
        given: Body = {key: asked[key] for key in ("Context", "Destination") if key in asked}
        subscription = self._add("", {"SubscriptionType": "RedfishEvent", "Protocol": "Redfish", **given}, "Disabled")
        location = {"Location": f"{_PATH}/{subscription.id}"}
        return Outcome(status=201, body=subscription.body, headers=location)

    def _add(self, owner: str, given: Body, state: str) -> Subscription:
        if len(self._by_id) >= MOST:
            raise Refused(503, "SessionLimitExceeded", headers={"Retry-After": "30"})
        self._count += 1
        id_ = str(self._count)
        body: Body = {
            **head(f"{_PATH}/{id_}", "EventDestination.v1_15_1.EventDestination", id_, f"Subscription {id_}"),
            "Context": f"stream-{id_}",
            "EventFormatType": "Event",
            "Status": {"State": state},
            **given,
        }
        self._by_id[id_] = Subscription(id_, owner, body)
        return self._by_id[id_]

    def _test(self, asked: Body) -> Outcome:
        key = str(asked.get("MessageId", "")).rpartition(".")[2]
        known = key if key in MESSAGE_KEYS else "TestMessage"
        origin = str(asked.get("OriginOfCondition", ""))
        self._events.post(known, origin, str(asked.get("Message", "")), str(asked.get("MessageSeverity", "")))
        return Outcome()


async def _send(
    subscription: Subscription, queue: asyncio.Queue[Event | None], dropped: Callable[[], bool]
) -> AsyncIterator[str]:
    """The bytes of a stream: events as they come, a comment when there are none for a while."""
    yield ": open\n\n"
    context = str(subscription.body["Context"])
    while True:
        try:
            event = await asyncio.wait_for(queue.get(), HEARTBEAT_S)
        except TimeoutError:
            yield ": alive\n\n"
            continue
        if event is None or dropped():
            return
        yield f"id: {event.number}\ndata: {json.dumps(event.payload(context))}\n\n"
