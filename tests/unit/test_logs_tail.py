"""Several logs read as one: by time, none of it twice, and what cannot be read hides nothing."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from backends.errors import TimedOut
from backends.model.log import LogEntry, LogPage
from console.logs.controller import ControllerLog
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


class Controller:
    """A controller's logs, as its adapter reads them."""

    def __init__(self):
        self.page = LogPage()

    async def logs(self, system, node):  # noqa: ARG002 - the port's
        return self.page


async def test_an_entry_whose_id_is_used_again_is_another_and_one_not_read_is_not_forgotten():
    one, two = (LogEntry(node="n1", log="EventLog", id=str(at), at=AT + timedelta(seconds=at)) for at in (1, 2))
    again = replace(one, at=AT + timedelta(seconds=9))
    controller, log = Controller(), None
    for page, new in (
        (LogPage(entries=(one, two)), [one, two]),
        (LogPage(entries=(two,), errors=("cut short",)), []),
        (LogPage(entries=(one, two)), []),
        (LogPage(entries=(again,)), [again]),
    ):
        controller.page = page
        mark = log.mark if log else {}
        log = ControllerLog(controller, "/Systems/1", "n1", "alpha")
        log.mark = mark
        assert await log.read(timeout_s=1.0) == new
