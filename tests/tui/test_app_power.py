"""P on a simulated pod, over the wire: which action, what it would end, and that it happens at the far side."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from backends.simulator.server import ServeOptions, serve
from console.config import Config, PodConfig
from console.operations.carrier import Here
from console.operations.event import Actor
from console.operations.memory import Memory
from console.operations.profile import Profile
from console.state.clock import SystemClock
from console.state.session import Session
from console.tui.app import MegapodApp
from console.tui.environment import Appearance

WITHIN_S = 20.0


class Powered:
    """The app on a pod of two busy nodes, and what is true at the far side."""

    def __init__(self, app, pilot, grid, served):
        self._app, self._pilot, self._grid = app, pilot, grid
        self._served = served
        self.press = pilot.press

    @property
    def lines(self):
        return self._grid(self._app)

    @property
    def power(self):
        world = self._served.clock.world()
        return world.nodes[next(iter(world.nodes))].power

    def end_jobs(self):
        """What runs there ends, and nothing starts any more."""
        scheduler = self._served.clock.world().scheduler
        scheduler._serve = lambda *_: None
        for job in tuple(scheduler.jobs.values()):
            if job.state == "RUNNING":
                scheduler.end(job, "COMPLETED")

    async def shows(self, *words):
        async with asyncio.timeout(WITHIN_S):
            while not all(word in "\n".join(self.lines) for word in words):
                await self._pilot.pause(0.05)


@pytest.fixture
async def screen(grid) -> AsyncIterator[Powered]:
    async with serve(ServeOptions(racks=1, nodes=2, speed=20.0)) as pods:
        reached = pods[0].endpoints
        pod = PodConfig(
            ssh=reached.ssh,
            scheduler=replace(reached.scheduler, interval_s=0.5),
            redfish=tuple(replace(one, interval_s=1.0) for one in reached.redfish),
            read_only=False,
        )
        carrier = Here(Memory(SystemClock().now, Actor("ann", "desk", 1)))
        profiles = {"pod-os": Profile(boot="pxe", gpus=4, partition="batch")}
        app = MegapodApp(
            Config(pods={"austin": pod}, profiles=profiles), Appearance("dark", "unicode"), Session, carrier
        )
        try:
            async with app.run_test(size=(100, 30)) as pilot:
                yield Powered(app, pilot, grid, pods[0])
        finally:
            await app.close()


async def test_p_asks_which_and_running_work_wants_its_count_typed(screen):
    await screen.press("5")
    await screen.shows("n01", " On ")
    await screen.press("P")
    await screen.shows("on, off, shut-down, cycle, reset, nmi:")
    await screen.press(*"of", "enter")
    await screen.shows("'of' is none of on, off")
    await screen.press("f", "enter")
    await screen.shows("power off", "refused (busy)", "End its jobs")
    await screen.press("y")
    await screen.shows("to go on")
    jobs = next(line for line in screen.lines if "Type " in line).split("Type ")[1].split()[0]
    await screen.press("y")
    assert screen.power == "On", "not before the count is typed"
    await screen.press(*jobs, "enter", "y")
    await screen.shows("power off", ": done")
    assert screen.power == "Off"


async def test_v_asks_for_a_profile_shows_every_stage_and_follows_the_node_to_its_end(screen):
    await screen.press("5")
    await screen.shows("n01", " On ")
    await screen.press("V")
    await screen.shows("profile (pod-os):")
    await screen.press(*"pod", "enter")
    await screen.shows("did you mean pod-os?")
    await screen.press(*"-os", "enter")
    await screen.shows("reason:")
    await screen.press(*"26.10", "enter")
    await screen.shows("each as profile pod-os: empty", "starts once from Pxe", "complete", "Provision")
    await screen.press("y", "7")
    await screen.shows("provision", "draining; job")
    screen.end_jobs()
    await screen.shows("booting")
    await screen.shows("done · in service")
    assert screen.power == "On"
