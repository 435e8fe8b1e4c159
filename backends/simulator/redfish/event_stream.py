"""An open event stream: what is sent on it, and what ends with it (DSP0266, Server-Sent Events)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from backends.simulator.redfish.events import Event

HEARTBEAT_S = 10.0
Queue = asyncio.Queue[Event | None]


class EventStream(StreamingResponse):
    """Sends the events of a queue until there is a None in it. Its subscription goes with the connection."""

    def __init__(self, queue: Queue, context: str, closed: Callable[[], None]) -> None:
        super().__init__(_send(queue, context), media_type="text/event-stream")
        self._closed = closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until one side is done."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._closed()


async def _send(queue: Queue, context: str) -> AsyncIterator[str]:
    """The bytes of a stream: events as they come, a comment when there are none for a while."""
    yield ": open\n\n"
    while True:
        try:
            event = await asyncio.wait_for(queue.get(), HEARTBEAT_S)
        except TimeoutError:
            yield ": alive\n\n"
            continue
        if event is None:
            return
        yield f"id: {event.number}\ndata: {json.dumps(event.payload(context))}\n\n"
