"""Provisioning of two racks on the simulated pod, over TLS Redfish and SSH: in waves, with what goes wrong in one."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from backends.simulator.boot_order import PXE_IMAGE
from backends.simulator.faults import FAULTS
from backends.simulator.server import ServeOptions, serve
from console.actions import action
from console.config import Config, PodConfig
from console.operations.carrier import Here
from console.operations.draft import draft
from console.operations.engine import Engine
from console.operations.event import Actor, Applied, Cancelling, Ended, Intended, Noted, Retried
from console.operations.memory import Memory
from console.operations.operation import fold
from console.operations.profile import Deadlines, Firmware, Profile
from console.operations.request import Options
from console.operations.result import Outcome
from console.operations.world import World
from console.state.session import Session
from console.targets import Targets

SPEED = 20.0
LOOKS = ("booted", "reached", "joined")
WITHIN_S = 120.0
SHORT = Deadlines(firmware_s=8.0, booted_s=8.0, os_s=15.0, parts_s=6.0, joined_s=20.0)
RESCUE = Profile(boot="media", image="http://images.example/rescue-3.iso", release=False, deadlines=SHORT)
FIRMWARE = Firmware(bios="2.11.4", bmc="25.06-2")
POD_OS = Profile(boot="pxe", gpus=2, links=18, firmware=FIRMWARE, partition="batch", deadlines=SHORT)


class Cancelled(Memory):
    """A journal in which an operation is cancelled with its stage's effect, or the first word of one that only looks.

    At once, whoever looks on.
    """

    def __init__(self, now, actor):
        super().__init__(now, actor)
        self.stages = {}

    def append(self, operation, event):
        entry = super().append(operation, event)
        stage = self.stages.get(operation, "")
        looks = stage.startswith(LOOKS) and isinstance(event, Noted | Ended)
        if getattr(event, "step", None) == stage and (looks or isinstance(event, Applied)):
            del self.stages[operation]
            super().append(operation, Cancelling(why="test"))
        return entry


class Pod:
    """A watched session over the simulated pod, and the pod itself behind the wire, where nothing runs."""

    def __init__(self, session, served):
        self.session = session
        self.served = served
        self.journal = Cancelled(session.clock.now, Actor("ann", "desk", 1))

    @property
    def world(self):
        return self.served.clock.world()

    @property
    def names(self):
        return tuple(self.world.nodes)

    def strike(self, fault, target, *, on=True):
        FAULTS[fault].strike(self.world, target, on=on)

    def plan(self, names, profile="pod-os", **options):
        wanted = Options(profile=profile, **options)
        plan = draft(self.session, action("provision"), Targets("austin", tuple(names)), "26.10", wanted)
        assert not plan.refused, plan.blockers
        return plan

    async def run(self, plan, when=lambda _operation: None):
        async with asyncio.timeout(WITHIN_S):
            async for operation in Here(self.journal).carry(self.session, plan):
                when(operation)
                last = operation
        return last

    def forget_its_nodes(self):
        """Leave the head's host key alone in known_hosts."""
        known = Path(self.session.config.pods["austin"].ssh.known_hosts)
        known.write_text(known.read_text().splitlines()[0] + "\n")

    def starts_from(self, name):
        """What its next start is from, and what is in its drive."""
        order = self.world.nodes[name].order
        return order.target, order.lasting, order.drive

    async def retry(self, operation, names):
        self.journal.append(operation.id, Retried(nodes=tuple(names)))
        again = fold(self.journal.entries(operation.id))
        engine = Engine(World(self.session, operation.plan, self.journal), self.journal, again)
        async with asyncio.timeout(WITHIN_S):
            await engine.run()
        return engine.operation

    def asked(self, operation, after=0):
        events = [entry.event for entry in self.journal.entries(operation.id, after)]
        return [event.step for event in events if isinstance(event, Intended)]


@pytest.fixture
async def reach():
    """`await reach(racks, nodes)`: such a pod, of fast time and without work."""
    opened = []

    async def one(racks, nodes):
        serving = serve(ServeOptions(racks=racks, nodes=nodes, gpus=2, speed=SPEED))
        (served,) = await serving.__aenter__()
        world = served.clock.world()
        world.scheduler._serve = lambda *_: None  # no job starts by itself any more
        for job in tuple(world.scheduler.jobs.values()):
            if job.state == "RUNNING":
                world.scheduler.end(job, "COMPLETED")
        reached = served.endpoints
        config = PodConfig(
            ssh=reached.ssh,
            scheduler=replace(reached.scheduler, interval_s=0.5),
            redfish=tuple(replace(each, interval_s=30.0, timeout_s=3.0) for each in reached.redfish),
            read_only=False,
            requests_per_minute=200,  # hundreds of power events a minute are no reason to crawl two racks each time
        )
        session = Session(Config(pods={"austin": config}, profiles={"pod-os": POD_OS, "rescue": RESCUE}))
        await session.look(30.0)
        opened.append((session, asyncio.create_task(session.watch()), serving))
        return Pod(session, served)

    yield one
    for session, watching, serving in opened:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await session.__aexit__(None, None, None)
        await serving.__aexit__(None, None, None)


@pytest.mark.timeout(240)
async def test_of_two_racks_in_waves_what_fails_is_named_with_its_stage_and_a_retry_of_it_goes_on_from_there(reach):
    pod = await reach(racks=2, nodes=18)
    stuck, deaf, short = pod.names[24:26], pod.names[30], pod.names[20]
    for name in stuck:
        pod.world.nodes[name].stuck = True
    pod.strike("gpu-lost", short)
    plan = pod.plan(pod.names, canary=2, wave=17, stop_after=8)
    assert [phase.name for phase in plan.phases] == ["claim", "canary", "wave 1 of 2", "wave 2 of 2"]

    def hang(seen):
        if (row := seen.progress(f"empty/{deaf}", deaf)) is not None and row.outcome is Outcome.DONE:
            pod.strike("bmc-node-hang", deaf)

    operation = await pod.run(plan, hang)

    ends = {node.node: node for node in operation.nodes if node.outcome is not Outcome.DONE}
    assert (len(operation.nodes) - len(ends), set(ends)) == (32, {*stuck, deaf, short})
    for name in stuck:
        assert (ends[name].stage, ends[name].outcome) == ("booted", Outcome.TIMED_OUT)
        assert "On, OSBootStarted since" in ends[name].detail
    assert (ends[deaf].stage, ends[deaf].outcome) == ("firmware", Outcome.TIMED_OUT)
    assert "no answer in 3 s" in ends[deaf].detail
    assert (ends[short].stage, ends[short].detail) == ("parts", "1 of 2 GPUs, 9 of 18 NVLinks up")
    assert {name for name, node in pod.world.nodes.items() if node.drain} == set(ends)
    assert {node.order.running for name, node in pod.world.nodes.items() if name not in ends} == {PXE_IMAGE}
    assert all(node.order.target == "None" for node in pod.world.nodes.values())

    for name in stuck:
        pod.strike("node-never-boots", name, on=False)
    pod.strike("bmc-node-hang", deaf, on=False)
    pod.strike("gpu-lost", short, on=False)
    before = pod.journal.kept[-1].seq
    operation = await pod.retry(operation, ends)
    assert {node.outcome for node in operation.nodes} == {Outcome.DONE}
    assert not any(node.drain for node in pod.world.nodes.values())
    asked = pod.asked(operation, before)
    assert {step.partition("/")[2] for step in asked} == set(ends), "the 32 that got there are left alone"
    assert [step for step in asked if step.endswith(short)] == [f"resume/{short}"], "it goes on where it failed"
    assert f"power-off/{stuck[0]}" in asked, "what never booted is started anew"


POINTS = ("close", "media", "boot-from", "power-off", "power-on", "booted", "reached", "eject")


async def test_cancelled_at_any_stage_no_later_one_begins_and_image_and_override_are_taken_back(reach):
    """A node for each stage, each with an operation of its own: all at once."""
    pod = await reach(racks=1, nodes=len(POINTS))
    for name in pod.names[::2]:
        pod.world.nodes[name].order.target, pod.world.nodes[name].order.lasting = "Hdd", "Continuous"
    before = {name: pod.starts_from(name) for name in pod.names}

    async def one(name, stage):
        """Cancelled as soon as the stage has begun."""
        plan = pod.plan((name,), "rescue")
        pod.journal.stages[plan.operation] = stage if stage == "close" else f"{stage}/{name}"
        operation = await pod.run(plan)
        said = next(kept.seq for kept in pod.journal.entries(plan.operation) if isinstance(kept.event, Cancelling))
        return operation, [asked for asked in pod.asked(operation, said) if not asked.startswith("undo/")]

    ended = await asyncio.gather(*map(one, pod.names, POINTS))
    for name, stage, (operation, later) in zip(pod.names, POINTS, ended, strict=True):
        assert (operation.outcome, stage, later) == (Outcome.CANCELLED, stage, [])
        assert pod.starts_from(name) == before[name], stage
        off = operation.progress(f"power-off/{name}", name)
        switched = off is not None and off.tries > 0
        assert pod.world.nodes[name].drain is switched, stage
        word = "left closed to new work: its power was switched on the way" if switched else "as before"
        assert f"{name} {word}" in operation.text


async def test_cancelled_when_all_of_it_is_done_it_is_done_and_nothing_is_taken_back(reach):
    pod = await reach(racks=1, nodes=1)
    plan, (name,) = pod.plan(pod.names, "rescue"), pod.names
    pod.journal.stages[plan.operation] = f"joined/{name}"
    operation = await pod.run(plan)
    assert operation.outcome is Outcome.DONE
    assert operation.text == f"provision {name}: done; the cancel came too late to stop any of it"
    assert not [step for step in operation.steps if step.startswith("undo/")]
    assert pod.world.nodes[name].drain, "its profile leaves it closed"


async def test_a_node_that_another_gives_back_meanwhile_is_not_touched_and_what_was_prepared_is_taken_back(reach):
    pod = await reach(racks=1, nodes=4)
    name = pod.names[0]

    def give_back(seen):
        row = seen.progress(f"boot-from/{name}", name)
        if row is not None and row.outcome is Outcome.DONE and pod.world.nodes[name].drain:
            pod.world.scheduler.resume(pod.world.nodes[name])

    operation = await pod.run(pod.plan(pod.names[:2], "rescue"), give_back)
    ends = {node.node: node for node in operation.nodes}
    assert (ends[name].outcome, ends[name].stage) == (Outcome.CONFLICT, "power-off")
    assert ends[name].detail == "given back by somebody else since it was closed; left as it is"
    assert (pod.starts_from(name), pod.world.nodes[name].power) == (("None", "Disabled", ""), "On")
    other = pod.world.nodes[pod.names[1]]
    assert (ends[other.name].outcome, other.order.running, other.drain) == (Outcome.DONE, "rescue-3", True)
    assert pod.starts_from(other.name) == ("None", "Disabled", "")
    assert "still closed to new work" in ends[other.name].detail


async def test_a_host_key_that_nobody_knows_ends_the_node_with_a_word_for_it_and_takes_image_and_override_back(reach):
    pod = await reach(racks=1, nodes=2)
    pod.forget_its_nodes()
    operation = await pod.run(pod.plan(pod.names[:1], "rescue"))
    (end,) = operation.nodes
    assert (end.outcome, end.stage) == (Outcome.FAILED, "reached"), end
    assert "if the new system made itself a new key, put that into known_hosts" in end.detail
    assert end.next.startswith("see its console and network; `megapod ops retry")
    assert pod.starts_from(end.node) == ("None", "Disabled", "")
    assert pod.world.nodes[end.node].drain, "what fails stays closed"
