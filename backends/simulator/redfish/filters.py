"""`$filter` of an event stream: comparisons joined by `and` and `or` (DSP0266 13.5.3.4)."""

import re

from backends.simulator.redfish.errors import Refused
from backends.simulator.redfish.events import Event
from backends.simulator.redfish.resource import Body

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


def _term(text: str) -> tuple[str, str]:
    match = _TERM.fullmatch(text)
    if match is None or not SUPPORTED.get(match["name"]):
        raise Refused(400, "QueryParameterValueFormatError", "$filter")
    return match["name"], match["value"]
