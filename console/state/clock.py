"""Time, handed in: collectors, back-off and deadlines never look at the wall themselves, so tests own it."""

import asyncio
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Protocol, TypeVar

Answer = TypeVar("Answer")


class Clock(Protocol):
    """A wall clock for facts, a monotonic one for durations, and a way to wait."""

    def now(self) -> datetime:
        """The time, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The time, aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never jump."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


async def pass_turn() -> None:
    """Let all that is ready go first. Takes no time, so it is nobody's clock."""
    await asyncio.sleep(0)


async def within(clock: Clock, seconds: float | None, work: Coroutine[object, object, Answer]) -> Answer:
    """The work's answer, or TimeoutError once the clock says so many seconds went by; None waits for ever.

    Work that is done at the deadline counts as done; work that is not is cancelled, and has ended when this returns.
    """
    if seconds is None:
        return await work
    task, alarm = asyncio.ensure_future(work), asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((task, alarm), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise TimeoutError
    finally:
        task.cancel()
        alarm.cancel()
        await asyncio.gather(task, alarm, return_exceptions=True)
