"""What a Redfish service costs us, and we cost it: requests, seconds and CPU of discovery, refresh and a full crawl.

    python tests/bench/bench_redfish_crawl.py --capture FOLDER [--delay-ms 20] [--runs 5]
    python tests/bench/bench_redfish_crawl.py --url http://127.0.0.1:8001 --user admin --password-env NAME

A capture (a tree of `index.json`) is served by a process of its own, so that its CPU is not counted as ours. The crawl
follows every `@odata.id` through the project's HTTP client, over httpx's own transport and, where the package
httpx-aiohttp is installed, over aiohttp; runs alternate, medians are printed.
"""

import argparse
import asyncio
import contextlib
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

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
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


async def crawl(endpoint: RedfishEndpoint, transport: Transport) -> tuple[int, float, float]:
    """GETs, seconds and CPU seconds of reading every resource that is linked to."""
    client = HttpClient(endpoint, transport=transport())
    started, cpu = time.perf_counter(), time.process_time()
    known = {"/redfish/v1/"}
    frontier = list(known)

    async def read(path: str) -> set[str]:
        with contextlib.suppress(BackendError):
            answer = await client.get(path)
            if answer.status == 200:
                return {link.decode() for link in LINK.findall(answer.body)}
        return set()

    while frontier:
        found = set().union(*await asyncio.gather(*map(read, frontier)))
        frontier = sorted(found - known)
        known |= found
    took = client.requests, time.perf_counter() - started, time.process_time() - cpu
    await client.close()
    return took


async def rounds(endpoint: RedfishEndpoint, transport: Transport, count: int) -> None:
    adapter = RedfishHardware(HttpClient(endpoint, transport=transport()), endpoint)
    for number in range(count):
        before, started, cpu = adapter.requests, time.perf_counter(), time.process_time()
        inventory = await adapter.inventory()
        print(
            f"  round {number}: {adapter.requests - before} requests, {time.perf_counter() - started:.3f} s, "
            f"CPU {time.process_time() - cpu:.3f} s, {len(inventory.systems)} systems, "
            f"{sum(len(facts.gpus) for facts in inventory.systems.values())} GPUs, {len(inventory.errors)} errors"
        )
    await adapter.close()


def transports() -> dict[str, Transport]:
    found: dict[str, Transport] = {"httpx": lambda: None}
    with contextlib.suppress(ImportError):
        from httpx_aiohttp import AiohttpTransport

        found["httpx over aiohttp"] = lambda: AiohttpTransport(trust_env=False)
    return found


async def measure(url: str, arguments: argparse.Namespace) -> None:
    endpoint = RedfishEndpoint(
        url=url, user=arguments.user, secret=SecretRef(password_env=arguments.password_env), timeout_s=30.0
    )
    for name, transport in transports().items():
        print(f"adapter, {name}:")
        await rounds(endpoint, transport, 3)
    if arguments.url:
        return
    runs: dict[str, list[tuple[int, float, float]]] = {name: [] for name in transports()}
    for _ in range(arguments.runs):
        for name, transport in transports().items():
            runs[name].append(await crawl(endpoint, transport))
    for name, taken in runs.items():
        seconds, cpu = (statistics.median(one[column] for one in taken) for column in (1, 2))
        print(f"crawl, {name}: {taken[0][0]} GETs, median of {len(taken)}: {seconds:.2f} s, CPU {cpu:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--capture", type=Path)
    parser.add_argument("--url", default="")
    parser.add_argument("--user", default="")
    parser.add_argument("--password-env", default="")
    parser.add_argument("--delay-ms", type=float, default=0.0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.capture, arguments.serve, arguments.delay_ms / 1000)
    elif arguments.url:
        asyncio.run(measure(arguments.url, arguments))
    elif arguments.capture:
        with served(arguments.capture, arguments.delay_ms / 1000) as url:
            asyncio.run(measure(url, arguments))
    else:
        parser.error("give --capture or --url")


if __name__ == "__main__":
    main()
