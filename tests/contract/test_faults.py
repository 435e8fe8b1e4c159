"""Every named fault of the simulated pod, over the wire: found in two rounds, once, with what it really hits.

Real TLS Redfish and real SSH, and the console's own session between them. Time of the pod is turned by hand, so that
rounds are counted and nothing waits. What a fault hits is compared with the simulator's own books.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from msgspec import Struct
from msgspec.structs import replace

from backends.model.finding import Finding
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState
from backends.model.stream import StreamState
from backends.simulator.faults import FAULTS, parse_fault
from backends.simulator.power import Reset
from backends.simulator.scenario import read_scenario
from backends.simulator.server import ServedPod, ServeOptions, serve
from backends.simulator.target import default_target
from backends.simulator.world import World
from console.config import Config, PodConfig
from console.state.session import Session

PATIENCE_S = 15.0
SETTLED_S = 400.0
"""By then loops are at their flow, GPUs cool, nodes booted and jobs dealt out again."""


class HandClock:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Bench:
    """A pod that is served, the session that looks at it, and the pod's clock."""

    def __init__(self, pod: ServedPod, session: Session, clock: HandClock) -> None:
        self.pod = pod
        self.session = session
        self._clock = clock

    @property
    def world(self) -> World:
        return self.pod.clock.world()

    async def after(self, seconds: float) -> Snapshot:
        """Let the pod's time pass, and ask every source once: one round."""
        self._clock.now_s += seconds
        assert self.world.now_s == self._clock.now_s
        return await self.look()

    async def look(self) -> Snapshot:
        return (await self.session.look(PATIENCE_S))[self.pod.endpoints.pod]

    def strike(self, name: str, target: str, *, on: bool) -> None:
        FAULTS[name].strike(self.world, target, on=on)

    def running(self, hits: Callable[[str, int], bool]) -> dict[str, tuple[str, ...]]:
        """The simulator's own running jobs that hold a GPU for which `hits` is true, with their gangs."""
        return {
            str(job.number): job.nodes
            for job in self.world.scheduler.jobs.values()
            if job.nodes
            and job.ended_s is None
            and any(hits(node, index) for node, held in job.indices.items() for index in held)
        }


def config_of(pod: ServedPod, *, timeout_s: float = 10.0) -> Config:
    end = pod.endpoints
    redfish = tuple(replace(one, timeout_s=timeout_s) for one in end.redfish)
    return Config(pods={end.pod: PodConfig(ssh=end.ssh, scheduler=end.scheduler, redfish=redfish, read_only=False)})


@asynccontextmanager
async def opened(**shape: object) -> AsyncIterator[Bench]:
    clock = HandClock()
    timeout_s = float(shape.pop("timeout_s", 10.0))
    async with (
        serve(ServeOptions(monotonic=clock, **shape)) as (pod,),
        Session(config_of(pod, timeout_s=timeout_s)) as session,
    ):
        yield Bench(pod, session, clock)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """A pod with two racks, gangs on both, one CDU under both; looked at once, and well."""
    async with opened(racks=2, nodes=4, gpus=2, timeout_s=1.0) as found:
        assert (await found.look()).findings == (), "a healthy pod"
        yield found


class Expected(Struct, frozen=True, kw_only=True):
    """What must be found of one fault: the rule, on what (`{}` is the target), and which nodes it hits.

    `second_s` is the pod's time between the two rounds: physics and Slurm need theirs. `tells` are patterns that some
    line of evidence must match: the raw reading, or the controller's word, and where it comes from. `lasts_s` is how
    much longer it is left: Slurm takes 45 s to give a node up, and one that is back sooner wants a person's resume.
    """

    rule: str
    entity: str
    hits: str
    tells: tuple[str, ...]
    severity: Severity = Severity.CRITICAL
    second_s: float = 1.0
    lasts_s: float = 0.0


NODE = "node:{}"
EXPECTED = {
    "node-off": Expected(
        rule="off-but-scheduled",
        entity=NODE,
        hits="node",
        lasts_s=60.0,
        tells=("power: Off", r"scheduler: (allocated|mixed|idle)", r"redfish /redfish/v1/Systems/.*slurm\.nodes"),
    ),
    "node-never-boots": Expected(
        rule="never-boots",
        entity=NODE,
        hits="node",
        second_s=60.0,
        tells=("power: On", "boot progress: (?!OSRunning)", "scheduler: down"),
    ),
    "thermal": Expected(
        rule="thermal",
        entity="rack:",
        hits="rack",
        second_s=90.0,
        tells=(r"temp 57 °C, limit 40", "from redfish", "throttled: .* node"),
    ),
    "gpu-xid": Expected(
        rule="gpu-health", entity=NODE, hits="gpu", tells=("gpu 0: Critical", "Xid 95", "from redfish /redfish/v1/Sys")
    ),
    "gpu-ecc": Expected(
        rule="gpu-ecc", entity=NODE, hits="gpu", tells=("gpu 0: 1 uncorrectable", "from redfish /redfish/v1/Systems")
    ),
    "gpu-lost": Expected(
        rule="gpu-missing", entity=NODE, hits="gpu", tells=("controller: 1", "scheduler: 2", "fell off the bus")
    ),
    "nvlink-down": Expected(
        rule="nvlink-down", entity=NODE, hits="gpu", tells=("gpu 0: 1 of 2 up", "from redfish /redfish/v1/Systems")
    ),
    "cdu-leak": Expected(
        rule="leak", entity="leak-detector:{}/base", hits="cdu", tells=("state: Critical", "Coolant leaks under")
    ),
    "tray-leak": Expected(
        rule="leak",
        entity="leak-detector:",
        hits="node",
        second_s=40.0,
        lasts_s=60.0,
        tells=("state: Critical", "Coolant leaks in", "off-but-scheduled: 1 node"),
    ),
    "pump-fail": Expected(
        rule="pump",
        entity="pump:{}",
        hits="cdu",
        second_s=60.0,
        tells=("stopped", "lost redundancy: pumps", r"flow [\d.]+ l/min, limit"),
    ),
    "flow-low": Expected(
        rule="filter",
        entity="filter:{}/",
        hits="cdu",
        second_s=30.0,
        tells=("clogged", r"flow [\d.]+ l/min, limit|flow of"),
    ),
    "psu-lost": Expected(
        rule="power-supply", entity="power-supply:{}", hits="rack", tells=("health: Critical", "failed")
    ),
    "shelf-lost": Expected(
        rule="power", entity="power-shelf:{}", hits="rack", tells=("health: Critical", "psu6", "lost redundancy")
    ),
    "pdu-outlet-off": Expected(
        rule="outlet", entity="outlet:{}", hits="rack", tells=("state: Off", "has no input", "lost redundancy")
    ),
    "over-budget": Expected(
        rule="over-budget",
        entity="pod:{}",
        hits="pod",
        tells=(r"power \d+ W", r"budget \d+ W, .*redfish", "from redfish"),
    ),
    "slurmctld-down": Expected(
        rule="scheduler-down", entity="source:slurm", hits="", tells=("8 on, 8 OK", r"slurm\.nodes", "last answer ")
    ),
    "bmc-503": Expected(
        rule="source-silent", entity="source:redfish", hits="", severity=Severity.WARNING, tells=("last answer ",)
    ),
    "bmc-hang": Expected(
        rule="source-silent", entity="source:redfish", hits="", severity=Severity.WARNING, tells=("last answer ",)
    ),
    "ssh-down": Expected(
        rule="source-silent", entity="source:slurm", hits="", severity=Severity.WARNING, tells=("8 on, 8 OK",)
    ),
}
ELSEWHERE = {"bmc-node-hang", "sse-drop"}
"""Faults that show in another way than in rounds: a test of their own below."""


def truth(world: World, hits: str, target: str) -> tuple[set[str], Callable[[str, int], bool]]:
    """The nodes a fault hits by the simulator's books, and whether it hits a GPU of one."""
    head, _, part = target.partition("/")
    shape, plant = world.shape, world.plant
    if hits == "gpu":
        index = int(part.partition("/")[0] or 0)
        return {head}, lambda node, at: (node, at) == (head, index)
    racks = {
        "rack": lambda: {
            shape.rack_names.index(name) + 1 for name in shape.rack_names if head == name or head.startswith(f"{name}-")
        },
        "cdu": lambda: set(plant.cdus[head].racks),
        "pod": lambda: set(range(1, shape.racks + 1)),
    }
    nodes = {head} if hits == "node" else set()
    if hits in racks:
        chosen = racks[hits]()
        nodes = {node.name for node in world.nodes.values() if node.rack in chosen}
    return nodes, lambda node, _: node in nodes


async def gone(bench: Bench, name: str, target: str) -> None:
    """Mend a fault, and let the pod come to rest; a node whose boot was stuck is reset, as a person would."""
    bench.strike(name, target, on=False)
    if name == "node-never-boots":
        bench.world.power.reset(bench.world.nodes[target], Reset.FORCE_RESTART)
    if FAULTS[name].target == "pod" and name.startswith("ssh"):
        await listening(bench, answers=True)


async def listening(bench: Bench, *, answers: bool) -> None:
    """Until the head node's sshd is as the fault has it: the simulated pod looks every 0.2 s."""
    end = bench.pod.endpoints.ssh
    assert end is not None
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                _, writer = await asyncio.open_connection(end.host, end.port)
            except OSError:
                reached = False
            else:
                reached = True
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
            if reached is answers:
                return
            await asyncio.sleep(0.05)


def test_every_fault_is_looked_for() -> None:
    assert set(FAULTS) == set(EXPECTED) | ELSEWHERE


@pytest.mark.parametrize("name", EXPECTED)
async def test_a_fault_is_one_finding_with_all_it_hits_and_goes_when_it_is_mended(bench, name) -> None:
    expected, target = EXPECTED[name], default_target(bench.world, FAULTS[name].target)
    began = bench.world.wall(bench.world.now_s)
    bench.strike(name, target, on=True)
    if name == "ssh-down":
        await listening(bench, answers=False)
    first = await bench.after(1.0)
    found = first.findings
    if not found or expected.second_s > 1.0:
        found = (await bench.after(expected.second_s)).findings
    at = bench.session.store[bench.pod.endpoints.pod]
    (finding,) = found
    assert (finding.rule, finding.severity) == (expected.rule, expected.severity)
    assert finding.entity.startswith(
        expected.entity.format(target.partition("/")[0] if expected.hits in ("gpu", "node") else target)
    )
    assert began - timedelta(seconds=1) <= finding.since <= at.at, "as old as it is, by whoever knows it"
    assert finding.advice
    named, _, what = finding.title.partition(": ")
    assert not what.casefold().startswith(f"{named} ".casefold()), "the name once is enough"
    for pattern in expected.tells:
        assert any(re.search(pattern, line) for line in (finding.title, *finding.evidence)), (pattern, finding.evidence)
    hits_what_it_hits(bench, finding, expected.hits, target)
    assert (len(at.nodes), len(at.jobs) > 0, len(at.components) > 0) == (8, True, True), "no table is emptied"
    await bench.after(expected.lasts_s)
    await gone(bench, name, target)
    await bench.after(1.0)
    now = await bench.after(SETTLED_S)
    if name == "ssh-down":  # the transport lets a host that refused it rest before it connects anew
        async with asyncio.timeout(PATIENCE_S):
            while now.findings:
                await asyncio.sleep(0.2)
                now = await bench.look()
    assert now.findings == (), "gone within two rounds"


def hits_what_it_hits(bench: Bench, finding: Finding, hits: str, target: str) -> None:
    """Nodes, GPUs, jobs, whole gangs and users, all as the simulator's books have them at this very second."""
    nodes, hit = truth(bench.world, hits, target)
    jobs = bench.running(hit)
    assert set(finding.hits_nodes) == nodes
    assert set(finding.hits_jobs) == set(jobs)
    assert set(finding.gang_nodes) == {node for gang in jobs.values() for node in gang} - nodes
    users = {job.request.user for job in bench.world.scheduler.jobs.values() if str(job.number) in jobs}
    assert set(finding.hits_users) == users
    if hits == "gpu":
        head, _, part = target.partition("/")
        assert finding.gpus == (f"{head}/{part.partition('/')[0] or 0}",)
    assert finding.hits_gpus == (1 if hits == "gpu" else len(nodes) * bench.world.shape.gpus_per_node)


async def test_a_lost_event_stream_is_told_and_empties_nothing() -> None:
    async with opened(racks=1, nodes=2, gpus=1) as bench:
        watching = asyncio.create_task(bench.session.watch())
        name, store = bench.pod.endpoints.pod, bench.session.store

        def stream(state: StreamState) -> Callable[[dict[str, Snapshot]], bool]:
            return lambda now: any(one.events and one.events.state is state for one in now[name].sources.values())

        async with asyncio.timeout(PATIENCE_S):
            await store.until(stream(StreamState.LIVE))
            bench.strike("sse-drop", name, on=True)
            await store.until(stream(StreamState.LOST))
            now = (await store.until(lambda now: any(one.rule == "events-lost" for one in now[name].findings)))[name]
        assert [finding.entity for finding in now.findings] == ["source:redfish"]
        assert len(now.nodes) == 2
        assert now.sources["redfish"].state in (SourceState.OK, SourceState.SLOW)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_what_is_wrong_stays_told_when_its_source_falls_silent() -> None:
    async with opened(racks=1, nodes=2, gpus=1) as bench:
        cdu = default_target(bench.world, "cdu")
        bench.strike("cdu-leak", cdu, on=True)
        before = (await bench.look()).findings
        bench.strike("bmc-503", bench.pod.endpoints.pod, on=True)
        after = {finding.rule: finding for finding in (await bench.after(1.0)).findings}
        assert after.keys() == {"leak", "source-silent"}
        assert (after["leak"].id, after["leak"].since) == (before[0].id, before[0].since)
        assert any(line.startswith("last seen ") for line in after["leak"].evidence)


SCENARIO = """
title = "A bad night: three things at once"
[[fault]]
name = "pump-fail"
start_s = 10
[[fault]]
name = "psu-lost"
target = "austin-r2-shelf1/psu3"
start_s = 20
[[fault]]
name = "gpu-ecc"
target = "austin-r1-n02/1"
start_s = 30
end_s = 4000
"""


async def test_three_faults_at_once_are_three_causes(tmp_path) -> None:
    path = tmp_path / "night.toml"
    path.write_text(SCENARIO)
    async with opened(racks=2, nodes=4, gpus=2, faults=read_scenario(path)) as bench:
        assert (await bench.look()).findings == ()
        for seconds in (31.0, 60.0, 300.0):
            now = await bench.after(seconds)
            assert {(finding.rule, finding.entity) for finding in now.findings} == {
                ("pump", "pump:austin-cdu1/pump1"),
                ("power-supply", "power-supply:austin-r2-shelf1/psu3"),
                ("gpu-ecc", "node:austin-r1-n02"),
            }
            assert len(now.findings) == 3


async def test_a_gpu_s_own_error_is_no_work_of_a_stopped_pump() -> None:
    async with opened(
        racks=1, nodes=4, gpus=2, faults=(parse_fault("pump-fail@5"), parse_fault("gpu-xid:austin-r1-n02/1@8"))
    ) as bench:
        for seconds in (20.0, 60.0, 600.0):
            now = await bench.after(seconds)
            assert {(finding.rule, finding.entity) for finding in now.findings} == {
                ("pump", "pump:austin-cdu1/pump1"),
                ("gpu-health", "node:austin-r1-n02"),
            }, seconds
