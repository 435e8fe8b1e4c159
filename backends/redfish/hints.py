"""What the payload of one server-sent event says, as hints (DSP0268, Event). Pure: text in, hints out.

Records come without MemberId, EventType or a time, with times such as `-0600`, with the origin as a link or as a
string, and as text that is no JSON at all. An event that cannot be read is still a sign that something happened.
"""

from datetime import UTC, datetime

import msgspec

from backends.model.severity import Severity
from backends.ports import Hint
from backends.redfish.resource import Resource

MOST = 100
"""Records of one event that are kept: more of them are one storm, and say nothing more."""

_SEVERITY = {word.value.lower(): word for word in (Severity.OK, Severity.WARNING, Severity.CRITICAL)}
_OF_A_RECORD = frozenset({"MessageId", "Message", "OriginOfCondition", "EventType", "EventTimestamp"})


def hints(data: str) -> tuple[Hint, ...]:
    """The hints in an event's data. A metric report is none: values come all the time and mean no change."""
    try:
        body = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return (Hint(message="an event that cannot be read"),)
    records = body if isinstance(body, list) else [body]
    found = [hint for record in records[:MOST] if isinstance(record, dict) for hint in _event(Resource("", record))]
    return tuple(found[:MOST])


def _event(one: Resource) -> tuple[Hint, ...]:
    if "MetricValues" in one.body or "MetricReport" in one.text("@odata.type"):
        return ()
    if "Events" in one.body:
        return tuple(_hint(record) for record in one.items("Events")[:MOST])
    return (_hint(one),) if _OF_A_RECORD & one.body.keys() else (Hint(message="an event without a record"),)


def _hint(record: Resource) -> Hint:
    message_id = record.text("MessageId", 200)
    return Hint(
        origin=record.link("OriginOfCondition") or record.text("OriginOfCondition", 512),
        message=record.text("Message", 400) or message_id or record.text("EventType") or "an event without words",
        message_id=message_id,
        severity=_SEVERITY.get((record.text("MessageSeverity") or record.text("Severity")).lower(), Severity.UNKNOWN),
        at=_time(record.text("EventTimestamp")),
    )


def _time(text: str) -> datetime | None:
    """The service's time. One without an offset could be any time of a day, and is none."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
