"""DRAINED has two witnesses: the scheduler, and GPUs that are quiet, as the controller of the simulated pod tells."""

import asyncio

import pytest
from msgspec.structs import replace

from backends.simulator.server import ServeOptions, serve
from console.actions import action
from console.config import Config, PodConfig
from console.operations.carrier import Here
from console.operations.draft import draft
from console.operations.event import Actor
from console.operations.memory import Memory
from console.operations.operation import fold
from console.operations.result import Outcome
from console.state.session import Session
from console.targets import Targets

WITHIN_S = 40.0
NODE = "austin-r1-n01"


class Pod:
    """The simulated pod, how it is reached, and one drain of a node where nothing runs."""

    def __init__(self, served):
        reached = served.endpoints
        self.world = served.clock.world()
        self.world.scheduler._serve = lambda *_: None
        for number in tuple(self.world.nodes[NODE].jobs):
            self.world.scheduler.end(self.world.scheduler.jobs[number], "COMPLETED")
        self.config = PodConfig(
            ssh=reached.ssh,
            scheduler=replace(reached.scheduler, interval_s=0.5),
            redfish=tuple(replace(one, interval_s=5.0) for one in reached.redfish),
            read_only=False,
        )

    @property
    def gpu(self):
        return self.world.nodes[NODE].gpus[0]

    async def drain(self, *, seen=None, meanwhile=None):
        """Drain the node by a session that has looked (or `seen` nothing yet); the evidence, first to last."""
        async with Session(Config(pods={"austin": self.config})) as session:
            await session.look(WITHIN_S)
            journal = Memory(session.clock.now, Actor("ann", "desk", 1))
            plan = draft(session, action("drain"), Targets("austin", (NODE,)), "leak")
        texts = []
        async with Session(Config(pods={"austin": seen or self.config})) as session:
            watching = asyncio.create_task(session.watch())
            try:
                async with asyncio.timeout(WITHIN_S):
                    async for operation in Here(journal).carry(session, plan):
                        detail = operation.node(NODE).detail
                        texts += [detail] if detail not in texts else []
                        if meanwhile:
                            meanwhile(detail)
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
        assert fold(journal.kept).result.outcome is Outcome.DONE
        return texts


@pytest.fixture
async def pod():
    async with serve(ServeOptions(racks=1, nodes=2, gpus=2, speed=20.0)) as (served,):
        yield Pod(served)


async def test_a_worker_that_has_just_begun_waits_for_the_controllers_first_word(pod):
    texts = await pod.drain()
    assert texts[-1] == "drained; 2 GPUs quiet"
    assert not any("not confirmed" in text for text in texts)


async def test_a_gpu_that_works_on_a_node_called_drained_keeps_it_from_being_so(pod):
    pod.gpu.heat.run = 0.42

    def ends(detail):
        if "something works: GPU 0 at 42 %" in detail:
            pod.gpu.heat.run = 0.0

    texts = await pod.drain(meanwhile=ends)
    assert "the scheduler calls it drained, but something works: GPU 0 at 42 %" in texts
    assert texts[-1] == "drained; 2 GPUs quiet"


async def test_a_controller_that_does_not_answer_is_named_and_nothing_is_claimed(pod):
    dead = tuple(replace(one, url="https://127.0.0.1:9") for one in pod.config.redfish)
    texts = await pod.drain(seen=replace(pod.config, redfish=dead))
    assert texts[-1].startswith("drained; reported by the scheduler, not confirmed: redfish does not answer")
