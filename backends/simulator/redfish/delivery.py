"""Push delivery: each event POSTed to the destination of a subscription, as often as its retry policy has it.

A simulated pod sends nothing to other machines: a destination that is not on loopback is kept and shown, and its
Status says that nothing is sent to it.
"""

import asyncio
import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
from msgspec import Struct

from backends.simulator.redfish.event_stream import Queue
from backends.simulator.redfish.resource import Body

TERMINATE = "TerminateAfterRetries"
SUSPEND = "SuspendRetries"
FOREVER = "RetryForever"
POLICIES = (FOREVER, SUSPEND, TERMINATE)
_TIMEOUT_S = 5.0


class Retry(Struct):
    """The service's rule for what does not arrive: so many attempts more, so far apart."""

    attempts: int = 3
    interval_s: int = 5


class Delivery:
    """Sends what is in a queue to one destination, in order, from `start` to `stop`.

    `policy` is asked at each failure; `given_up` hears when an event was lost for good.
    """

    def __init__(
        self,
        queue: Queue,
        body: Body,
        headers: dict[str, str],
        retry: Retry,
        given_up: Callable[[], None],
    ) -> None:
        self._queue = queue
        self._body = body
        self._headers = headers
        self._retry = retry
        self._given_up = given_up
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Send from now on."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name=f"deliver to {self._body['Destination']}")

    def stop(self) -> None:
        """Send nothing any more."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False, follow_redirects=False) as client:
            while (event := await self._queue.get()) is not None:
                if not await self._deliver(client, event.payload(str(self._body["Context"]))):
                    self._given_up()
                    return

    async def _deliver(self, client: httpx.AsyncClient, payload: Body) -> bool:
        """Whether an event arrived, at last."""
        failed = 0
        while not await self._posted(client, payload):
            failed += 1
            if failed > self._retry.attempts and self._body["DeliveryRetryPolicy"] != FOREVER:
                return False
            await asyncio.sleep(self._retry.interval_s)
        return True

    async def _posted(self, client: httpx.AsyncClient, payload: Body) -> bool:
        try:
            answer = await client.post(str(self._body["Destination"]), json=payload, headers=self._headers)
        except httpx.HTTPError:
            return False
        return answer.is_success


def reachable(destination: str) -> bool:
    """Whether a destination is on this machine."""
    host = urlsplit(destination).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
