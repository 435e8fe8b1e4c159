"""The event stream as services really serve it: a raw server on loopback that writes what the test says."""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from backends.model.endpoint import RedfishEndpoint
from backends.model.secret import Secret
from backends.model.stream import StreamState
from backends.ports import Hint, StreamMoved
from backends.redfish.adapter import RedfishHardware
from backends.redfish.events import LASTING_S, EventFeed
from backends.redfish.paths import ServicePaths
from backends.redfish.service import RedfishService
from backends.redfish.session import Session
from backends.transport.http import HttpClient, HttpLimits

WITHIN_S = 10.0
OPEN = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


@dataclass
class Asked:
    target: str
    headers: dict[str, str]


class Wire:
    """One connection a stream is asked on: what is written goes out as it is; then it stays open, or `hang`s up."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def say(self, *pieces: bytes) -> None:
        for piece in pieces:
            self._writer.write(piece)
            await self._writer.drain()

    async def stay(self) -> None:
        await asyncio.Event().wait()


Script = Callable[[Wire], Awaitable[None]]


@dataclass
class Controller:
    """A service with a root, an event service, and a stream whose connections follow `scripts`, the last for ever."""

    events: dict[str, object] = field(default_factory=lambda: {"ServerSentEventUri": "/redfish/v1/EventService/SSE"})
    root: dict[str, object] = field(default_factory=lambda: {"EventService": {"@odata.id": "/redfish/v1/EventService"}})
    events_status: int = 200
    scripts: deque[Script] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    reads: int = 0
    open_now: int = 0
    most_open: int = 0

    async def start(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._answered(reader, writer):
                pass
        self.open_now -= 1
        writer.close()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        target = lines[0].split(" ")[1]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if target.partition("?")[0].endswith("/SSE"):
            self.asked.append(Asked(target, headers))
            script = self.scripts.popleft() if len(self.scripts) > 1 else self.scripts[0]
            gone = asyncio.ensure_future(reader.read())
            told = asyncio.ensure_future(script(Wire(writer)))
            await asyncio.wait((gone, told), return_when=asyncio.FIRST_COMPLETED)
            for each in (gone, told):
                each.cancel()
            await asyncio.gather(gone, told, return_exceptions=True)
            return False
        self.reads += 1
        known = {"/redfish/v1/": (200, self.root), "/redfish/v1/EventService": (self.events_status, self.events)}
        status, body = known.get(target, (404, {}))
        content = json.dumps(body).encode()
        head = f"HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        await writer.drain()
        return True


@dataclass
class Time:
    """A clock nobody waits for; `slept` keeps what would have been waited."""

    now_s: float = 0.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds
        await asyncio.sleep(0)


def event(number: int | str, text: str = "", **more: object) -> bytes:
    record = {"MessageId": "A.1.0.B", "Message": text or f"event {number}", **more}
    return f"id: {number}\ndata: {json.dumps({'Events': [record]})}\n\n".encode()


def says(*pieces: bytes, then: str = "stay") -> Script:
    async def script(wire: Wire) -> None:
        await wire.say(OPEN, *pieces)
        if then == "stay":
            await wire.stay()

    return script


def answers(status: int, body: bytes = b"", **headers: str) -> Script:
    async def script(wire: Wire) -> None:
        lines = [f"HTTP/1.1 {status} Said", f"content-length: {len(body)}", *(f"{k}: {v}" for k, v in headers.items())]
        await wire.say("\r\n".join([*lines, "", ""]).encode() + body)

    return script


@pytest.fixture
async def controller() -> AsyncIterator[Controller]:
    served = Controller()
    await served.start()
    yield served
    await served.stop()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def feed(controller, time):
    """`feed(silent_s=…)`: the feed of the controller, without credentials, and no jitter in its back-off."""
    clients = []

    def make(silent_s=WITHIN_S, limits=None, timeout_s=5.0):
        client = HttpClient(RedfishEndpoint(url=controller.url, timeout_s=timeout_s), limits=limits)
        clients.append(client)
        paths = ServicePaths(client.base_path)

        async def secret() -> Secret:
            return Secret("")

        session = Session(client, paths, "", secret, auth="none", clock=time.clock)
        service = RedfishService(client, paths, session)
        return EventFeed(service, clock=time.clock, sleep=time.sleep, draw=lambda: 1.0, silent_s=silent_s)

    yield make
    for client in clients:
        await client.close()


async def heard(feed: EventFeed, count: int, kind: type = Hint) -> list:
    """The first so many changes of a kind."""
    found = []
    async with asyncio.timeout(WITHIN_S), aclosing(feed.changes()) as changes:
        async for change in changes:
            if isinstance(change, kind):
                found.append(change)
            if len(found) == count:
                return found
    raise AssertionError("it ended by itself")


async def texts(feed: EventFeed, count: int) -> list[str]:
    return [hint.message for hint in await heard(feed, count)]


async def test_it_is_found_by_link_asked_for_as_a_stream_and_told(controller, feed):
    controller.scripts.append(says(b": open\n\n", event(1)))
    async with asyncio.timeout(WITHIN_S), aclosing(feed().changes()) as changes:
        assert await anext(changes) == StreamMoved(state=StreamState.LIVE, requests=2)
        hint = await anext(changes)
        assert (hint.message, hint.message_id, hint.position.id) == ("event 1", "A.1.0.B", "1")
    (asked,) = controller.asked
    assert (asked.target, asked.headers["accept"]) == ("/redfish/v1/EventService/SSE", "text/event-stream")
    assert "last-event-id" not in asked.headers


@pytest.mark.parametrize(
    "pieces",
    [
        [b'data: {"Events": [{"Mess', b'age": "a"}]}\n', b"\n", event(2, "b")],
        [event(1, "a").replace(b"\n", b"\r"), event(2, "b").replace(b"\n", b"\r\n")],
        [bytes([byte]) for byte in event(1, "a")] + [event(2, "b")],
        [b"event: Alert\nretry: soon\n: x\nid\nnonsense\n", event(1, "a"), b"\n\n\n", event(2, "b")],
        [b'data: {"Events":\ndata: [{"Message": "a"}]}\n\n', event(2, "b")],
        [event(1, "a") + event(2, "b")],
        [b"data:\n\n", b"data: \n\n", event(1, "a"), b"id: 9\n\n: alive\n\n", event(2, "b")],
        [b'data: {"@odata.type": "#MetricReport.v1_0_0.MetricReport"}\n\n', event(1, "a"), event(2, "b")],
    ],
    ids=["half lines", "CR and CRLF", "byte by byte", "odd fields", "data in lines", "at once", "empty", "a report"],
)
async def test_it_is_read_however_it_is_written(controller, feed, pieces):
    controller.scripts.append(says(*pieces))
    assert await texts(feed(), 2) == ["a", "b"]


@pytest.mark.parametrize(
    "junk",
    [b"data: <html>busy</html>\n\n", b'data: {"Events": [{\n\n', b"data: \xff\xfe\x00\n\n"],
    ids=["HTML", "half JSON", "no UTF-8"],
)
async def test_what_cannot_be_read_is_a_hint_and_the_next_event_is_read(controller, feed, junk):
    controller.scripts.append(says(junk, event(2, "b")))
    assert await texts(feed(), 2) == ["an event that cannot be read", "b"]


async def test_a_giant_event_is_cut_off_and_the_next_is_read(controller, feed):
    line = b"id: 1\ndata: " + b"x" * 70_000
    controller.scripts.append(says(*([line] + [b"y" * 65_536] * 20), b"\n\n", event(2, "b")))
    limits = HttpLimits(max_event_bytes=100_000)
    assert await texts(feed(limits=limits), 2) == ["an event that cannot be read", "b"]


async def test_a_giant_event_of_short_lines_is_cut_off_too(controller, feed):
    line = b"data: " + b"x" * 1000 + b"\r\n"
    controller.scripts.append(says(*[line * 50] * 40, b"\r\n", event(2, "b")))
    limits = HttpLimits(max_event_bytes=100_000)
    assert await texts(feed(limits=limits), 2) == ["an event that cannot be read", "b"]


async def test_a_stream_that_breaks_goes_on_after_the_last_event(controller, feed, time):
    controller.scripts += [says(event(7), then="close"), says(event(8))]
    assert await texts(feed(), 2) == ["event 7", "event 8"]
    assert [asked.headers.get("last-event-id") for asked in controller.asked] == [None, "7"]
    assert time.slept == [1.0]


async def test_what_is_sent_again_is_told_once_and_the_same_number_for_something_else_is_told(controller, feed):
    controller.scripts += [says(event(1, "a"), event(2, "b"), then="close"), says(event(1, "a"), event(2, "c"))]
    assert await texts(feed(), 3) == ["a", "b", "c"]


@pytest.mark.parametrize("odd", ["7\x017", "é", "x" * 300])
async def test_an_id_that_fits_no_header_is_not_sent_back(controller, feed, odd):
    controller.scripts += [says(event(odd), then="close"), says(event(8))]
    await texts(feed(), 2)
    assert "last-event-id" not in controller.asked[1].headers


async def test_a_stream_that_never_opens_is_backed_off_ever_longer(controller, feed, time):
    controller.scripts.append(says(then="close"))
    moves = await heard(feed(), 10, StreamMoved)
    assert [move.state for move in moves] == [StreamState.LIVE, StreamState.LOST] * 5
    assert moves[1].why == "the service closed the stream"
    assert time.slept == [1.0, 2.0, 4.0, 8.0]


async def test_a_stream_that_lasted_is_opened_again_soon(controller, feed, time):
    controller.scripts.append(says(event(1), then="close"))
    async with asyncio.timeout(WITHIN_S), aclosing(feed().changes()) as changes:
        async for change in changes:
            if change == StreamMoved(state=StreamState.LIVE, requests=1):
                time.now_s += LASTING_S
            if len(time.slept) == 4:
                break
    assert time.slept == [1.0, 1.0, 1.0, 1.0]


async def test_a_stream_that_falls_silent_is_opened_again_at_once(controller, feed, time):
    controller.scripts += [says(b": open\n\n"), says(event(1))]
    async with asyncio.timeout(WITHIN_S), aclosing(feed(silent_s=0.1).changes()) as changes:
        assert await anext(changes) == StreamMoved(state=StreamState.LIVE, requests=2)
        time.now_s += LASTING_S
        assert await anext(changes) == StreamMoved(state=StreamState.LIVE, requests=1)
        assert (await anext(changes)).message == "event 1"
    assert time.slept == [0.0], "silence is no failure"


async def test_heartbeats_keep_a_stream_open(controller, feed):
    async def beats(wire: Wire) -> None:
        await wire.say(OPEN)
        for _ in range(12):
            await asyncio.sleep(0.05)
            await wire.say(b": alive\n\n")
        await wire.say(event(1))
        await wire.stay()

    controller.scripts.append(beats)
    assert await texts(feed(silent_s=0.4), 1) == ["event 1"]
    assert len(controller.asked) == 1


async def test_a_controller_that_never_answers_is_told_lost(controller, feed, time):
    async def hangs(wire: Wire) -> None:
        await wire.stay()

    controller.scripts.append(hangs)
    limits = HttpLimits(connect_timeout_s=0.1)
    (lost,) = await heard(feed(limits=limits, timeout_s=0.2), 1, StreamMoved)
    assert lost.state is StreamState.LOST
    assert "no answer in 0.2 s" in lost.why


@pytest.mark.parametrize(
    ("script", "state", "why"),
    [
        (answers(503, b"<html>busy</html>", **{"content-type": "text/html"}), StreamState.LOST, "answers 503"),
        (answers(404), StreamState.NONE, "answers 404"),
        (answers(405), StreamState.NONE, "answers 405"),
        (answers(401), StreamState.LOST, "answers 401"),
        (answers(403), StreamState.LOST, "answers 403"),
        (answers(200, b"<html></html>", **{"content-type": "text/html"}), StreamState.LOST, "is text/html"),
        (answers(200, b"{}", **{"content-type": "application/json"}), StreamState.LOST, "is application/json"),
        (answers(302, location="/elsewhere"), StreamState.LOST, "answers 302"),
    ],
)
async def test_a_refusal_is_said_and_tried_again_much_later(controller, feed, time, script, state, why):
    controller.scripts.append(script)
    moves = await heard(feed(), 3, StreamMoved)
    assert {move.state for move in moves} == {state}
    assert why in moves[0].why
    assert time.slept == [60.0, 120.0]


async def test_a_wait_that_the_service_asks_for_is_kept_within_reason(controller, feed, time):
    controller.scripts += [
        answers(503, **{"retry-after": "200"}),
        answers(503, **{"retry-after": "86400"}),
        says(b"retry: 7000\n" + event(1), then="close"),
        says(event(2)),
    ]
    await texts(feed(), 2)
    assert time.slept == [200.0, 300.0, 7.0]


@pytest.mark.parametrize(
    ("root", "events", "why"),
    [
        ({}, {}, "it has no event service"),
        (None, {}, "it has no event stream"),
        (None, {"ServerSentEventUri": ""}, "it has no event stream"),
        (None, {"ServerSentEventUri": "/redfish/v1/SSE", "ServiceEnabled": False}, "it has no event stream"),
    ],
)
async def test_a_service_without_a_stream_is_polled(controller, feed, root, events, why):
    controller.root = controller.root if root is None else root
    controller.events = events
    (none,) = await heard(feed(), 1, StreamMoved)
    assert (none.state, none.why) == (StreamState.NONE, why)
    assert controller.asked == []


async def test_an_event_service_that_is_busy_is_lost_and_not_none(controller, feed):
    controller.events_status = 500
    (lost,) = await heard(feed(), 1, StreamMoved)
    assert (lost.state, lost.why) == (StreamState.LOST, "its event stream answers 500")


async def test_only_events_are_asked_for_where_that_can_be_said_and_all_where_it_is_refused(controller, feed, time):
    controller.events["SSEFilterPropertiesSupported"] = {"EventFormatType": True}
    controller.scripts += [answers(501), says(event(1))]
    assert await texts(feed(), 1) == ["event 1"]
    path = "/redfish/v1/EventService/SSE"
    assert [asked.target for asked in controller.asked] == [f"{path}?$filter=EventFormatType%20eq%20Event", path]
    assert time.slept == [1.0]


async def test_a_stream_leaves_the_reads_their_places(controller, feed):
    """Four connections to a controller, never more: the stream has one, the reads have the others."""
    controller.scripts.append(says(event(1)))
    one = feed()
    async with asyncio.timeout(WITHIN_S), aclosing(one.changes()) as changes:
        await anext(changes)
        before = controller.reads
        await asyncio.gather(*(one._service.fetch("/redfish/v1/EventService") for _ in range(40)))
        assert controller.reads == before + 40
    assert controller.most_open == 4


async def test_one_connection_is_for_reads_alone(controller, feed):
    (none,) = await heard(feed(limits=HttpLimits(in_flight=1)), 1, StreamMoved)
    assert (none.state, none.why) == (StreamState.NONE, "one connection at a time leaves none for a stream")


async def test_closing_the_adapter_ends_the_stream(controller):
    controller.scripts.append(says(b": open\n\n"))
    endpoint = RedfishEndpoint(url=controller.url)
    adapter = RedfishHardware(HttpClient(endpoint), endpoint)
    async with asyncio.timeout(WITHIN_S):
        changes = adapter.changes()
        assert (await anext(changes)).state is StreamState.LIVE
        reading = asyncio.ensure_future(anext(changes, None))
        await asyncio.sleep(0)
        await adapter.close()
        assert await reading is None
        while controller.open_now:  # noqa: ASYNC110 - the other end of a socket
            await asyncio.sleep(0.01)


async def test_a_reader_that_leaves_closes_its_connection(controller, feed):
    controller.scripts.append(says(event(1)))
    await texts(feed(), 1)
    async with asyncio.timeout(WITHIN_S):
        while controller.open_now > 1:  # noqa: ASYNC110 - the other end of a socket; a kept connection may stay
            await asyncio.sleep(0.01)


async def test_a_cancelled_reader_leaves_nothing(controller, feed):
    controller.scripts.append(says(event(1)))
    one, told = feed(), asyncio.Event()

    async def read() -> None:
        async with aclosing(one.changes()) as changes:
            async for _ in changes:
                told.set()

    task = asyncio.create_task(read())
    await asyncio.wait_for(told.wait(), WITHIN_S)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(WITHIN_S):
        while controller.open_now > 1:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
