"""The console on a simulated pod at which time stands still: `python still.py GLYPHS [SECONDS]`.

What the goldens are taken of. The pod is served over real SSH and Redfish in this process; its world has lived ten
minutes and has had its faults, and then neither its clock nor the console's moves any more, and every source is asked
once. So the same code draws the same screen, every time. With SECONDS every source is asked that often.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from msgspec.structs import replace

from backends.model.endpoint import SchedulerEndpoint
from backends.simulator.faults import parse_fault
from backends.simulator.server import ServedPod, ServeOptions, serve
from console.config import Config, PodConfig
from console.operations.carrier import Here
from console.operations.event import Actor
from console.operations.memory import Memory
from console.state.clock import SystemClock
from console.state.session import Session
from console.tui.environment import Appearance, prepare

EPOCH = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
LIVED_S = 600.0
ONCE_S = 36000.0
FAULTS = ("pump-fail@120", "node-off@300", "gpu-ecc:austin-r2-n02/1@400")


class StillClock(SystemClock):
    """A wall that stands; waiting takes the time it takes."""

    def now(self) -> datetime:
        """Always the same."""
        return EPOCH + timedelta(seconds=LIVED_S)

    def monotonic(self) -> float:
        """Nothing took any time: how long an answer took is part of when it was known."""
        return LIVED_S


def console(pod: ServedPod, glyphs: str, every_s: float) -> Callable[[], object]:
    """The app, on that pod. Where its sources are asked again and again, time passes for the console."""
    from console.tui.app import MegapodApp  # it reads the environment when imported

    clock = StillClock() if every_s == ONCE_S else SystemClock()
    endpoints = pod.endpoints
    config = Config(
        pods={
            endpoints.pod: PodConfig(
                read_only=False,
                ssh=endpoints.ssh,
                scheduler=SchedulerEndpoint(interval_s=every_s),
                redfish=tuple(replace(each, interval_s=every_s) for each in endpoints.redfish),
            )
        }
    )
    return MegapodApp(
        config,
        Appearance("dark", glyphs),
        lambda config: Session(config, clock=clock, random=Random(1)),
        Here(Memory(clock.now, Actor("ann", "desk", 1))),
    )


async def main(glyphs: str, every_s: float) -> None:
    """Serve, open, and let go of both at the end."""
    elapsed = [0.0]
    options = ServeOptions(
        racks=2,
        nodes=6,
        gpus=4,
        seed=7,
        epoch=EPOCH,
        faults=tuple(map(parse_fault, FAULTS)),
        monotonic=lambda: elapsed[0],
    )
    async with serve(options) as (pod,):
        elapsed[0] = LIVED_S
        app = console(pod, glyphs, every_s)
        try:
            await app.run_async()
        finally:
            await app.close()


if __name__ == "__main__":
    prepare(os.environ)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1], float(sys.argv[2]) if sys.argv[2:] else ONCE_S))
