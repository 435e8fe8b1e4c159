"""An HTTP answer that does not end: its server-sent events, however the far side writes them.

Nothing that comes can make it fill the memory (a long event is cut off), wait for ever (`silent_s` without a byte
ends it) or outlive its client (`end`). What the bytes mean as events is httpx-sse's work.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator

import httpx
import httpx_sse
from msgspec import Struct

from backends.errors import BackendError, TimedOut, Unreachable
from backends.transport.http_errors import translate

_ENDS = (b"\n\n", b"\n\r\n", b"\r\r")
_LONGEST_END = 3


class Message(Struct, frozen=True):
    """One server-sent event. `id` is the last one that was given; `retry_s` what the service asks to wait."""

    id: str
    data: str
    retry_s: float | None = None


class HttpStream:
    """One open answer. `messages` is for one reader, once; `where` and `request` are for what goes wrong."""

    def __init__(self, response: httpx.Response, *, where: str, request: str, silent_s: float, max_bytes: int) -> None:
        self.status = response.status_code
        self.headers = {name.lower(): value for name, value in response.headers.items()}
        self._response = response
        self._where = where
        self._request = request
        self._silent_s = silent_s
        self._max_bytes = max_bytes
        self._patience: asyncio.Timeout | None = None
        self._ended = False

    @property
    def offered(self) -> bool:
        """Whether it is an event stream at all, and not a refusal or a page."""
        return self.status == 200 and "text/event-stream" in self.headers.get("content-type", "").lower()

    async def messages(self) -> AsyncGenerator[Message, None]:
        """Every event with something in it, until the service closes the stream.

        Raises TimedOut after a silence, Unreachable when the connection breaks or was ended by us.
        """
        # A response of its own: these bytes are bounded and timed, and UTF-8 whatever its header says.
        body = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=_Body(self._chunks()))
        try:
            async with contextlib.aclosing(httpx_sse.EventSource(body).aiter_sse()) as events:
                async for event in events:
                    if event.data:  # one without is none (HTML, server-sent events)
                        retry_s = None if event.retry is None else event.retry / 1000
                        yield Message(event.id, event.data, retry_s)
        except httpx.HTTPError as error:
            raise self._translated(error) from None

    def end(self) -> None:
        """End it now, from another task: its reader gets Unreachable."""
        self._ended = True
        if self._patience is not None:
            self._patience.reschedule(asyncio.get_running_loop().time())

    async def _chunks(self) -> AsyncGenerator[bytes, None]:
        """The bytes as they come, each event of them cut off at `max_bytes`."""
        cut = _Cut(self._max_bytes)
        chunks = self._response.aiter_bytes()
        while True:
            try:
                async with asyncio.timeout(0 if self._ended else self._silent_s) as self._patience:
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise self._over() from None
            finally:
                self._patience = None
            if kept := cut.bounded(chunk):
                yield kept

    def _over(self) -> BackendError:
        if self._ended:
            return Unreachable("the stream was closed by us", where=self._where)
        return TimedOut(f"{self._request}: nothing on the stream for {self._silent_s:g} s", where=self._where)

    def _translated(self, error: httpx.HTTPError) -> BackendError:
        if self._ended:
            return self._over()
        return translate(error, self._request, self._where, self._silent_s)


class _Body(httpx.AsyncByteStream):
    """Bytes as the stream of a response."""

    def __init__(self, chunks: AsyncGenerator[bytes, None]) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._chunks:
            yield chunk

    async def aclose(self) -> None:
        await self._chunks.aclose()


class _Cut:
    """Lets at most so many bytes of one event through; the rest of it, up to the empty line, is dropped."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._seen = 0
        self._tail = b""

    def bounded(self, chunk: bytes) -> bytes:
        """What goes on of a chunk. The empty line after an event that was cut always does."""
        kept = bytearray()
        while chunk:
            size = self._until_end(chunk)
            piece, chunk = chunk[:size], chunk[size:]
            ended = (self._tail + piece).endswith(_ENDS)
            room = max(0, self._max_bytes - self._seen)
            kept += piece[:room]
            if ended and len(piece) > room:
                kept += b"\n\n"
            self._seen = 0 if ended else self._seen + len(piece)
            self._tail = b"" if ended else (self._tail + piece)[-_LONGEST_END:]
        return bytes(kept)

    def _until_end(self, chunk: bytes) -> int:
        """How much of the chunk belongs to the event it begins in, with the empty line after it."""
        joined = self._tail + chunk
        before = len(self._tail)
        ends = [at + len(end) for end in _ENDS if (at := joined.find(end)) >= 0]
        return min(max(1, min(ends) - before), len(chunk)) if ends else len(chunk)
