"""A collector asks one source again and again, at a pace the source can bear."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from random import Random

from msgspec import Struct

from backends.errors import AuthFailed, BackendError, Untrusted
from backends.model.observation import Payload
from console.state.budget import Budget
from console.state.clock import Clock
from console.state.observation import Observation

JITTER = 0.1
BACKOFF_MAX_S = 30.0
DENIED_FIRST_S = 60.0
DENIED_MAX_S = 600.0
DOUBLINGS_MAX = 8
HINT_GATHER_S = 0.25
"""How long hints are gathered before the source is asked: a storm of them comes to one question."""
HINT_REST_S = (0.5, 1.0)
"""The rest of a source between a round and one that hints ask for: as long as the round took, within these."""


class Family(Struct, frozen=True, kw_only=True):
    """One family of facts and how to get it. `requests` counts what it has cost; `turn` is the adapter's lock.

    Families of one adapter take turns where they are polled: the controller sees one question at a time.
    """

    source: str
    fetch: Callable[[], Awaitable[Payload]]
    requests: Callable[[], int]
    turn: asyncio.Lock
    interval_s: float


class Collector:
    """Rounds of one family: jittered, backed off on failure, held to the pod's budget, hurried by `poke` and `hint`.

    Refused credentials and unknown hosts are asked for far less often: servers answer repeats with a lock-out.
    """

    def __init__(
        self,
        family: Family,
        *,
        clock: Clock,
        budget: Budget,
        random: Random,
        deliver: Callable[[Observation], Awaitable[None]],
    ) -> None:
        self.family = family
        self._clock = clock
        self._budget = budget
        self._random = random
        self._deliver = deliver
        self._failures = 0
        self._poked = asyncio.Event()
        self._hinted = asyncio.Event()

    def poke(self) -> None:
        """Ask again as soon as the running round, if any, is done: after a write, or when a person asks."""
        self._poked.set()

    def hint(self) -> None:
        """Something may have changed there: ask soon.

        Unlike a person's poke it waits for the budget, leaves the source a rest after its last round, and never
        hurries one that does not answer.
        """
        self._hinted.set()

    async def run(self) -> None:
        """Collect until cancelled."""
        while True:
            self._poked.clear()
            self._hinted.clear()
            observation = await self.round()
            await self._deliver(observation)
            await self._pause(self.pause_s(observation.error), observation)

    async def round(self, *, together: bool = False) -> Observation:
        """One question and its answer, or what went wrong. Only `BackendError` is an answer; the rest is a bug.

        `together` does not wait for its turn: for one look, which nobody repeats.
        """
        family = self.family
        async with contextlib.nullcontext() if together else family.turn:
            before = family.requests()
            # Facts are as old as the question: an answer under way during a write must not count as seen after it.
            asked_at = self._clock.now()
            started = self._clock.monotonic()
            payload: Payload | None = None
            error: BackendError | None = None
            try:
                payload = await family.fetch()
            except BackendError as caught:
                error = caught
            finally:
                spent = family.requests() - before
                self._budget.charge(spent)
        self._failures = self._failures + 1 if error else 0
        return Observation(
            source=family.source,
            at=asked_at,
            took_s=self._clock.monotonic() - started,
            requests=spent,
            interval_s=family.interval_s,
            payload=payload,
            error=error,
        )

    def pause_s(self, error: BackendError | None) -> float:
        """How long until the next round: the interval, longer after failures, and never inside the budget."""
        interval = pause = self.family.interval_s
        doublings = min(self._failures, DOUBLINGS_MAX)
        if isinstance(error, AuthFailed | Untrusted):
            pause = max(interval, min(DENIED_MAX_S, DENIED_FIRST_S * 2 ** (doublings - 1)))
        elif error:
            pause = max(interval, min(BACKOFF_MAX_S, interval * 2**doublings))
        return max(pause * (1 + self._random.uniform(-JITTER, JITTER)), self._budget.delay_s())

    async def _pause(self, seconds: float, last: Observation) -> None:
        if last.error is not None:
            await self._first(self._clock.sleep(seconds), self._poked.wait())
            return
        ended_s = self._clock.monotonic()
        await self._first(self._clock.sleep(seconds), self._poked.wait(), self._hinted.wait())
        if self._hinted.is_set() and not self._poked.is_set():
            rested_s = self._clock.monotonic() - ended_s
            least_s, most_s = HINT_REST_S
            rest_s = min(max(least_s, last.took_s), most_s)
            soon_s = max(HINT_GATHER_S, rest_s - rested_s, self._budget.delay_s())
            await self._first(self._clock.sleep(min(soon_s, max(0.0, seconds - rested_s))), self._poked.wait())

    @staticmethod
    async def _first(*waits: Coroutine[object, object, object]) -> None:
        """Wait for the first of these; the others are cancelled."""
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
