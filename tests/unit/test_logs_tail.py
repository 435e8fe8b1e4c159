"""Several logs read as one: by time, none of it twice, and what cannot be read hides nothing."""

from datetime import UTC, datetime, timedelta

from backends.errors import TimedOut
from backends.model.log import LogEntry
from console.logs.tail import Tail

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


class Said:
    """A log that says what it is given, again and again."""

    def __init__(self, name, *entries, error=None, errors=()):
        self.name = name
        self.errors = errors
        self.entries = [
            LogEntry(node=name, log="EventLog", id=str(at), at=AT + timedelta(seconds=at)) for at in entries
        ]
        self.error = error

    async def read(self, *, timeout_s):  # noqa: ARG002 - the protocol's
        if self.error:
            raise self.error
        return self.entries


async def test_entries_come_by_time_and_only_once():
    one, other = Said("n1", 3, 1), Said("n2", 2)
    tail = Tail([one, other])
    assert [entry.id for entry in await tail.look(1.0)] == ["1", "2", "3"]
    assert await tail.look(1.0) == []
    one.entries.append(LogEntry(node="n1", log="EventLog", id="4"))
    assert [entry.id for entry in await tail.look(1.0)] == ["4"]
    assert tail.problems == ()


async def test_a_log_that_cannot_be_read_is_named_and_hides_no_other():
    bad = Said("n1", error=TimedOut("no answer", where="bmc-1"))
    tail = Tail([bad, Said("n2", 1), Said("n3", errors=("one page of it was cut short",))])
    assert [entry.node for entry in await tail.look(1.0)] == ["n2"]
    assert tail.problems == ("bmc-1: no answer", "n3: one page of it was cut short")
    bad.error = None
    await tail.look(1.0)
    assert tail.problems == ("n3: one page of it was cut short",)
