"""A way to a server that is slow: every byte that comes back arrives late. `python slow.py DELAY_S PORT...`.

Prints the ports it listens on, one for each port that it leads to, as a JSON list. A line on its standard input makes
it fast; the end of it ends it.
"""

import asyncio
import contextlib
import json
import sys
from functools import partial

HOST = "127.0.0.1"


class Slow:
    """How late it is, until it is let go."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._fast = asyncio.Event()

    def release(self) -> None:
        """From now on nothing is late, what is on its way included."""
        self._fast.set()

    async def lead(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, both ways."""
        far_reader, far_writer = await asyncio.open_connection(HOST, port)
        with contextlib.suppress(asyncio.CancelledError):  # the end of us: asyncio's streams would print it
            await asyncio.gather(self._pour(reader, far_writer, late=False), self._pour(far_reader, writer, late=True))

    async def _pour(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, late: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := await source.read(65536):
                if late:
                    await self._wait()
                sink.write(piece)
                await sink.drain()
        sink.close()

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._delay_s):
                await self._fast.wait()


async def main(delay_s: float, ports: list[int]) -> None:
    """Serve until nobody wants it any more."""
    slow = Slow(delay_s)
    servers = [await asyncio.start_server(partial(slow.lead, port), HOST, 0) for port in ports]
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    if await asyncio.to_thread(sys.stdin.readline):
        slow.release()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(float(sys.argv[1]), [int(word) for word in sys.argv[2:]]))
