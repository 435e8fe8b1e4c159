"""Who has subscribed to events: the streams that are open, and the destinations that events are pushed to."""

import asyncio
from collections.abc import Callable

from backends.simulator.redfish.delivery import POLICIES, SUSPEND, TERMINATE, Delivery, Retry, reachable
from backends.simulator.redfish.errors import Refused
from backends.simulator.redfish.event_service import SEVERITIES, event_service
from backends.simulator.redfish.event_stream import EventStream, Queue
from backends.simulator.redfish.events import REGISTRIES, Event, Events
from backends.simulator.redfish.filters import Choice, Filter
from backends.simulator.redfish.resource import (
    Action,
    Body,
    Outcome,
    Parameter,
    Resource,
    Value,
    Write,
    collection,
    head,
    uri,
)

MOST_STREAMS = 10
MOST = 20
DROPPED_S = 5
_BEHIND = 400
_LONGEST = 1_024
_PATH = uri("EventService", "Subscriptions")
_TYPE = "EventDestination.v1_15_1.EventDestination"
_RESUME = "EventDestination.ResumeSubscription"


class Subscription:
    """One EventDestination: what it wants goes into its queue. A None in that ends a stream."""

    def __init__(self, id_: str, owner: str, body: Body, wants: Filter | Choice) -> None:
        self.id = id_
        self.owner = owner
        self.body = body
        self.queue: Queue = asyncio.Queue()
        self.delivery: Delivery | None = None
        self._wants = wants

    @property
    def streams(self) -> bool:
        """Whether it is a stream, which lives as long as its connection."""
        return self.body["SubscriptionType"] == "SSE"

    def offer(self, event: Event) -> None:
        """Queue an event it wants. A stream that reads too slowly is ended, a destination misses the oldest."""
        if not self._wants.passes(event) or self.body["Status"] == {"State": "Disabled"}:
            return
        if self.queue.qsize() >= _BEHIND:
            self.queue.get_nowait()
            if self.streams:
                self.end()
                return
        self.queue.put_nowait(event)

    def end(self) -> None:
        """End its stream, or its deliveries."""
        self.queue.put_nowait(None)
        if self.delivery is not None:
            self.delivery.stop()


class Subscriptions:
    """The subscriptions of one service. Streams are served, destinations on loopback are sent to (see `delivery`)."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._by_id: dict[str, Subscription] = {}
        self._count = 0
        self._retry = Retry()
        events.listeners.append(self._offer)

    @property
    def heard(self) -> bool:
        """Whether anybody has subscribed."""
        return bool(self._by_id)

    def service(self) -> Resource:
        """The event service."""
        return event_service(self._events, self._retry)

    def collection(self) -> Resource:
        """Every subscription."""
        texts = Parameter(kind=list)
        parameters = {
            "Context": Parameter(),
            "DeliveryRetryPolicy": Parameter(allowed=POLICIES),
            "Destination": Parameter(required=True),
            "EventFormatType": Parameter(allowed=("Event",)),
            "HttpHeaders": texts,
            "MessageIds": texts,
            "OriginResources": texts,
            "Protocol": Parameter(required=True, allowed=("Redfish",)),
            "RegistryPrefixes": Parameter(kind=list, allowed=REGISTRIES),
            "Severities": Parameter(kind=list, allowed=SEVERITIES),
            "SubscriptionType": Parameter(allowed=("RedfishEvent",)),
        }
        members = [f"{_PATH}/{id_}" for id_ in self._by_id]
        create = Action(run=self._create, parameters=parameters)
        return collection(_PATH, "EventDestination", "Event Subscriptions", members, create)

    def get(self, id_: str) -> Resource | None:
        """One subscription. A destination's can be changed, and resumed when its retries ran out."""
        found = self._by_id.get(id_)
        if found is None:
            return None
        if found.streams:
            return Resource(found.body, remove=lambda: self.close(id_), owner=found.owner)

        def write(name: str) -> Callable[[Value], None]:
            return lambda value: found.body.update({name: value})

        resume = Action(run=lambda _: self._resume(found), parameters={"DeliverBufferedEventDuration": Parameter()})
        return Resource(
            found.body,
            writes={
                "Context": Write(fits=lambda value: isinstance(value, str), apply=write("Context")),
                "DeliveryRetryPolicy": Write(fits=lambda value: value in POLICIES, apply=write("DeliveryRetryPolicy")),
            },
            actions={_RESUME: resume},
            remove=lambda: self.close(id_),
            owner=found.owner,
        )

    def open(self, user: str, filter_: str, last_id: str) -> EventStream:
        """A stream from now on, or from after the event that the client has seen last; raises Refused."""
        if sum(each.streams for each in self._by_id.values()) >= MOST_STREAMS:
            raise Refused(503, "SessionLimitExceeded", headers={"Retry-After": "30"})
        given: Body = {"SubscriptionType": "SSE", "Protocol": "Redfish"}
        subscription = self._add(user, given, "Enabled", Filter(filter_))
        if last_id.isdecimal():
            for event in self._events.after(int(last_id)):
                subscription.offer(event)
        context = str(subscription.body["Context"])
        return EventStream(subscription.queue, context, lambda: self.close(subscription.id))

    def close(self, id_: str) -> None:
        """End a subscription, and the stream it is."""
        found = self._by_id.pop(id_, None)
        if found is not None:
            found.end()

    def drop_streams(self) -> None:
        """Cut every stream: what a controller does that restarts its event service."""
        for id_ in [subscription.id for subscription in self._by_id.values() if subscription.streams]:
            self.close(id_)

    def close_all(self) -> None:
        """End every stream and every delivery: the service stops."""
        for id_ in list(self._by_id):
            self.close(id_)

    def _offer(self, event: Event) -> None:
        for subscription in list(self._by_id.values()):
            subscription.offer(event)

    def _create(self, asked: Body) -> Outcome:
        destination = str(asked["Destination"])
        if not destination.startswith(("https://", "http://")) or len(destination) > _LONGEST:
            raise Refused(400, "PropertyValueIncorrect", "Destination")
        given: Body = {key: value for key, value in asked.items() if key != "HttpHeaders"}
        given |= {"SubscriptionType": "RedfishEvent", "HttpHeaders": []}
        given.setdefault("DeliveryRetryPolicy", TERMINATE)
        headers = _headers(asked.get("HttpHeaders"))
        sent = reachable(destination)
        subscription = self._add("", given, "Enabled" if sent else "Disabled", Choice(asked))
        id_ = subscription.id
        subscription.body["Actions"] = {f"#{_RESUME}": {"target": f"{_PATH}/{id_}/Actions/{_RESUME}"}}
        if sent:
            subscription.delivery = Delivery(
                subscription.queue, subscription.body, headers, self._retry, lambda: self._given_up(id_)
            )
            subscription.delivery.start()
        return Outcome(status=201, body=subscription.body, headers={"Location": f"{_PATH}/{id_}"})

    def _given_up(self, id_: str) -> None:
        """The retries of a destination ran out: its policy says what becomes of the subscription."""
        found = self._by_id.get(id_)
        if found is not None and found.body["DeliveryRetryPolicy"] == SUSPEND:
            found.body["Status"] = {"State": "Disabled"}
        else:
            self.close(id_)

    def _resume(self, subscription: Subscription) -> Outcome:
        if subscription.delivery is not None:
            subscription.body["Status"] = {"State": "Enabled"}
            subscription.delivery.start()
        return Outcome()

    def _add(self, owner: str, given: Body, state: str, wants: Filter | Choice) -> Subscription:
        if len(self._by_id) >= MOST:
            raise Refused(503, "SessionLimitExceeded", headers={"Retry-After": "30"})
        self._count += 1
        id_ = str(self._count)
        body: Body = {
            **head(f"{_PATH}/{id_}", _TYPE, id_, f"Subscription {id_}"),
            "Context": f"stream-{id_}",
            "EventFormatType": "Event",
            "Status": {"State": state},
            **given,
        }
        self._by_id[id_] = Subscription(id_, owner, body, wants)
        return self._by_id[id_]


def _headers(value: Value) -> dict[str, str]:
    """The headers to send along: objects of one name and its value each; raises Refused for anything else."""
    headers: dict[str, str] = {}
    for item in value if isinstance(value, list) else []:
        texts = item.values() if isinstance(item, dict) else (None,)
        if not isinstance(item, dict) or not all(isinstance(text, str) and text.isprintable() for text in texts):
            raise Refused(400, "PropertyValueIncorrect", "HttpHeaders")
        headers |= {str(name): str(text) for name, text in item.items()}
    return headers
