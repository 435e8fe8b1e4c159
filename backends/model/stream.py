"""A service's event stream, and what it said on it: its own word, a reason to look again, never a fact."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from backends.model.severity import Severity


class StreamState(StrEnum):
    """LIVE: open. NONE: the service has none. LOST: it has one, and it is not open now. Without one, we poll."""

    LIVE = "live"
    NONE = "none"
    LOST = "lost"


class StreamStatus(Struct, frozen=True, kw_only=True):
    """How it stands with the event stream of a source, since when, and why it is not live."""

    state: StreamState
    since: datetime
    why: str = ""


class StreamPosition(Struct, frozen=True, kw_only=True):
    """How far a stream was heard: to `part` (from 0) of the event `id`, which said what `digest` is of.

    `before` is the id of the event before it, empty where none was heard.
    """

    id: str
    before: str = ""
    part: int = 0
    digest: str = ""


class Event(Struct, frozen=True, kw_only=True):
    """One thing a controller said, as it said it, cleaned.

    `number` counts the pod's events as they came. `at` is the controller's own time of it, None when it tells none
    that can be read; `received_at` is ours. `origin` is the path of what it is about, as the service names it.
    `position` is where to go on after it, None when the service gives its events no ids. `missing` is no word of the
    controller's: what it said before this may be lost, and the text says why.
    """

    number: int
    source: str
    received_at: datetime
    at: datetime | None = None
    severity: Severity = Severity.UNKNOWN
    origin: str = ""
    message_id: str = ""
    text: str = ""
    position: StreamPosition | None = None
    missing: bool = False
