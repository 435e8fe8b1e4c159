"""`$filter` of an event stream: comparisons joined by `and` and `or` (DSP0266 13.5.3.4)."""

import re

from backends.simulator.redfish.errors import Refused
from backends.simulator.redfish.events import Event
from backends.simulator.redfish.resource import Body, Value

SUPPORTED: Body = {
    "EventFormatType": True,
    "MessageId": True,
    "MetricReportDefinition": False,
    "OriginResource": True,
    "RegistryPrefix": True,
    "ResourceType": False,
    "SubordinateResources": False,
}
_TERM = re.compile(r"\s*\(?\s*(?P<name>\w+)\s+eq\s+'?(?P<value>[^'()]+?)'?\s*\)?\s*")


class Filter:
    """Which events a stream is sent. `and` binds closer than `or`; raises Refused for what it cannot read."""

    def __init__(self, text: str) -> None:
        self._any_of = [[_term(each) for each in part.split(" and ")] for part in text.split(" or ")] if text else []

    def passes(self, event: Event) -> bool:
        """Whether an event is wanted."""
        if not self._any_of:
            return True
        facts = {
            "EventFormatType": "Event",
            "MessageId": event.message_id,
            "OriginResource": event.origin,
            "RegistryPrefix": event.message_id.partition(".")[0],
        }
        return any(all(facts[name] == value for name, value in terms) for terms in self._any_of)


class Choice:
    """Which events a push subscription is sent: each list it was given must have the event's; none wants all."""

    def __init__(self, asked: Body) -> None:
        self._severities = _texts(asked.get("Severities"))
        self._prefixes = _texts(asked.get("RegistryPrefixes"))
        self._messages = _texts(asked.get("MessageIds"))
        self._origins = _texts(asked.get("OriginResources"))

    def passes(self, event: Event) -> bool:
        """Whether an event is wanted."""
        id_ = event.message_id
        names = (id_, f"{id_.partition('.')[0]}.{id_.rpartition('.')[2]}", id_.rpartition(".")[2])
        return (
            (not self._severities or event.severity in self._severities)
            and (not self._prefixes or names[0].partition(".")[0] in self._prefixes)
            and (not self._messages or any(name in self._messages for name in names))
            and (not self._origins or event.origin in self._origins)
        )


def _texts(value: Value) -> frozenset[str]:
    """The words of a list, or where its links lead."""
    items = value if isinstance(value, list) else []
    return frozenset(str(item.get("@odata.id", "")) if isinstance(item, dict) else str(item) for item in items)


def _term(text: str) -> tuple[str, str]:
    match = _TERM.fullmatch(text)
    if match is None or not SUPPORTED.get(match["name"]):
        raise Refused(400, "QueryParameterValueFormatError", "$filter")
    return match["name"], match["value"]
