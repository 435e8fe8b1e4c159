"""Power as an operation on the simulated pod, over TLS Redfish and SSH: what happens at the far side, and what not."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from backends.model.node import Power
from backends.simulator.job import JobRequest
from backends.simulator.server import ServeOptions, serve
from console.actions import action
from console.config import Config, PodConfig
from console.operations.carrier import Here
from console.operations.draft import draft
from console.operations.event import Actor, Intended
from console.operations.memory import Memory
from console.operations.policy import Policy
from console.operations.request import Options
from console.operations.result import Outcome
from console.state.session import Session
from console.targets import Targets

WITHIN_S = 40.0
NODES = tuple(f"austin-r1-n{n:02d}" for n in range(1, 9))
TRAIN = JobRequest(
    name="late",
    user="ada",
    account="research",
    partition="batch",
    node_count=1,
    gpus_per_node=1,
    limit_s=86_400,
    runs_s=86_000,
    outcome="COMPLETED",
    load=0.5,
)


class Pod:
    """A watched session over the simulated pod, and the pod itself behind the wire."""

    def __init__(self, session, served):
        self.session = session
        self.served = served
        self.journal = Memory(session.clock.now, Actor("ann", "desk", 1))

    @property
    def world(self):
        return self.served.clock.world()

    @property
    def idle(self):
        """The nodes where nothing runs, closed to new work so that it stays so."""
        found = [node for node in self.world.nodes.values() if not node.jobs]
        for node in found:
            self.world.scheduler.drain(node, "megapod:op-older0 ann: by the test")
        return tuple(node.name for node in found)

    def power(self, names):
        return {self.world.nodes[name].power for name in names}

    def start_job(self, name):
        world = self.world
        job = world.scheduler.submit(TRAIN, world.now_s)
        world.scheduler.start(job, [world.nodes[name]], world.now_s)
        return str(job.number)

    async def plan(self, names, power, **options):
        since = self.session.clock.now()
        for pod in self.session.pods.values():
            pod.poke()
        async with asyncio.timeout(WITHIN_S):
            await self.session.store.until(lambda latest: _answered(latest["austin"], since))
        return draft(self.session, action("power"), Targets("austin", names), "", Options(power=power, **options))

    async def run(self, plan):
        assert not plan.refused, plan.blockers
        async with asyncio.timeout(WITHIN_S):
            async for operation in Here(self.journal).carry(self.session, plan):
                last = operation
        return last.result

    def asked(self):
        return [entry.event.step for entry in self.journal.kept if isinstance(entry.event, Intended)]


def _answered(snapshot, since):
    return all(one.observed_at is not None and one.observed_at > since for one in snapshot.sources.values())


@pytest.fixture
async def pod() -> AsyncIterator[Pod]:
    async with serve(ServeOptions(racks=1, nodes=len(NODES), speed=20.0)) as pods:
        reached = pods[0].endpoints
        config = PodConfig(
            ssh=reached.ssh,
            scheduler=replace(reached.scheduler, interval_s=0.5),
            redfish=tuple(replace(one, interval_s=5.0) for one in reached.redfish),
            read_only=False,
        )
        async with Session(Config(pods={"austin": config})) as session:
            await session.look(WITHIN_S)
            watching = asyncio.create_task(session.watch())
            yield Pod(session, pods[0])
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def test_a_cycle_in_batches_brings_every_node_back(pod):
    names = pod.idle[:2]
    assert len(names) == 2
    plan = await pod.plan(names, "cycle", batch=1)
    result = await pod.run(plan)
    assert (result.outcome, pod.power(names)) == (Outcome.DONE, {"On"}), result
    assert pod.asked() == ["power-off/1", "power-on/1", "power-off/2", "power-on/2"]


async def test_a_job_that_has_started_since_the_plan_was_made_is_spared(pod):
    names = pod.idle[:2]
    plan = await pod.plan(names, "off")
    assert not plan.refused
    job = pod.start_job(names[0])
    result = await pod.run(plan)
    ends = {node.node: (node.outcome, node.detail) for node in result.nodes}
    assert ends[names[0]] == (
        Outcome.CONFLICT,
        f"job {job} has started there since the plan was made; drain it first",
    )
    assert ends[names[1]][0] is Outcome.DONE
    assert [pod.world.nodes[name].power for name in names] == ["On", "Off"]
    assert job in [str(number) for number in pod.world.nodes[names[0]].jobs]


async def test_what_the_policy_forbids_by_the_time_of_its_turn_stays_on_and_says_by_which_rule(pod):
    names = pod.idle[:2]
    plan = await pod.plan(names, "off", batch=1)
    open_pod = pod.session.pods["austin"]
    forbidden = replace(open_pod.config, policy=Policy(allow={"power off": ("zoe",)}))
    pod.session.pods["austin"] = replace(open_pod, config=forbidden)
    result = await pod.run(plan)
    assert (result.outcome, pod.asked()) == (Outcome.REFUSED, [])
    assert "power-off not begun: allow.power off: power off is for zoe" in result.text
    assert pod.power(names) == {"On"}


async def test_a_reset_is_seen_by_the_controllers_own_record_and_an_nmi_leaves_the_power_alone(pod):
    name = pod.idle[0]
    provisioner = pod.session.pods["austin"].adapters.hardware["redfish"].provisioner
    system = pod.session.store["austin"].nodes[name].hardware.system
    before = (await provisioner.boot_state(system)).reset_at
    result = await pod.run(await pod.plan((name,), "reset"))
    after = (await provisioner.boot_state(system)).reset_at
    assert (result.outcome, result.nodes[0].detail) == (Outcome.DONE, f"reset at {after.isoformat()}")
    assert after != before
    nmi = await pod.run(await pod.plan((name,), "nmi"))
    assert (nmi.outcome, nmi.nodes[0].detail) == (Outcome.DONE, "accepted by the controller")
    state = await provisioner.boot_state(system)
    assert (state.power, state.reset_at) == (Power.ON, after)
