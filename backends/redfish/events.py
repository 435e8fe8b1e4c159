"""A service's event stream (DSP0266, Server-Sent Events): found by link, opened again and again, read as hints.

What services send is late, doubled, out of order and often not what the schema promises, so nothing of it is taken
for a fact: each event is one reason to ask the service soon, and a line that an operator may want to read. Where a
service has no stream, or will not open it, it is polled, and asked again much later.
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime

import msgspec

from backends.clean import clean
from backends.errors import BackendError, Malformed, NotSupported, Rejected, TimedOut, Unreachable, Untrusted
from backends.model.stream import StreamPosition, StreamState
from backends.ports import Change, Continued, StreamMoved
from backends.redfish.hints import hints
from backends.redfish.position import REPLAY_S, Last, Reopened, Resumption
from backends.redfish.resource import Resource
from backends.redfish.service import RedfishService
from backends.transport.backoff import Backoff
from backends.transport.http_retry import retry_after_s
from backends.transport.http_stream import HttpStream, Message

SILENT_S = 90.0
"""A stream that says nothing for so long is opened anew: many controllers never send a keep-alive, and one that
was reset leaves a connection that is silent for ever."""

LASTING_S = 30.0
"""A stream that held so long counts as one that works: what it failed at before is forgotten."""

WAIT_MAX_S = 300.0
"""The longest wait that a service may ask for, by `retry:` or Retry-After."""

_RECENT = 256
_LONGEST_ID = 256
_ONLY_EVENTS = "$filter=EventFormatType%20eq%20Event"
_NONE = frozenset({404, 405, 501})
_NO_FILTER = frozenset({400, 501})


class EventFeed:
    """The stream of one service, for one reader. `clock`, `sleep`, `draw` and `silent_s` are handed in.

    A stream that breaks is opened again after a second, then ever later, from the event after the last one seen. One
    that is refused is left alone for half a minute and, when refused again, for up to a quarter of an hour.
    """

    def __init__(
        self,
        service: RedfishService,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        draw: Callable[[], float] = random.random,
        silent_s: float = SILENT_S,
    ) -> None:
        self._service = service
        self._clock = clock
        self._sleep = sleep
        self._silent_s = silent_s
        self._backoff = Backoff(clock=clock, draw=draw)
        self._uri = ""
        self._filters = False
        self._filter_refused = False
        self._last = Last()
        self._resumption: Resumption | None = None
        self._recent: deque[tuple[str, int]] = deque(maxlen=_RECENT)
        self._asked_wait_s = 0.0
        self._requests = 0
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Open no stream any more. The one that is open ends with its connection."""
        self._closing.set()

    async def changes(self, after: StreamPosition | None = None) -> AsyncGenerator[Change, None]:
        """Hints as they come, and at each attempt how it stands with the stream, until `close`.

        With `after` it begins there; a `Continued` says then whether anything may be missing.
        """
        self._resumption = Resumption(after) if after else None
        while not self._closing.is_set():
            live_at_s: float | None = None
            error: BackendError | None = None
            try:
                async with self._open() as stream:
                    live_at_s = self._clock()
                    yield self._moved(StreamState.LIVE)
                    async with contextlib.aclosing(self._said(stream)) as said:
                        async for change in said:
                            yield change
            except BackendError as caught:
                error = caught
            if self._closing.is_set():
                return
            lasted = live_at_s is not None and self._clock() - live_at_s >= LASTING_S
            if lasted:
                self._backoff.succeeded()
            if not (lasted and isinstance(error, TimedOut)):  # silence alone is no failure: it is opened anew at once
                self._backoff.failed(refused=_refused(error))
                yield self._lost(error)
            await self._pause(max(self._backoff.wait_s, self._asked_wait_s))

    async def _pause(self, seconds: float) -> None:
        waits = [asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(self._closing.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def _open(self) -> AsyncIterator[HttpStream]:
        self._asked_wait_s = 0.0
        path = await self._path()
        self._requests += 1
        last_id = self._resumption.last_event_id if self._resumption else self._last.id
        headers = {"Last-Event-ID": last_id} if last_id else {}
        async with self._service.stream(path, headers=headers, silent_s=self._silent_s) as stream:
            if not stream.offered:
                raise self._refusal(stream.status, stream.headers)
            yield stream

    async def _path(self) -> str:
        """Where the stream is, by links; read anew after every refusal, since a service may move it."""
        if not self._uri:
            link = (await self._service.root()).event_service
            if link is None or not link.path:
                raise NotSupported("it has no event service", where=self._service.where)
            self._requests += 1
            answer = await self._service.fetch(self._service.paths.of(link.path))
            if answer.status != 200:
                raise self._refusal(answer.status, answer.headers)
            try:
                events = Resource.of(answer.path, answer.body)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                raise Malformed("its event service is not a resource", where=self._service.where) from None
            uri = events.text("ServerSentEventUri", 1024)
            if not uri or events.look("ServiceEnabled") is False:
                raise NotSupported("it has no event stream", where=self._service.where)
            self._filters = events.look("SSEFilterPropertiesSupported/EventFormatType") is True
            self._uri = self._service.paths.of(uri)
        if not self._filters or self._filter_refused:
            return self._uri
        return f"{self._uri}{'&' if '?' in self._uri else '?'}{_ONLY_EVENTS}"

    async def _said(self, stream: HttpStream) -> AsyncGenerator[Change, None]:
        """The hints of what is new on the stream, and before them whether it goes on where it was asked to."""
        reopened = Reopened(self._last.id) if self._last.id else None
        async with contextlib.aclosing(self._messages(stream)) as messages:
            if self._resumption is not None:
                first = asyncio.ensure_future(anext(messages, None))
                try:
                    await asyncio.wait((first,), timeout=REPLAY_S)
                    if not first.done():
                        yield self._continued(self._resumption.silent())
                    message = await first
                finally:
                    first.cancel()
                    await asyncio.gather(first, return_exceptions=True)
                if message is None:
                    return
                found = self._last.placed(hints(message.data))
                if self._resumption is not None:
                    why, found = self._resumption.begun(found)
                    yield self._continued(why)
                for hint in found:
                    yield hint
            async for message in messages:
                found = self._last.placed(hints(message.data))
                if reopened is not None and found:
                    why, reopened = reopened.missing(found), None
                    if why:
                        yield Continued(missing=why)
                for hint in found:
                    yield hint

    def _continued(self, missing: str) -> Continued:
        self._resumption = None
        return Continued(missing=missing)

    async def _messages(self, stream: HttpStream) -> AsyncGenerator[Message, None]:
        """What is new on the stream: services send again what they have sent when they understand no Last-Event-ID."""
        async with contextlib.aclosing(stream.messages()) as messages:
            async for message in messages:
                if message.retry_s is not None:
                    self._asked_wait_s = min(max(0.0, message.retry_s), WAIT_MAX_S)
                fits = message.id.isascii() and message.id.isprintable() and len(message.id) <= _LONGEST_ID
                self._last.heard(message.id if fits else "")
                # By id alone, a controller that counts from 1 again after its restart would say nothing new for long.
                key = (message.id, hash(message.data))
                if not message.id or key not in self._recent:
                    self._recent.append(key)
                    yield message

    def _refusal(self, status: int, headers: Mapping[str, str]) -> BackendError:
        """Why there is no stream, in one line. The service's Retry-After is kept."""
        where, filtered = self._service.where, self._filters and not self._filter_refused
        self._uri = ""
        self._asked_wait_s = min(retry_after_s(headers.get("retry-after", ""), datetime.now(UTC)) or 0.0, WAIT_MAX_S)
        if status in _NO_FILTER and filtered:
            self._filter_refused = True
            return Unreachable(f"{status} to a filter it advertises", where=where)
        if status == 200:
            kind = clean(headers.get("content-type", "").partition(";")[0], 60)
            return Malformed(f"its event stream is {kind or 'of no kind'}", where=where)
        return (NotSupported if status in _NONE else Rejected)(f"its event stream answers {status}", where=where)

    def _lost(self, error: BackendError | None) -> StreamMoved:
        state = StreamState.NONE if isinstance(error, NotSupported) else StreamState.LOST
        return self._moved(state, error.what if error else "the service closed the stream")

    def _moved(self, state: StreamState, why: str = "") -> StreamMoved:
        requests, self._requests = self._requests, 0
        return StreamMoved(state=state, why=why, requests=requests)


def _refused(error: BackendError | None) -> bool:
    """Whether asking again soon would change nothing."""
    passing = isinstance(error, TimedOut | Unreachable) and not isinstance(error, Untrusted)
    return error is not None and not passing
