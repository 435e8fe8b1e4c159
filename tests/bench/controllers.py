"""The controllers of a fleet's pods over HTTP: what the simulated one answers, made once and kept, for any number.

A simulated controller takes longer to make its answers than the console to read them: kept, they cost a look-up and a
copy. The times of metric reports move, as a report whose newest time stands still is believed no more. No TLS, no
session and no event stream: what is measured is polling.
"""

import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import httpx

from backends.simulator.redfish.event_service import STREAM
from backends.simulator.redfish.listener import HttpListener
from backends.simulator.redfish.service import USER, RedfishService
from backends.simulator.world import World

STAMP = re.compile(rb'"Timestamp": "[^"]*"')
PASSWORD = "known to both ends"


class Answers:
    """What the controller of one pod answers at each of some instants; `which` says at which it is asked now."""

    def __init__(self, worlds: Sequence[World], which: Callable[[], int]) -> None:
        services = [RedfishService(lambda world=world: world, PASSWORD, time.monotonic, "pem") for world in worlds]
        self._asked = [
            httpx.AsyncClient(
                transport=httpx.ASGITransport(service.app), auth=(USER, PASSWORD), base_url="https://controller"
            )
            for service in services
        ]
        self._which = which
        self._kept: dict[tuple[int, str], tuple[int, bytes]] = {}

    async def of(self, target: str) -> tuple[int, bytes]:
        """The status and the body of a GET."""
        which = self._which()
        if (which, target) not in self._kept:
            answer = await self._asked[which].get(target)
            self._kept[which, target] = answer.status_code, answer.content
        status, body = self._kept[which, target]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return status, STAMP.sub(f'"Timestamp": "{now}"'.encode(), body)


class Controller:
    """One pod's own: the answers of the pod called `named`, in its own name, which is as long."""

    def __init__(self, answers: Answers, named: str, pod: str) -> None:
        assert len(named) == len(pod)
        self._answers = answers
        self._names = named, pod
        self._http = HttpListener(self._app)

    async def open(self) -> str:
        """Serve; returns the address."""
        await self._http.open()
        return f"http://127.0.0.1:{self._http.port}"

    async def _app(self, scope, receive, send) -> None:  # noqa: ARG002 - ASGI's
        named, pod = self._names
        target = f"{scope['path']}?{scope['query_string'].decode()}".rstrip("?").replace(pod, named)
        status, body = (404, b"{}") if STREAM in target else await self._answers.of(target)
        head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": body.replace(named.encode(), pod.encode())})
