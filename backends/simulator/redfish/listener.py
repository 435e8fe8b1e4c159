"""The HTTP listener of a simulated pod controller: uvicorn on a loopback port of the kernel's choice."""

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp

from backends.simulator.certificate import Certificate

HOST = "127.0.0.1"


class _Server(uvicorn.Server):
    """A server that leaves signals to the program it runs in."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class HttpListener:
    """Serves an application from `open` to `close`, over TLS when there is a certificate.

    Requests that hang are cut off a moment after `close`.
    """

    def __init__(self, app: ASGIApp, certificate: Certificate | None = None) -> None:
        self.port = 0
        self._certificate = certificate
        config = uvicorn.Config(
            app,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        if certificate is not None:
            config.ssl_certfile, config.ssl_keyfile = certificate.file, str(certificate.key_file)
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Bind, serve, and return when requests are taken."""
        listening = socket.create_server((HOST, 0))
        # Nagle would hold each small answer for 40 ms: seven times the cost of a whole inventory, measured.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = listening.getsockname()[1]
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name="redfish")
        # uvicorn has no event for this: it sets a flag within a few milliseconds.
        while not self._server.started and not self._task.done():  # noqa: ASYNC110 - for that reason
            await asyncio.sleep(0.002)
        if self._task.done():
            await self._task

    def renew(self, certificate: str, key: str) -> None:
        """Serve with another certificate, both PEM, whatever connects from now on; the files change with it."""
        if self._certificate is None:
            return
        self._certificate.file.write_text(certificate, encoding="ascii")
        self._certificate.key_file.write_text(key, encoding="ascii")
        context = self._server.config.ssl
        if context is not None:
            context.load_cert_chain(self._certificate.file, self._certificate.key_file)

    async def close(self) -> None:
        """Stop taking requests, and wait until the last one is answered or cut off."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
