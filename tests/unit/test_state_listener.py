import asyncio

import pytest

from backends.model.severity import Severity
from backends.model.stream import StreamState, StreamStatus
from backends.ports import Capability, Hint, StreamMoved
from console.state.budget import Budget
from console.state.events import EventLog
from console.state.listener import Listener


class Speaker:
    """A service that says what the test puts in; None ends it."""

    capabilities = frozenset({Capability.EVENTS})

    def __init__(self):
        self.said = asyncio.Queue()
        self.ended = False

    async def changes(self, after=None):
        self.after = after
        try:
            while (change := await self.said.get()) is not None:
                yield change
        finally:
            self.ended = True


class Asked:
    """The collector's side of a listener: counts its hints."""

    class family:  # noqa: N801 - an attribute of a collector
        source = "redfish"

    def __init__(self):
        self.hints = 0

    def hint(self):
        self.hints += 1


@pytest.fixture
async def heard(clock, settled):
    """A running listener; `say` hands it changes."""

    class Heard:
        speaker, collector, log, moves = Speaker(), Asked(), EventLog(), []
        budget = Budget(100, clock)

        async def say(self, *changes):
            for change in changes:
                self.speaker.said.put_nowait(change)
            await settled()

    it = Heard()
    listener = Listener(
        it.collector,
        it.speaker,
        clock=clock,
        budget=it.budget,
        log=it.log,
        moved=lambda source, status: it.moves.append((source, status)),
    )
    it.task = asyncio.create_task(listener.run())
    yield it
    it.task.cancel()
    await asyncio.gather(it.task, return_exceptions=True)
    assert it.speaker.ended


LIVE = StreamMoved(state=StreamState.LIVE, requests=2)
LOST = StreamMoved(state=StreamState.LOST, why="gone", requests=1)


async def test_each_hint_is_kept_with_our_time_and_asks_for_a_round(heard, clock):
    await clock.advance(3)
    await heard.say(LIVE, Hint(origin="/a", message="x", message_id="M", severity=Severity.WARNING))
    (event,) = heard.log.events
    assert (event.number, event.source, event.received_at, event.at) == (1, "redfish", clock.now(), None)
    assert (event.origin, event.text, event.message_id, event.severity) == ("/a", "x", "M", Severity.WARNING)
    assert heard.collector.hints == 1


async def test_what_a_stream_costs_is_charged_to_the_pods_budget(heard):
    await heard.say(LIVE, LOST, LOST)
    assert heard.budget.used == 4


async def test_the_stream_stands_as_it_does_since_it_does(heard, clock):
    await heard.say(LIVE)
    began = clock.now()
    await clock.advance(5)
    await heard.say(LIVE)
    await heard.say(LOST)
    lost = clock.now()
    await clock.advance(5)
    await heard.say(LOST, StreamMoved(state=StreamState.LOST, why="refused"))
    assert heard.moves == [
        ("redfish", StreamStatus(state=StreamState.LIVE, since=began)),
        ("redfish", StreamStatus(state=StreamState.LOST, since=lost, why="gone")),
        ("redfish", StreamStatus(state=StreamState.LOST, since=lost, why="refused")),
    ]


async def test_a_stream_that_is_open_again_may_have_missed_something(heard):
    await heard.say(LIVE)
    assert heard.collector.hints == 0, "the first round is under way already"
    await heard.say(LOST, LIVE)
    assert heard.collector.hints == 1


async def test_it_ends_when_the_adapter_is_closed(heard):
    await heard.say(None)
    assert heard.task.done()


async def test_the_log_keeps_the_last_and_counts_them_all(clock):
    log = EventLog(kept=3)
    for number in range(5):
        log.add("redfish", Hint(message=str(number)), clock.now())
    assert [event.text for event in log.events] == ["2", "3", "4"]
    assert log.count == 5
    assert [event.number for event in await log.after(0)] == [3, 4, 5]
    assert [event.number for event in await log.after(4)] == [5]


async def test_who_waits_for_the_next_event_gets_it(clock, settled):
    log = EventLog()
    waiting = [asyncio.create_task(log.after(0)) for _ in range(2)]
    await settled()
    assert not any(task.done() for task in waiting)
    log.add("redfish", Hint(message="a"), clock.now())
    assert [[event.text for event in found] for found in await asyncio.gather(*waiting)] == [["a"], ["a"]]
