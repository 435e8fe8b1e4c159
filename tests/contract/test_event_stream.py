"""The event stream end to end: the simulated pod over TLS, the product's adapter, and the session that looks again."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

import pytest
from msgspec.structs import replace

from backends.model.stream import StreamState
from backends.ports import Hint, StreamMoved
from backends.redfish.adapter import RedfishHardware
from backends.redfish.events import EventFeed
from backends.registry import open_adapters
from backends.simulator.faults import parse_fault
from backends.simulator.server import ServedPod, ServeOptions, serve
from console.config import Config, PodConfig
from console.state.session import Session

WITHIN_S = 20.0
SEEN_WITHIN_S = 2.0


class HandClock:
    """The pod's monotonic clock, which the test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@asynccontextmanager
async def one_pod(*faults: str, clock: HandClock | None = None) -> AsyncIterator[ServedPod]:
    options = ServeOptions(
        racks=1, nodes=2, gpus=2, faults=tuple(map(parse_fault, faults)), monotonic=clock or HandClock()
    )
    async with serve(options) as pods:
        yield pods[0]


@asynccontextmanager
async def hardware(pod: ServedPod) -> AsyncIterator[RedfishHardware]:
    adapters = open_adapters(pod.endpoints)
    found = adapters.hardware["redfish"]
    assert isinstance(found, RedfishHardware)
    try:
        yield found
    finally:
        await adapters.close()


@asynccontextmanager
async def watched(pod: ServedPod, **config: object) -> AsyncIterator[Session]:
    """The hardware of the pod, live: the scheduler is not asked."""
    async with Session(Config(pods={"austin": PodConfig(redfish=pod.endpoints.redfish, **config)})) as session:
        task = asyncio.create_task(session.watch())
        try:
            async with asyncio.timeout(WITHIN_S):
                await session.store.until(lambda now: hearing(session) and now["austin"].sources["redfish"].trusted)
            yield session
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def hearing(session: Session) -> bool:
    stream = session.store["austin"].sources["redfish"].events
    return stream is not None and stream.state is StreamState.LIVE


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not condition():  # noqa: ASYNC110 - what the server knows has no event to wait on
            await asyncio.sleep(0.01)


def streams(pod: ServedPod) -> int:
    return sum(each.streams for each in pod.service.controller.subscriptions._by_id.values())


async def test_a_change_of_the_pod_is_told_without_asking() -> None:
    clock = HandClock()
    async with one_pod("node-off:austin-r1-n02@5", clock=clock) as pod, hardware(pod) as adapter:
        async with asyncio.timeout(WITHIN_S), aclosing(adapter.changes()) as changes:
            assert await anext(changes) == StreamMoved(state=StreamState.LIVE, requests=2)
            asked = adapter.requests
            clock.now_s = 6.0
            hint = await anext(changes)
            assert isinstance(hint, Hint)
            assert hint.origin == "/redfish/v1/Systems/austin-r1-n02"
            assert hint.message_id.endswith(".ResourcePoweredOff")
            assert hint.at == pod.clock.world().wall(6.0).replace(microsecond=hint.at.microsecond if hint.at else 0)
            assert adapter.requests == asked
        assert pod.service.sessions.users() == ["operator"], "the stream has no session of its own"
    assert pod.service.sessions.users() == []


async def test_what_happens_while_the_stream_is_cut_is_not_lost() -> None:
    async with one_pod() as pod, hardware(pod) as adapter:
        events = pod.service.controller.events
        heard: list[str] = []
        async with asyncio.timeout(WITHIN_S), aclosing(adapter.changes()) as changes:
            async for change in changes:
                if isinstance(change, Hint):
                    heard.append(change.message)
                elif change.state is StreamState.LIVE and not heard:
                    events.post("TestMessage", text="event 0")
                if len(heard) == 1:
                    pod.service.controller.subscriptions.close_all()
                    for number in range(1, 6):
                        events.post("TestMessage", text=f"event {number}")
                if len(heard) == 6:
                    break
        assert heard == [f"event {number}" for number in range(6)]


async def test_a_controller_that_takes_no_more_streams_is_polled() -> None:
    async with one_pod() as pod, hardware(pod) as adapter:
        subscriptions = pod.service.controller.subscriptions
        for _ in range(10):
            subscriptions.open("operator", "", "")
        async with asyncio.timeout(WITHIN_S), aclosing(adapter.changes()) as changes:
            moved = await anext(changes)
        assert (moved.state, moved.why) == (StreamState.LOST, "its event stream answers 503")
        assert (await adapter.inventory()).systems


@pytest.mark.parametrize("fault", ["bmc-503", "bmc-hang"])
async def test_a_controller_that_fails_altogether_is_told_lost(fault: str) -> None:
    async with one_pod(fault) as pod:
        hasty = replace(pod.endpoints.redfish[0], timeout_s=0.3)
        adapters = open_adapters(replace(pod.endpoints, redfish=(hasty,)))
        try:
            async with asyncio.timeout(WITHIN_S), aclosing(adapters.hardware["redfish"].changes()) as changes:
                moved = await anext(changes)
        finally:
            await adapters.close()
        assert isinstance(moved, StreamMoved)
        assert moved.state is StreamState.LOST
        assert ("503" if fault == "bmc-503" else "no answer") in moved.why


async def test_dropped_streams_are_polled_and_nothing_of_the_time_between_is_lost() -> None:
    clock, waits = HandClock(), []

    async def sleep(seconds: float) -> None:
        """The adapter waits as long as it must, in the pod's time."""
        waits.append(seconds)
        clock.now_s += seconds
        await asyncio.sleep(0)

    faults = ("sse-drop@5-20", "node-off:austin-r1-n02@10")
    async with one_pod(*faults, clock=clock) as pod, hardware(pod) as adapter:
        feed = EventFeed(adapter._service, clock=clock, sleep=sleep, draw=lambda: 1.0)
        moves: list[StreamMoved] = []
        async with asyncio.timeout(WITHIN_S), aclosing(feed.changes()) as changes:
            async for change in changes:
                if isinstance(change, Hint) and change.message_id.endswith(".ResourcePoweredOff"):
                    break
                if isinstance(change, StreamMoved):
                    moves.append(change)
                elif len(moves) == 1:
                    clock.now_s = 6.0
                if len(moves) == 1 and not clock.now_s:
                    pod.service.controller.events.post("TestMessage")
        states = [move.state for move in moves]
        assert states == [StreamState.LIVE, StreamState.LOST, StreamState.LOST, StreamState.LIVE]
        assert moves[2].why == "its event stream answers 503"
        assert waits[0] < 30.0 <= waits[1]


async def test_a_forgotten_session_is_opened_again_for_the_stream() -> None:
    async with one_pod() as pod, hardware(pod) as adapter:
        async with asyncio.timeout(WITHIN_S), aclosing(adapter.changes()) as changes:
            await anext(changes)
            for session in list(pod.service.sessions._by_id):
                pod.service.sessions.close(session)
            pod.service.controller.subscriptions.close_all()
            states = [(await anext(changes)).state for _ in range(2)]
        assert states == [StreamState.LOST, StreamState.LIVE]
        assert pod.service.sessions.users() == ["operator"]


async def test_a_fault_is_in_the_snapshot_long_before_the_next_poll() -> None:
    clock = HandClock()
    async with one_pod("gpu-lost:austin-r1-n02/1@5", clock=clock) as pod, watched(pod) as session:
        assert pod.endpoints.redfish[0].interval_s >= 10 * SEEN_WITHIN_S
        begun_s = time.monotonic()
        clock.now_s = 6.0
        async with asyncio.timeout(WITHIN_S):
            await session.store.until(lambda now: any("austin-r1-n02" in one.id for one in now["austin"].findings))
        assert time.monotonic() - begun_s < SEEN_WITHIN_S
        said = session.pods["austin"].events.events
        assert "/redfish/v1/Systems/austin-r1-n02" in {event.origin for event in said}
        assert {event.source for event in said} == {"redfish"}


async def test_what_is_said_is_never_a_fact() -> None:
    async with one_pod() as pod, watched(pod) as session:
        before = session.store["austin"]
        path = "/redfish/v1/Systems/austin-r1-n01"
        pod.service.controller.events.post("ResourceStatusChangedCritical", path)
        async with asyncio.timeout(WITHIN_S):
            await session.store.until(lambda now: now["austin"].sources["redfish"] != before.sources["redfish"])
        (event,) = session.pods["austin"].events.events
        assert event.severity.value == "Critical"
        assert session.store["austin"].nodes == before.nodes
        assert session.store["austin"].findings == before.findings


async def test_a_storm_is_one_question_and_every_event_is_kept() -> None:
    async with one_pod() as pod, watched(pod) as session:
        rounds = []
        observe = session.pods["austin"].writer.observe
        session.pods["austin"].writer.observe = lambda one: rounds.append(one) or observe(one)
        for number in range(300):
            pod.service.controller.events.post("TestMessage", text=f"event {number}")
        await until(lambda: session.pods["austin"].events.count == 300)
        await until(lambda: rounds)
        assert len(rounds) == 1
        assert [event.number for event in session.pods["austin"].events.events] == list(range(1, 301))


async def test_hints_never_ask_for_more_than_the_budget_of_the_pod() -> None:
    async with one_pod() as pod, watched(pod, requests_per_minute=20) as session:
        assert session.pods["austin"].writer.snapshot.requests_last_min > 20, "the first round alone is past it"
        asked = session.pods["austin"].adapters.hardware["redfish"].requests
        pod.service.controller.events.post("TestMessage", text="look")
        await until(lambda: session.pods["austin"].events.count)
        await asyncio.sleep(1.5)  # a round without a budget comes after a quarter of a second
        assert session.pods["austin"].adapters.hardware["redfish"].requests == asked


async def test_a_stream_that_is_cut_is_seen_as_polling_and_as_live_again() -> None:
    async with one_pod() as pod, watched(pod) as session:
        live = session.store["austin"].sources["redfish"].events
        pod.service.controller.subscriptions.close_all()
        async with asyncio.timeout(WITHIN_S):
            cut = (await session.store.until(lambda _: not hearing(session)))["austin"].sources["redfish"]
            again = (await session.store.until(lambda _: hearing(session)))["austin"].sources["redfish"]
        assert cut.events is not None
        assert (cut.events.state, cut.trusted) == (StreamState.LOST, True)
        assert live is not None
        assert again.events is not None
        assert again.events.since > cut.events.since > live.since


async def test_every_stream_and_session_is_gone_when_the_session_is_closed() -> None:
    async with one_pod() as pod:
        async with watched(pod):
            assert streams(pod) == 1
        assert pod.service.sessions.users() == []
        await until(lambda: streams(pod) == 0)
