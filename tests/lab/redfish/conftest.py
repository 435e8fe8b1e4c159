"""Servers of this directory: one of our own that serves what a test says; sushy's, badfish's and simhall's."""

import asyncio
import contextlib
import functools
import hashlib
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import bcrypt
import pytest

from backends.model.endpoint import RedfishEndpoint
from backends.model.secret import Secret
from backends.redfish.adapter import RedfishHardware
from backends.transport.http import HttpClient, HttpLimits

SAMPLES = Path(__file__).parents[2] / "unit" / "samples" / "redfish"


@dataclass
class Request:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """`fault`: `hang` (no answer), `reset` (RST), `truncate` (half of the body), `drop` (closes after it)."""

    status: int = 200
    body: bytes | dict[str, Any] = b""
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""


Handler = Callable[[Request], Reply]


class Served:
    """An HTTP/1.1 server on loopback with a replaceable `handler`. Keeps what was asked, and how much at once."""

    def __init__(self, handler: Handler, context: ssl.SSLContext | None = None) -> None:
        self.handler = handler
        self.seen: list[Request] = []
        self.connections = 0
        self.most_at_once = 0
        self.delay_s = 0.0
        self._now = 0
        self._arrived = asyncio.Event()
        self._context = context
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def paths(self, method: str = "GET") -> list[str]:
        return [request.path for request in self.seen if request.method == method]

    async def asked(self, method: str) -> None:
        """Returns once a request of this method has arrived."""
        async with asyncio.timeout(5):
            while not self.paths(method):
                self._arrived.clear()
                await self._arrived.wait()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            while await self._exchange(reader, writer):
                pass
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
            await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await _read(reader)
        self.seen.append(request)
        self._arrived.set()
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            reply = self.handler(request)
            if reply.fault == "hang":
                await asyncio.Event().wait()
        finally:
            self._now -= 1
        if reply.fault == "reset":
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            writer.transport.abort()
            return False
        body = json.dumps(reply.body).encode() if isinstance(reply.body, dict) else reply.body
        kind = "application/json" if isinstance(reply.body, dict) else "text/plain"
        headers = {"content-type": kind, "content-length": str(len(body)), **reply.headers}
        lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Said')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write(
            "\r\n".join([*lines, "", ""]).encode() + (body[: len(body) // 2] if reply.fault == "truncate" else body)
        )
        await writer.drain()
        return not reply.fault


_REASONS = {
    200: "OK",
    201: "Created",
    204: "No Content",
    401: "Unauthorized",
    404: "Not Found",
    503: "Service Unavailable",
}


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    return Request(method, parts.path, parts.query, headers, body)


def tree(root: Path, *, expand: bool = False) -> Handler:
    """Serves a capture: `<path>/index.json` for each GET. `expand`: what `$expand=.` asks for is done."""
    base = root if (root / "redfish").is_dir() else None

    def file(path: str) -> Path:
        inner = path.strip("/") if base else path.strip("/").removeprefix("redfish/v1").strip("/")
        return root / inner / "index.json"

    def handler(request: Request) -> Reply:
        if request.method != "GET":
            return Reply(405)
        found = file(request.path)
        if not found.is_file():
            return Reply(404)
        if not expand or request.query != "$expand=.":
            return Reply(200, found.read_bytes(), {"content-type": "application/json"})
        body = json.loads(found.read_text())
        members = [file(member["@odata.id"]) for member in body["Members"]]
        return Reply(
            200, {**body, "Members": [json.loads(member.read_text()) for member in members if member.is_file()]}
        )

    return handler


Serve = Callable[..., Any]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """`await serve(handler, context=None)` starts a server; all are stopped at the end."""
    running: list[Served] = []

    async def start(handler: Handler, context: ssl.SSLContext | None = None) -> Served:
        served = Served(handler, context)
        await served.start()
        running.append(served)
        return served

    yield start
    for served in running:
        await served.stop()


@pytest.fixture
def reply() -> type[Reply]:
    return Reply


@pytest.fixture
def capture() -> Callable[..., Handler]:
    """`capture(folder, expand=False)`: the handler that serves a capture."""
    return tree


@pytest.fixture
def gb300() -> Path:
    return SAMPLES / "gb300"


@dataclass
class Pauses:
    """A clock nobody waits for: `sleep` advances it."""

    now_s: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
async def hardware(pauses: Pauses) -> AsyncIterator[Callable[..., RedfishHardware]]:
    """`hardware(url, user="", password="", names={}, **endpoint)` makes an adapter that is closed at the end."""
    opened: list[RedfishHardware] = []

    def make(url: str, *, password: str = "", names: dict[str, str] | None = None, **endpoint: Any) -> RedfishHardware:
        async def secret() -> Secret:
            return Secret(password)

        reached = RedfishEndpoint(url=url, **{"timeout_s": 5.0, **endpoint})
        client = HttpClient(reached, limits=HttpLimits(connect_timeout_s=2.0), sleep=pauses.sleep)
        adapter = RedfishHardware(client, reached, names or {}, secret=secret, clock=pauses.clock, sleep=pauses.sleep)
        opened.append(adapter)
        return adapter

    yield make
    for adapter in opened:
        await adapter.close()


@pytest.fixture
async def client(pauses: Pauses) -> AsyncIterator[Callable[..., HttpClient]]:
    """`client(url, limits=None, **endpoint)` makes a client that is closed at the end."""
    opened: list[HttpClient] = []

    def make(url: str, *, limits: HttpLimits | None = None, **endpoint: Any) -> HttpClient:
        reached = RedfishEndpoint(url=url, **{"timeout_s": 5.0, **endpoint})
        made = HttpClient(reached, limits=limits, sleep=pauses.sleep)
        opened.append(made)
        return made

    yield make
    for made in opened:
        await made.close()


@dataclass(frozen=True)
class Sushy:
    url: str
    user: str
    password: str


@pytest.fixture(scope="session")
def sushy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sushy]:
    """OpenStack's emulator with 18 nodes of its fake driver, Basic authentication, state kept."""
    program = _program("sushy-emulator", "'sushy-tools>=2.2'")
    home = tmp_path_factory.mktemp("sushy")
    port = _free_port()
    config = _sushy_config(home)
    with _running([program, "--config", str(config), "-p", str(port)], f"http://127.0.0.1:{port}", home):
        yield Sushy(f"http://127.0.0.1:{port}", "admin", "password")


@dataclass(frozen=True)
class Badfish:
    """`fingerprint` pins the certificate it has made for itself."""

    url: str
    user: str
    password: str
    fingerprint: str


@pytest.fixture(scope="session")
def badfish(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Badfish]:
    """badfish's emulator of an iDRAC (one R740): TLS self-signed, sessions only, 202 with tasks. One for all tests."""
    program = _program("badfish", "badfish==1.8.2")
    home = tmp_path_factory.mktemp("badfish")
    port = _free_port()
    own = {
        "BADFISH_EMULATOR_CERTS": str(home),
        "BADFISH_EMULATOR_USERS": str(home / "users.json"),
        "BADFISH_EMULATOR_USER": "quads",
        "BADFISH_EMULATOR_PASSWORD": "quads-password",
    }
    command = [program, "--redfish-emulator", "--bind", "127.0.0.1", "--port", str(port)]
    certificate = home / "emulator.crt"
    with _running(command, f"https://127.0.0.1:{port}", home, own, certificate):
        pin = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest()
        yield Badfish(f"https://127.0.0.1:{port}", "quads", "quads-password", pin)


@dataclass(frozen=True)
class Hall:
    """simhall's nodes, each an endpoint with a prefix of its own, and the control plane that breaks them."""

    url: str

    def node(self, number: int) -> str:
        return f"{self.url}/dev/node{number}/redfish/v1/"

    def inject(self, kind: str, **more: object) -> None:
        self._post("faults", {"kind": kind, **more})

    def act(self, kind: str, **more: object) -> None:
        self._post("actions", {"kind": kind, **more})

    def mend(self) -> None:
        self._post("reset", {})

    def _post(self, what: str, body: dict[str, object]) -> None:
        json_type = {"Content-Type": "application/json"}
        asked = urllib.request.Request(f"{self.url}/sim/{what}", json.dumps(body).encode(), json_type, method="POST")
        with urllib.request.urlopen(asked, timeout=20):
            pass


@pytest.fixture(scope="session")
def _simhall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    # It asks for Python 3.12 and runs on 3.11: `tests/run` installs it with that requirement ignored.
    program = _program("simhall", "--no-deps --ignore-requires-python simhall==0.1.0")
    home = tmp_path_factory.mktemp("simhall")
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    command = [program, "serve", "--golden", "hall-b", "--port", str(port), "--log-level", "warning"]
    with _running([*command, "--timeout-sleep", "4"], url, home, at="/dev/node1/redfish/v1/"):
        yield Hall(url)


@pytest.fixture
def hall(_simhall: Hall) -> Iterator[Hall]:
    """18 GB300 nodes, all well: what a test breaks is mended after it."""
    _simhall.mend()
    yield _simhall
    _simhall.mend()


def _program(name: str, package: str) -> str:
    program = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        message = f"{name} is missing: pip install {package}"
        # Without it there is nothing to test against; in CI that is a failure, never a skip.
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return program


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def _running(
    command: list[str],
    url: str,
    home: Path,
    own: dict[str, str] | None = None,
    certificate: Path | None = None,
    at: str = "/redfish/v1/",
) -> Iterator[None]:
    """A server that answers at `url` while the block lasts, and not longer. `own` is added to its environment."""
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=home, env={**os.environ, **(own or {})})
    try:
        _wait_until_it_answers(f"{url}{at}", process, home / "log", certificate)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _sushy_config(home: Path) -> Path:
    hashed = bcrypt.hashpw(b"password", bcrypt.gensalt(4)).decode()
    (home / "htpasswd").write_text(f"admin:{hashed}\n")
    (home / "state").mkdir()
    systems = [
        {
            "uuid": f"00000000-0000-4000-8000-{number:012d}",
            "name": f"gpu{number:03d}",
            "power_state": "Off",
            "fake_boot": True,
            "nics": [{"mac": f"00:5c:52:31:3a:{number:02x}", "ip": f"172.22.0.{number}"}],
        }
        for number in range(1, 19)
    ]
    settings = {
        "SUSHY_EMULATOR_LISTEN_IP": "127.0.0.1",
        "SUSHY_EMULATOR_AUTH_FILE": str(home / "htpasswd"),
        "SUSHY_EMULATOR_FAKE_DRIVER": True,
        "SUSHY_EMULATOR_STATE_DIR": str(home / "state"),
        "SUSHY_EMULATOR_FAKE_SYSTEMS": systems,
    }
    config = home / "sushy.conf"
    config.write_text("".join(f"{name} = {value!r}\n" for name, value in settings.items()))
    return config


def _wait_until_it_answers(
    url: str, process: "subprocess.Popen[bytes]", log: Path, certificate: Path | None = None
) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"{process.args} ended with {process.returncode}: {log.read_text()[-500:]}")
        with contextlib.suppress(OSError):  # refused, or its certificate is not there yet
            context = ssl.create_default_context(cafile=certificate) if certificate else None
            with urllib.request.urlopen(url, timeout=5, context=context):
                return
        time.sleep(0.1)  # a server in another process, ready in some 4 s: asking is the only way to see it
    pytest.fail(f"{url} does not answer: {log.read_text()[-500:]}")


@pytest.fixture
def images(tmp_path: Path) -> Iterator[str]:
    """An image to insert, served on loopback: the emulator fetches what it inserts."""
    (tmp_path / "os.iso").write_bytes(b"image" * 100)
    handler = functools.partial(_Quiet, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_args):
        pass
