"""What a Redfish service costs us, and we cost it: requests, seconds and CPU of discovery, refresh and a full crawl.

    python tests/bench/bench_redfish_crawl.py --capture FOLDER [--delay-ms 20] [--runs 5]
    python tests/bench/bench_redfish_crawl.py --url http://127.0.0.1:8001 --user admin --password-env NAME
    python tests/bench/bench_redfish_crawl.py --pod 2x18x8 [--runs 1]

A capture (a tree of `index.json`) is served by a process of its own, so that its CPU is not counted as ours. The crawl
follows every `@odata.id`: through the project's HTTP client with at most four requests in flight, over httpx's own
transport and, where they are installed (`pip install httpx-aiohttp redfish sushy`), over aiohttp, and through the two
libraries everybody else uses, one request after the other, as they do. Then our own discovery and steady refresh.
Contestants alternate within each run, and take turns at being first; medians are printed.

`--pod RACKSxNODESxGPUS` serves the simulated pod over TLS in a process of its own, and compares our first inventory and
our steady refresh with the crawl of all its links. Its counts are exact; its seconds are mostly the server's.
"""

import argparse
import asyncio
import contextlib
import importlib.util
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from beside import note

from backends.errors import BackendError
from backends.model.endpoint import RedfishEndpoint, SecretRef
from backends.redfish.adapter import RedfishHardware
from backends.transport.http import HttpClient

LINK = re.compile(rb'"@odata\.id"\s*:\s*"([^"#]+)')
Transport = Callable[[], httpx.AsyncBaseTransport | None]


def serve(folder: Path, port: int, delay_s: float) -> None:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    inner = folder / "redfish" / "v1" if (folder / "redfish").is_dir() else folder
    bodies = {
        "/redfish/v1/" + ("" if (at := file.parent.relative_to(inner).as_posix()) == "." else at): file.read_bytes()
        for file in inner.rglob("index.json")
    }

    async def answer(request: Request) -> Response:
        if delay_s:
            await asyncio.sleep(delay_s)
        path = request.url.path.rstrip("/")
        body = bodies.get(path if path != "/redfish/v1" else "/redfish/v1/")
        return Response(body or b"", 200 if body else 404, media_type="application/json")

    app = Starlette(routes=[Route("/{path:path}", answer)])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


@contextlib.contextmanager
def served(folder: Path, delay_s: float) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        __file__,
        "--capture",
        str(folder),
        "--serve",
        str(port),
        "--delay-ms",
        str(delay_s * 1000),
    ]
    process = subprocess.Popen(command)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                break
            time.sleep(0.05)  # a server in another process: connecting is the only way to see it ready
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


async def serve_pod(shape: str) -> None:
    """Serve one simulated pod until stdin ends; its endpoint goes to stdout as one line of JSON."""
    from backends.simulator.server import ServeOptions
    from backends.simulator.server import serve as serve_pods

    racks, nodes, gpus = map(int, shape.split("x"))
    async with serve_pods(ServeOptions(racks=racks, nodes=nodes, gpus=gpus)) as (pod,):
        end = pod.endpoints.redfish[0]
        file = Path(end.secret.password_command[-1])
        password = (await asyncio.to_thread(file.read_text)).strip()
        print(json.dumps([end.url, end.fingerprint, end.user, password]), flush=True)
        await asyncio.to_thread(sys.stdin.read)


@contextlib.contextmanager
def served_pod(shape: str) -> Iterator[RedfishEndpoint]:
    command = [sys.executable, __file__, "--serve-pod", shape]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        url, fingerprint, user, password = json.loads(process.stdout.readline())
        os.environ["BENCH_POD_PASSWORD"] = password
        secret = SecretRef(password_env="BENCH_POD_PASSWORD")
        yield RedfishEndpoint(url=url, fingerprint=fingerprint, user=user, secret=secret, timeout_s=60.0)
    finally:
        process.stdin.close()
        process.wait(20)


async def logged_in(client: HttpClient, user: str, password: str) -> tuple[dict[str, str], str]:
    """The headers of a new session, and where it is."""
    body = json.dumps({"UserName": user, "Password": password}).encode()
    path, kind = "/redfish/v1/SessionService/Sessions", {"Content-Type": "application/json"}
    answer = await client.send("POST", path, body=body, headers=kind)
    return {"X-Auth-Token": answer.headers["x-auth-token"]}, answer.headers["location"]


async def crawl(endpoint: RedfishEndpoint, transport: Transport, password: str = "") -> tuple[int, float, float]:
    """GETs, seconds and CPU seconds of reading every resource that is linked to."""
    client = HttpClient(endpoint, transport=transport())
    headers, session = await logged_in(client, endpoint.user, password) if password else ({}, "")
    sent = client.requests
    started, cpu = time.perf_counter(), time.process_time()
    known = {"/redfish/v1/"}
    frontier = list(known)

    async def read(path: str) -> set[str]:
        with contextlib.suppress(BackendError):
            answer = await client.get(path, headers=headers)
            if answer.status == 200:
                return {link.decode() for link in LINK.findall(answer.body)}
        return set()

    while frontier:
        found = set().union(*await asyncio.gather(*map(read, frontier)))
        frontier = sorted(found - known)
        known |= found
    took = client.requests - sent, time.perf_counter() - started, time.process_time() - cpu
    if session:
        await client.send("DELETE", session, headers=headers)
    await client.close()
    return took


def follow(get: Callable[[str], bytes]) -> tuple[int, float, float]:
    """The same crawl through a library that does one request after the other."""
    started, cpu = time.perf_counter(), time.process_time()
    known, frontier = {"/redfish/v1/"}, ["/redfish/v1/"]
    while frontier:
        path = frontier.pop()
        fresh = {link.decode() for link in LINK.findall(get(path))} - known
        known |= fresh
        frontier.extend(sorted(fresh))
    return len(known), time.perf_counter() - started, time.process_time() - cpu


def redfish_library(url: str) -> tuple[int, float, float]:
    import redfish

    client = redfish.redfish_client(base_url=url, max_retry=1)

    def get(path: str) -> bytes:
        answer = client.get(path)
        return answer.read if isinstance(answer.read, bytes) else answer.read.encode()

    return follow(get)


def sushy_library(url: str) -> tuple[int, float, float]:
    from sushy import connector, exceptions

    client = connector.Connector(url)

    def get(path: str) -> bytes:
        with contextlib.suppress(exceptions.SushyError):
            return client.get(path).content
        return b""

    return follow(get)


async def rounds(endpoint: RedfishEndpoint, transport: Transport) -> list[tuple[int, float, float]]:
    """Requests, seconds and CPU seconds of the discovery and of two refreshes."""
    adapter = RedfishHardware(HttpClient(endpoint, transport=transport()), endpoint)
    taken = []
    for _ in range(3):
        before, started, cpu = adapter.requests, time.perf_counter(), time.process_time()
        await adapter.inventory()
        taken.append((adapter.requests - before, time.perf_counter() - started, time.process_time() - cpu))
    await adapter.close()
    return taken


def transports() -> dict[str, Transport]:
    found: dict[str, Transport] = {"httpx": lambda: None}
    with contextlib.suppress(ImportError):
        from httpx_aiohttp import AiohttpTransport

        found["httpx over aiohttp"] = lambda: AiohttpTransport(trust_env=False)
    return found


Contestant = Callable[[], list[tuple[int, float, float]]]


def contestants(url: str, arguments: argparse.Namespace) -> dict[str, Contestant]:
    """Every way to read the service that is installed, by what its figures are called."""
    endpoint = RedfishEndpoint(
        url=url, user=arguments.user, secret=SecretRef(password_env=arguments.password_env), timeout_s=30.0
    )
    found: dict[str, Contestant] = {}
    for name, transport in transports().items():
        found[f"megapod inventory, {name}"] = lambda transport=transport: asyncio.run(rounds(endpoint, transport))
    if arguments.url:
        return found
    for name, transport in transports().items():
        found[f"crawl, {name}, 4 at once"] = lambda transport=transport: [asyncio.run(crawl(endpoint, transport))]
    for module, library in (("redfish", redfish_library), ("sushy", sushy_library)):
        if importlib.util.find_spec(module):
            found[f"crawl, {module} library"] = lambda library=library: [library(url)]
        else:
            print(f"{module} is not installed: pip install {module}")
    return found


def measure_pod(shape: str, runs: int) -> None:
    """First inventory, steady refresh and crawl of the simulated pod, and how they compare in requests."""
    with served_pod(shape) as endpoint:
        ours = [asyncio.run(rounds(endpoint, lambda: None)) for _ in range(runs)]
        password = os.environ["BENCH_POD_PASSWORD"]
        crawled = asyncio.run(crawl(endpoint, lambda: None, password))
    taken = {
        "first inventory": [run[0] for run in ours],
        "steady refresh": [run[-1] for run in ours],
        "crawl of every link, httpx, 4 at once": [crawled],
    }
    for name, measured in taken.items():
        requests, seconds, cpu = (statistics.median(one[column] for one in measured) for column in range(3))
        ratio = crawled[0] / requests
        note(f"pod {shape}, {name}", requests, "a crawl of every link", crawled[0], "GETs")
        print(
            f"pod {shape}, {name:40} {requests:6.0f} GETs {seconds:7.3f} s  CPU {cpu:6.3f} s  crawl / this {ratio:6.0f}"
        )


def measure(url: str, arguments: argparse.Namespace) -> None:
    ways = contestants(url, arguments)
    taken: dict[str, list[list[tuple[int, float, float]]]] = {name: [] for name in ways}
    for run in range(arguments.runs):
        order = list(ways) if run % 2 == 0 else list(reversed(ways))
        for name in order:
            taken[name].append(ways[name]())
    for name, runs in taken.items():
        for place, label in enumerate(("", " (refresh)", " (steady refresh)")[: len(runs[0])]):
            requests, seconds, cpu = (statistics.median(run[place][column] for run in runs) for column in range(3))
            print(f"{name + label:50} {requests:6.0f} GETs  {seconds:7.3f} s  CPU {cpu:6.3f} s  median of {len(runs)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--capture", type=Path)
    parser.add_argument("--url", default="")
    parser.add_argument("--user", default="")
    parser.add_argument("--password-env", default="")
    parser.add_argument("--delay-ms", type=float, default=0.0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--pod", default="", metavar="RACKSxNODESxGPUS")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--serve-pod", default="", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.capture, arguments.serve, arguments.delay_ms / 1000)
    elif arguments.serve_pod:
        asyncio.run(serve_pod(arguments.serve_pod))
    elif arguments.pod:
        measure_pod(arguments.pod, arguments.runs)
    elif arguments.url:
        measure(arguments.url, arguments)
    elif arguments.capture:
        with served(arguments.capture, arguments.delay_ms / 1000) as url:
            measure(url, arguments)
    else:
        parser.error("give --capture, --url or --pod")


if __name__ == "__main__":
    main()
