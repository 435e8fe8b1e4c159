"""Commands on a host over SSH: one connection, made when first needed and made again when lost.

sshd lets 10 sessions onto a connection (MaxSessions); we use 8 at most, so that an operator's own settings have room.
A failed connection is not tried again before it is due: until then every caller gets the same error at once, and no
screen can hammer a host that is down or that refuses us.
"""

import asyncio
import contextlib
import itertools
import logging
import random
import shlex
import time
from collections.abc import Awaitable, Callable, Sequence

from backends.errors import AuthFailed, BackendError, Malformed, Rejected, TimedOut, Unreachable, Untrusted
from backends.model.endpoint import SshEndpoint
from backends.ports import Command
from backends.transport.backoff import Backoff
from backends.transport.ssh_connect import Link, connect
from backends.transport.ssh_leash import leash
from backends.transport.ssh_library import asyncssh

CHANNELS = 8
OUTPUT_LIMIT_BYTES = 256 * 1024 * 1024
_BLOCK_BYTES = 256 * 1024
_CLOSE_S = 2.0
# sshd keeps the session of a command we gave up on until that command ends by itself (for root it refuses to signal
# one), so after this many a connection is left behind: 8 of its 10 sessions must stay ours.
_MOST_ABANDONED = 2
_OPEN_ATTEMPTS = 40
_OPEN_AGAIN_S = 0.025

# Without a handler of its own asyncssh's warnings would reach the standard error of a full-screen console.
logging.getLogger("asyncssh").addHandler(logging.NullHandler())


class SshShell:
    """A `ports.Shell` on an endpoint. Any number of tasks may use it at once; `where` is the host as configured."""

    def __init__(
        self,
        endpoint: SshEndpoint,
        *,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
        output_limit_bytes: int = OUTPUT_LIMIT_BYTES,
        opener: Callable[[SshEndpoint, str], Awaitable[Link]] = connect,
    ) -> None:
        self.where = endpoint.host
        self._opener = opener
        self._endpoint = endpoint
        self._limit = output_limit_bytes
        self._backoff = Backoff(clock=clock, draw=draw)
        self._channels = asyncio.Semaphore(CHANNELS)
        self._connecting = asyncio.Lock()
        self._link: Link | None = None
        self._refusal: BackendError | None = None
        self._closed = False

    async def reach(self) -> None:
        """Connect and log in, where that is not done yet. Raises as `run` does."""
        await self.link()

    async def run(self, argv: Sequence[str], *, timeout_s: float | None = None, leashed: bool = False) -> Command:
        """Run an argument list and return what came of it.

        The deadline counts from when the command is sent; the login has its own. `leashed`: what still runs over there
        when we give up, or are gone, is ended. Raises Unreachable, Untrusted, AuthFailed, TimedOut, Rejected (no more
        sessions) or Malformed (more output than the limit).
        """
        if timeout_s is None:
            timeout_s = self._endpoint.command_timeout_s
        async with self._channels:
            link = await self.link()
            link.busy += 1
            try:
                return await self._execute(link, argv, timeout_s, leashed=leashed)
            except TimedOut:
                self._abandon(link)
                raise
            except asyncssh.ChannelOpenError as error:
                raise self._no_channel(link, argv) from error
            except (asyncssh.Error, OSError) as error:
                raise self._lost(link, argv) from error
            finally:
                link.busy -= 1
                if link is not self._link and not link.busy:
                    link.abort()

    async def close(self) -> None:
        """Close the connection and refuse further commands."""
        self._closed = True
        link, self._link = self._link, None
        if link is None:
            return
        try:
            async with asyncio.timeout(_CLOSE_S):
                await link.close()
        except (TimeoutError, asyncssh.Error, OSError):
            link.abort()

    async def link(self) -> Link:
        """The connection, made if need be: for hosts that are reached through this one. Raises as `run` does."""
        async with self._connecting:
            if self._closed:
                raise Unreachable("the connection is closed", where=self.where)
            if self._link is not None and self._link.alive:
                return self._link
            if self._refusal is not None and self._backoff.wait_s > 0:
                raise _again(self._refusal)
            try:
                self._link = await self._opener(self._endpoint, self.where)
            except BackendError as error:
                self._link, self._refusal = None, error
                self._backoff.failed(refused=isinstance(error, AuthFailed | Untrusted))
                raise
            self._refusal = None
            self._backoff.succeeded()
            return self._link

    async def _execute(self, link: Link, argv: Sequence[str], timeout_s: float, *, leashed: bool) -> Command:
        process: asyncssh.SSHClientProcess[bytes] | None = None
        try:
            async with asyncio.timeout(timeout_s):
                process = await self._opened(link, argv, leashed=leashed)
                stdout, stderr = await self._collect(process, argv)
                await process.wait_closed()
        except TimeoutError:
            raise TimedOut(
                f"`{argv_name(argv)}` did not finish within {timeout_s:g} s",
                where=self.where,
                remedy="the host or the service behind it is overloaded or hung",
            ) from None
        finally:
            if process is not None:
                _give_up(process, leashed=leashed)
        status = process.returncode
        if status is None:
            raise self._lost(link, argv)
        # A command ended by a signal has a negative code in asyncssh; shells say 128 + signal.
        return Command(
            status=status if status >= 0 else 128 - status,
            stdout=stdout.decode(errors="replace"),
            stderr=stderr.decode(errors="replace"),
        )

    async def _opened(self, link: Link, argv: Sequence[str], *, leashed: bool) -> "asyncssh.SSHClientProcess[bytes]":
        """Start a command, trying a refusal again for a second; nothing has run then, so that is safe for writes too.

        sshd counts an ended session until it has collected its process, a few ms after we saw its end.
        """
        line = shlex.join(leash(argv) if leashed else argv)
        # A leash is the open stdin; without one the command is not to wait for anything there.
        stdin = asyncssh.PIPE if leashed else asyncssh.DEVNULL
        for _ in range(_OPEN_ATTEMPTS - 1):
            with contextlib.suppress(asyncssh.ChannelOpenError):
                return await link.connection.create_process(line, encoding=None, stdin=stdin, request_pty=False)
            await asyncio.sleep(_OPEN_AGAIN_S)
        return await link.connection.create_process(line, encoding=None, stdin=stdin, request_pty=False)

    async def _collect(self, process: "asyncssh.SSHClientProcess[bytes]", argv: Sequence[str]) -> tuple[bytes, bytes]:
        reading = [asyncio.ensure_future(self._read(stream)) for stream in (process.stdout, process.stderr)]
        try:
            stdout, stderr = await asyncio.gather(*reading)
        except _TooMuchError:
            raise Malformed(f"`{argv_name(argv)}` wrote more than {self._limit} bytes", where=self.where) from None
        finally:
            for task in reading:
                task.cancel()
            await asyncio.gather(*reading, return_exceptions=True)
        return stdout, stderr

    async def _read(self, stream: "asyncssh.SSHReader[bytes]") -> bytes:
        output = bytearray()
        while block := await stream.read(_BLOCK_BYTES):
            output += block
            if len(output) > self._limit:
                raise _TooMuchError
        return bytes(output)

    def _abandon(self, link: Link) -> None:
        """Count a command that was given up; who comes next gets a new connection when it is one too many."""
        link.abandoned += 1
        if link.abandoned >= _MOST_ABANDONED and self._link is link:
            self._link = None

    def _no_channel(self, link: Link, argv: Sequence[str]) -> BackendError:
        """No session for a command: the connection died under it, or sshd gives out fewer than we use."""
        if not link.alive:
            return self._lost(link, argv)
        return Rejected(
            "sshd refuses another session on the connection",
            where=self.where,
            remedy=f"MaxSessions in its sshd_config should be at least {CHANNELS}",
        )

    def _lost(self, link: Link, argv: Sequence[str]) -> BackendError:
        link.abort()
        if self._link is link:
            self._link = None
        return Unreachable(
            f"connection lost while running {argv_name(argv)}",
            where=self.where,
            remedy="the next attempt connects anew",
        )


class _TooMuchError(Exception):
    pass


def argv_name(argv: Sequence[str]) -> str:
    """The program in an argument list, for messages: what follows `env` and its assignments."""
    words = itertools.dropwhile(lambda word: word == "env" or "=" in word, argv)
    return next(words, "nothing")


def _give_up(process: "asyncssh.SSHClientProcess[bytes]", *, leashed: bool) -> None:
    """Leave nothing of a command behind: a signal for what still runs there, and its channel closed.

    On a leash the closing is enough, and ends its children too, which the signal would leave.
    """
    if process.returncode is None and not leashed:
        with contextlib.suppress(OSError, asyncssh.Error):
            process.kill()
    process.close()


def _again(error: BackendError) -> BackendError:
    """The same error as a new object: raised twice, one object would carry both tracebacks."""
    return type(error)(error.what, where=error.where, remedy=error.remedy)
