"""What is behind a BMC that hangs: asked outside of the rounds, so that no round waits for it.

A controller that speaks for a whole pod answers for most of it at once, and for the system and the tray of one hung BMC
not at all. The first round pays for finding out. From then on a single question at a time is open to what is silent,
for as long as any answer may take, and the first answer, whatever it is, puts it back into the rounds.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from backends.errors import BackendError, TimedOut, Unreachable
from backends.redfish.service import RedfishService

PAUSE_S = 5.0


class Silence:
    """What gave no answer, by the top of its paths (`/redfish/v1/Systems/x`), and the error it ended with."""

    def __init__(self, service: RedfishService, *, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._service = service
        self._sleep = sleep
        self._silent: dict[str, str] = {}
        self._asking: asyncio.Task[None] | None = None

    def of(self, top: str) -> str:
        """The error that it gave no answer with, empty when it is to be asked as anything else."""
        return self._silent.get(top, "")

    def fell(self, top: str, what: str) -> None:
        """It gave no answer. It is asked again from now on until it does, or until `close`."""
        self._silent[top] = what
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())

    def forget(self) -> None:
        """It is the service that gives no answer, and not what is behind it."""
        self._silent.clear()

    async def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._asking

    async def _ask(self) -> None:
        while self._silent:
            for top in tuple(self._silent):
                try:
                    await self._service.fetch(top)
                except (TimedOut, Unreachable) as error:
                    if top in self._silent:
                        self._silent[top] = error.what
                    continue
                except BackendError:
                    pass  # an answer: the next round makes of it what it is
                self._silent.pop(top, None)
            await self._sleep(PAUSE_S)
