"""A return to service through a gate, on the simulated pod: what fails its checks stays drained, and says why."""

import asyncio

import pytest
from msgspec.structs import replace

from backends.simulator.faults import parse_fault
from backends.simulator.server import ServeOptions, serve
from console.actions import action
from console.config import Config, PodConfig
from console.operations.carrier import Here
from console.operations.draft import draft
from console.operations.event import Actor, Ended
from console.operations.gate import Gate
from console.operations.memory import Memory
from console.operations.request import Options
from console.operations.result import Outcome
from console.state.session import Session
from console.targets import Targets

WITHIN_S = 40.0
GOOD, BAD = "austin-r1-n01", "austin-r1-n02"


@pytest.fixture
async def pod():
    """A watched session over a pod whose second node has bad GPU memory; both of its nodes are drained."""
    options = ServeOptions(racks=1, nodes=8, faults=(parse_fault(f"gpu-ecc:{BAD}/1@0"),))
    async with serve(options) as pods:
        reached = pods[0].endpoints
        config = PodConfig(
            ssh=reached.ssh,
            scheduler=replace(reached.scheduler, interval_s=0.5),
            redfish=tuple(replace(one, interval_s=2.0) for one in reached.redfish),
            read_only=False,
            gate="burn-in",
        )
        world = pods[0].clock.world()
        for name in (GOOD, BAD):
            world.scheduler.drain(world.nodes[name], "megapod:op-older0 ann: by the test")
        gates = {"burn-in": Gate(gpus=4, ecc_uncorrectable=0, patience_s=30.0)}
        async with Session(Config(pods={"austin": config}, gates=gates)) as session:
            await session.look(WITHIN_S)
            watching = asyncio.create_task(session.watch())
            yield session, pods[0]
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def resume(session, **options):
    journal = Memory(session.clock.now, Actor("ann", "desk", 1))
    plan = draft(session, action("resume"), Targets("austin", (GOOD, BAD)), "", Options(take_over=True, **options))
    assert not plan.refused, plan.blockers
    async with asyncio.timeout(WITHIN_S):
        async for operation in Here(journal).carry(session, plan):
            last = operation
    return last.result, journal


def drained(served):
    world = served.clock.world()
    return {name for name in (GOOD, BAD) if world.nodes[name].drain}


async def test_what_fails_a_check_stays_drained_and_is_named_with_its_evidence(pod):
    session, served = pod
    result, journal = await resume(session)
    ends = {node.node: node for node in result.nodes}
    assert (ends[GOOD].outcome, ends[BAD].outcome) == (Outcome.DONE, Outcome.FAILED)
    assert "uncorrectable ECC errors on GPU 1" in ends[BAD].detail
    assert f"`megapod resume {BAD} --waive REASON`" in ends[BAD].detail
    kept = [end.text for entry in journal.kept if isinstance(entry.event, Ended) for end in entry.event.ends]
    assert "gate burn-in passed: 4 GPUs of 4; uncorrectable ECC errors at most 0" in kept
    assert drained(served) == {BAD}


async def test_a_waiver_gives_it_back_and_stays_in_the_journal(pod):
    session, served = pod
    result, journal = await resume(session, waive="spare, OPS-12")
    assert result.outcome is Outcome.DONE
    assert any("waived by" in text for text in journal.kept[0].event.plan.warnings)
    assert drained(served) == set()
