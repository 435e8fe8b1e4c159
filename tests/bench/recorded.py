"""A pod as a simulated one told it once over SSH and HTTPS, made as large as wanted, that changes once a second.

What it tells is decoded already: a benchmark on it measures the console from the merge to the terminal, and nothing
of the wire or of a server that shares its cores.
"""

import asyncio
import itertools
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from backends.model.endpoint import RedfishEndpoint, SchedulerEndpoint, SshEndpoint
from backends.model.node import HardwareFacts, SchedulerFacts, Service
from backends.model.observation import (
    HardwareInventory,
    SchedulerJobs,
    SchedulerLayout,
    SchedulerNodes,
)
from backends.model.plant import ComponentFacts
from backends.ports import Capability
from backends.registry import Adapters
from console.config import Config, PodConfig, load
from console.state.session import Session

POD = "austin"
RACKS, PER_RACK = 4, 18
CHANGED = 4
"""Each second one node of so many reads otherwise: 18 of 72."""
_NUMBERED = re.compile(rb"\b(r|leaf|cdu)(\d+)\b")
_STEPS = {b"r": RACKS, b"leaf": RACKS, b"cdu": 1}


class Told(msgspec.Struct):
    """The latest answer of each family."""

    nodes: SchedulerNodes
    jobs: SchedulerJobs
    layout: SchedulerLayout
    hardware: HardwareInventory


def record() -> Told:
    """Serve a simulated pod of 4 racks with 18 nodes, ask it once, and let it go."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        words = ["simulate", "--racks", str(RACKS), "--nodes", str(PER_RACK), "--write-config", str(config)]
        argv = [sys.executable, "-m", "console", *words, "--exit-with-parent"]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            assert server.stdin is not None
            assert server.stdout is not None
            json.loads(server.stdout.readline())
            try:
                return asyncio.run(_ask(str(config)))
            finally:
                server.stdin.close()


async def _ask(config: str) -> Told:
    async with Session(load(config)) as session:
        adapters = session.pods[POD].adapters
        scheduler, hardware = adapters.scheduler, adapters.hardware["redfish"]
        assert scheduler is not None
        return Told(
            await scheduler.nodes(), await scheduler.jobs(), await scheduler.layout(), await hardware.inventory()
        )


def grown(told: Told, nodes: int, *, plant: bool = True) -> Told:
    """The same pod again and again, side by side, until it has so many nodes; without its `plant` only the nodes.

    Racks, leaf switches and CDUs go on counting, jobs have ids of their own.
    """
    if not plant:
        told = replace(told, hardware=HardwareInventory(told.hardware.systems))
    copies = [_copy(told, number) for number in range(-(-nodes // (RACKS * PER_RACK)))]
    keep = set(itertools.islice((name for one in copies for name in one.nodes.nodes), nodes))
    return Told(
        SchedulerNodes({name: facts for one in copies for name, facts in one.nodes.nodes.items() if name in keep}),
        SchedulerJobs({key: job for one in copies for key, job in one.jobs.jobs.items()}),
        replace(
            told.layout,
            components=tuple(dict.fromkeys(part for one in copies for part in one.layout.components)),
            edges=tuple(dict.fromkeys(edge for one in copies for edge in one.layout.edges)),
        ),
        HardwareInventory(
            {name: facts for one in copies for name, facts in one.hardware.systems.items() if name in keep},
            tuple({part.id: part for one in copies for part in one.hardware.components}.values()),
            tuple(dict.fromkeys(edge for one in copies for edge in one.hardware.edges)),
            facts={key: facts for one in copies for key, facts in one.hardware.facts.items()},
        ),
    )


def _copy(told: Told, number: int) -> Told:
    if not number:
        return told
    text = _NUMBERED.sub(
        lambda found: b"%b%d" % (found[1], int(found[2]) + number * _STEPS[found[1]]), msgspec.json.encode(told)
    )
    copy = msgspec.json.decode(text, type=Told)
    jobs = {f"{int(key) + number * 1000}": job for key, job in copy.jobs.jobs.items()}
    copy.jobs = SchedulerJobs({key: replace(job, id=key) for key, job in jobs.items()})
    return copy


def changed(told: Told, second: int) -> Told:
    """What it tells a second later: a quarter of the nodes is warmer or colder, a few of those are drained or come
    back, and every reading of the plant's loops, CDUs and PDUs has moved a little.
    """
    if not second:
        return told
    names = list(told.hardware.systems)
    moved = {name: _moved(told.hardware.systems[name], at, second) for at, name in _some(names, second)}
    drained = {name: _drained(told.nodes.nodes[name]) for at, name in _some(names, second) if not (at + second) % 7}
    plant = {
        key: _read(facts, second)
        for key, facts in told.hardware.facts.items()
        if key.startswith(("loop:", "cdu:", "pdu:", "pump:", "circuit:", "rack:", "pod:"))
    }
    return replace(
        told,
        nodes=SchedulerNodes(told.nodes.nodes | drained),
        hardware=replace(told.hardware, systems=told.hardware.systems | moved, facts=told.hardware.facts | plant),
    )


def _some(names: list[str], second: int) -> list[tuple[int, str]]:
    return [(at, names[at]) for at in range(second % CHANGED, len(names), CHANGED)]


def _moved(facts: HardwareFacts, at: int, second: int) -> HardwareFacts:
    step = (at + second) % 9 - 4.0
    gpus = tuple(
        replace(gpu, temp_c=(gpu.temp_c or 40.0) + step, power_w=(gpu.power_w or 0.0) + 10 * step) for gpu in facts.gpus
    )
    return replace(facts, gpus=gpus, power_w=(facts.power_w or 0.0) + 40 * step)


def _drained(facts: SchedulerFacts) -> SchedulerFacts:
    return replace(facts, state=(*facts.state, "DRAIN"), service=Service.DRAINING)


def _read(facts: ComponentFacts, second: int) -> ComponentFacts:
    factor = 1 + (second % 5 - 2) / 500
    return replace(
        facts,
        measurements=tuple(
            one if one.value is None else replace(one, value=round(one.value * factor, 2)) for one in facts.measurements
        ),
    )


class Replayed:
    """Scheduler and controller in one: answers what the pod tells now, at once."""

    where = "recorded"
    capabilities = frozenset({Capability.DRAIN, Capability.RESUME})
    provisioner = None

    def __init__(self, told: Told, *, still: bool) -> None:
        self.requests = 0
        self._first = told
        self._still = still
        self._seconds = itertools.count()
        self._now = told

    def spent(self, _question: str) -> int:
        return self.requests

    async def nodes(self) -> SchedulerNodes:
        self.requests += 1
        self._now = changed(self._first, 0 if self._still else next(self._seconds))
        return self._now.nodes

    async def jobs(self) -> SchedulerJobs:
        self.requests += 1
        return self._now.jobs

    async def layout(self) -> SchedulerLayout:
        return self._first.layout

    async def inventory(self) -> HardwareInventory:
        self.requests += 1
        return self._now.hardware

    async def close(self) -> None:
        """Nothing is open."""


USUAL_S = (2.0, 20.0)
"""How often a scheduler and a controller are asked where the config says nothing."""


def session(
    told: Mapping[str, Told], *, still: bool = False, every_s: float = 1.0, hardware_every_s: float | None = None
) -> Session:
    """A session on such pods, each asked once a second."""
    hardware_s = every_s if hardware_every_s is None else hardware_every_s
    pod = PodConfig(
        ssh=SshEndpoint(host="recorded"),
        scheduler=SchedulerEndpoint(interval_s=every_s),
        redfish=(RedfishEndpoint(url="https://recorded.example/redfish/v1", interval_s=hardware_s, auth="none"),),
        read_only=False,
        requests_per_minute=100_000,
    )
    pods = {name: Replayed(one, still=still) for name, one in told.items()}

    def adapters(of) -> Adapters:
        return Adapters(scheduler=pods[of.pod], hardware={"redfish": pods[of.pod]})

    return Session(Config(pods=dict.fromkeys(told, pod)), open_pod=adapters)
