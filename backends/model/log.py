"""A line of a log: of a controller, of a node's journal, or of a job's output."""

from datetime import datetime

from msgspec import Struct

from backends.model.severity import Severity


class LogEntry(Struct, frozen=True, kw_only=True):
    """One entry. `id` tells it apart within its log; `at` is the writer's own time, None where it gives none.

    `log` is which log (`EventLog`, `journal`, a file), `by` who wrote it there. `message` is others' text as it came:
    clean it where it is shown.
    """

    node: str
    log: str
    id: str
    at: datetime | None = None
    severity: Severity = Severity.UNKNOWN
    by: str = ""
    message: str = ""


class LogPage(Struct, frozen=True, kw_only=True):
    """What a log said when asked: its entries by time, and what could not be read of it."""

    entries: tuple[LogEntry, ...] = ()
    errors: tuple[str, ...] = ()
