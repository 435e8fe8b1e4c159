"""One HTTP endpoint: the only thing that sends requests to it, so that its limits hold for all readers together.

Controllers are small computers that a pod depends on: at most four requests are in flight on an endpoint, answers are
bounded in size and time, and what the service asks for (`Retry-After`) is done. Statuses are answers here; what they
mean is the adapter's business.

httpx's own transport was measured beside `httpx-aiohttp` (tests/bench/bench_redfish_crawl.py, a GB300 tray of 1,609
resources, 4 in flight, on two busy cores): a steady refresh of 11 GETs takes 0.19 s with either at 20 ms a GET, and 23
and 11 ms of CPU; the first inventory, 209 GETs, 0.4 and 0.2 s of CPU. Half the CPU of what is a thousandth of a core
is not worth a second HTTP stack with its own TLS and its own errors, so httpx it is. What is cheap is not to ask.
"""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import httpx
from msgspec import Struct

from backends.clean import clean
from backends.errors import BackendError, Malformed, NotSupported, Rejected, Unreachable
from backends.transport.http_errors import late, translate
from backends.transport.http_retry import http_date, retry_after_s
from backends.transport.http_stream import HttpStream
from backends.transport.tls import client_context

# Their debug lines hold answers' headers, session tokens included: no configuration of the root logger may show them.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEPS_METHOD = frozenset({307, 308})
_BUSY = frozenset({429, 503})
_USUAL_PORT = {"http": 80, "https": 443}


class HttpEndpoint(Protocol):
    """What is needed to reach an HTTP service: `RedfishEndpoint` is one. `timeout_s` is for one whole answer."""

    @property
    def url(self) -> str:
        """Scheme, host, perhaps a port and a path prefix."""
        ...

    @property
    def ca_file(self) -> str:
        """A PEM bundle to trust instead of the system's authorities."""
        ...

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the one certificate to accept, in hex."""
        ...

    @property
    def timeout_s(self) -> float:
        """How long one whole answer may take."""
        ...


class HttpLimits(Struct, frozen=True, kw_only=True):
    """What one endpoint may cost, and how long it is waited for.

    `retry_after_max_s` bounds all waiting of one GET: a service that asks for more gets an error at once, and the
    caller's own back-off decides. `keepalive_s` outlives the usual poll interval, so that a poll costs no handshake.
    """

    in_flight: int = 4
    connect_timeout_s: float = 5.0
    max_body_bytes: int = 32 * 1024 * 1024
    max_redirects: int = 3
    retry_after_max_s: float = 10.0
    retry_after_times: int = 2
    keepalive_s: float = 30.0
    max_event_bytes: int = 1024 * 1024


class Answer(Struct, frozen=True):
    """A complete HTTP answer: `path` is where it came from after redirects, header names are lower case."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes
    path: str


class HttpClient:
    """A client for one endpoint. Raises Unreachable, Untrusted, TimedOut, Malformed and Rejected, nothing else.

    `transport` replaces the network in measurements, `sleep` and `now` the clock in tests. `requests` counts what
    was sent, redirects and repeats included. `ahead_s` is how far the far clock is ahead of ours, by the `Date` of the
    last answer that had one: to a second, and what the answer took. Proxies named in the environment are not used:
    controllers live on management networks, and a proxy would see the session tokens of every one of them.
    """

    def __init__(
        self,
        endpoint: HttpEndpoint,
        *,
        limits: HttpLimits | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.where = endpoint.url.rstrip("/")
        self.requests = 0
        self.ahead_s: float | None = None
        self._origin, self.base_path = _split(endpoint.url)
        self._endpoint = endpoint
        self._limits = limits or HttpLimits()
        self._transport = transport
        self._sleep = sleep
        self._now = now
        self._slots = asyncio.Semaphore(self._limits.in_flight)
        self._client: httpx.AsyncClient | None = None
        self._streams: set[HttpStream] = set()
        self._closed = False

    async def get(
        self, path: str, *, headers: Mapping[str, str] | None = None, timeout_s: float | None = None
    ) -> Answer:
        """GET a path of this origin. Repeated once when a kept connection turns out dead, and after Retry-After."""
        waited_s = 0.0
        for repeats_left in range(self._limits.retry_after_times, -1, -1):
            answer = await self._get_once(path, headers, timeout_s)
            wait_s = retry_after_s(answer.headers.get("retry-after", ""), self._now())
            if answer.status not in _BUSY or wait_s is None or not repeats_left:
                return answer
            if waited_s + wait_s > self._limits.retry_after_max_s:
                return answer
            waited_s += wait_s
            await self._sleep(wait_s)
        raise AssertionError("the last round returns")

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        """Send a write, once: a lost answer may still have had its effect, so nothing is repeated here."""
        try:
            return await self._follow(method, path, body, headers or {}, timeout_s)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._translated(error, method, path, timeout_s) from None

    @contextlib.asynccontextmanager
    async def stream(
        self, path: str, *, headers: Mapping[str, str] | None = None, silent_s: float
    ) -> AsyncIterator[HttpStream]:
        """One GET whose answer does not end; `silent_s` is how long it may say nothing. No redirect is followed.

        It waits for one of the places in flight like any request and keeps it while it lasts, so that reads and stream
        together stay within what the controller bears; reads have the others, and where there is but one no stream is
        opened. It is not counted in `requests`: a round's cost is that of its reads. Whoever opens it counts it.
        """
        if self._limits.in_flight < 2:
            raise NotSupported("one connection at a time leaves none for a stream", where=self.where)
        request = f"GET {path}"
        async with self._slots:
            try:
                response = await self._opened_stream(path, headers or {})
                stream = HttpStream(
                    response,
                    where=self.where,
                    request=request,
                    silent_s=silent_s,
                    max_bytes=self._limits.max_event_bytes,
                )
                self._streams.add(stream)
                try:
                    yield stream
                finally:
                    self._streams.discard(stream)
                    await response.aclose()
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise self._translated(error, "GET", path, None) from None

    async def _opened_stream(self, path: str, headers: Mapping[str, str]) -> httpx.Response:
        timeout_s = self._endpoint.timeout_s
        client = self._opened()
        request = client.build_request(
            "GET",
            self._origin + path,
            headers={**headers, "Accept": "text/event-stream", "Cache-Control": "no-store"},
            timeout=httpx.Timeout(None, connect=self._limits.connect_timeout_s),
        )
        try:
            async with asyncio.timeout(self._limits.connect_timeout_s + timeout_s):
                return await client.send(request, stream=True)
        except TimeoutError:
            raise late(f"GET {path}", self.where, timeout_s) from None

    async def close(self) -> None:
        """Close the connections. Safe to call twice; nothing is sent afterwards."""
        self._closed = True
        for stream in tuple(self._streams):
            stream.end()
        if self._client is not None:
            await self._client.aclose()

    async def _get_once(self, path: str, headers: Mapping[str, str] | None, timeout_s: float | None) -> Answer:
        try:
            try:
                return await self._follow("GET", path, b"", headers or {}, timeout_s)
            except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
                # The service closed an idle connection as we wrote on it. Reading again changes nothing there.
                return await self._follow("GET", path, b"", headers or {}, timeout_s)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._translated(error, "GET", path, timeout_s) from None

    async def _follow(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], timeout_s: float | None
    ) -> Answer:
        """Follow redirects on this origin; credentials never leave it."""
        for _ in range(self._limits.max_redirects + 1):
            answer = await self._exchange(method, path, body, headers, timeout_s)
            target = answer.headers.get("location", "")
            followed = answer.status in _REDIRECTS and (method == "GET" or answer.status in _KEEPS_METHOD)
            if not followed or not target:
                return answer
            address = urljoin(self._origin + path, target)
            origin, _ = _split(address, self.where)
            if origin != self._origin:
                raise Rejected(
                    f"{method} {path}: it redirects to {clean(origin, 120)}, another place",
                    where=self.where,
                    remedy="set url to that if it is meant",
                )
            parts = urlsplit(address)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        raise Malformed(f"{method} {path}: it redirects in a circle", where=self.where)

    async def _exchange(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], timeout_s: float | None
    ) -> Answer:
        timeout_s = timeout_s or self._endpoint.timeout_s
        async with self._slots:
            client = self._opened()
            request = client.build_request(
                method,
                self._origin + path,
                content=body or None,
                headers=headers,
                timeout=httpx.Timeout(timeout_s, connect=self._limits.connect_timeout_s, pool=None),
            )
            self.requests += 1
            try:
                async with asyncio.timeout(self._limits.connect_timeout_s + timeout_s):
                    response = await client.send(request, stream=True)
                    try:
                        content = await self._bounded(response, f"{method} {path}")
                    finally:
                        await response.aclose()
            except TimeoutError:
                raise late(f"{method} {path}", self.where, timeout_s) from None
        self._compare_clocks(response.headers.get("date", ""))
        return Answer(
            response.status_code,
            response.reason_phrase,
            {name.lower(): value for name, value in response.headers.items()},
            content,
            path,
        )

    def _compare_clocks(self, date: str) -> None:
        at = http_date(date)
        if at is not None:
            self.ahead_s = (at - self._now()).total_seconds()

    async def _bounded(self, response: httpx.Response, request: str) -> bytes:
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > self._limits.max_body_bytes:
                bound = self._limits.max_body_bytes
                raise Malformed(f"{request}: the answer is larger than {bound} bytes", where=self.where)
        return bytes(content)

    def _opened(self) -> httpx.AsyncClient:
        if self._closed:
            raise Unreachable("the connection was closed by us", where=self.where)
        if self._client is None:
            in_flight = self._limits.in_flight
            self._client = httpx.AsyncClient(
                transport=self._transport,
                verify=self._context(),
                limits=httpx.Limits(
                    max_connections=in_flight,
                    max_keepalive_connections=in_flight,
                    keepalive_expiry=self._limits.keepalive_s,
                ),
                # Controllers have weak processors and near networks; and a compressed answer's size has no bound.
                headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "megapod"},
                trust_env=False,
            )
        return self._client

    def _context(self) -> ssl.SSLContext:
        if self._origin.startswith("https:"):
            endpoint = self._endpoint
            return client_context(ca_file=endpoint.ca_file, fingerprint=endpoint.fingerprint, where=self.where)
        # Never used on plain HTTP, where httpx would load its authorities all the same. Empty, it trusts nobody.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def _translated(
        self, error: httpx.HTTPError | httpx.InvalidURL, method: str, path: str, timeout_s: float | None
    ) -> BackendError:
        return translate(error, f"{method} {path}", self.where, timeout_s or self._endpoint.timeout_s)


def _split(url: str, where: str = "") -> tuple[str, str]:
    """The origin (scheme, host, port unless it is the usual one) and the path without its last slash."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        scheme, host, port = "", "", None
    if "@" in url:
        raise Unreachable(
            "a url may not hold a user or password", where=clean(host) or where, remedy="use user and secret"
        )
    if scheme not in _USUAL_PORT or not host:
        raise Unreachable(
            f"not the address of an HTTP service: {clean(url, 120)}",
            where=where,
            remedy="write it as https://HOST[:PORT][/PREFIX]",
        )
    shown = f"[{host}]" if ":" in host else host
    usual = port is None or port == _USUAL_PORT[scheme]
    return f"{scheme}://{shown}" + ("" if usual else f":{port}"), parts.path.rstrip("/")
