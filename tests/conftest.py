"""What every test may use: a clock turned by hand, values of the model, and a scheduler at the port."""

import asyncio
import contextlib
import heapq
import json
import os
import queue
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import TypeVar

import hypothesis
import pytest

from backends.errors import BackendError
from backends.model.endpoint import SshEndpoint
from backends.model.job import Job
from backends.model.node import HardwareFacts, Node, Power, SchedulerFacts, Service
from backends.model.observation import SchedulerJobs, SchedulerLayout, SchedulerNodes
from backends.model.reason import Mark, Reason
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState, SourceStatus
from backends.model.topology import Topology
from backends.ports import Capability
from backends.registry import Adapters
from console.config import Config, PodConfig
from console.operations.lock import carried
from console.operations.place import Place
from console.state.session import Session

hypothesis.settings.register_profile("megapod", database=None, deadline=None, max_examples=100)
hypothesis.settings.load_profile("megapod")

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
SETTLE_TURNS = 60
DYING = Path(__file__).parent / "ops" / "dying.py"
NEVER = {"after": 0, "before": 0, "noted": 0, "at": "", "step": ""}
AT_ONCE = 6

LONG = ("ops/crash/", "test_night.py", "contract/test_provision.py", "contract/test_redfish_validators.py")

Result = TypeVar("Result")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes a minute comes first: no worker is left with it when the others have nothing more to do."""
    items.sort(key=lambda item: not any(part in str(item.path) for part in LONG))


async def settle() -> None:
    """Let every task run until it waits for something: fakes do no input or output, so a few turns are enough."""
    for _ in range(SETTLE_TURNS):
        await asyncio.sleep(0)


class FakeClock:
    """A `console.state.clock.Clock` that stands still until `advance` turns it, and wakes sleepers in due order."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0
        self.asked: list[float] = []
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed_s)

    def monotonic(self) -> float:
        return 1000.0 + self.elapsed_s

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.elapsed_s + seconds, next(self._order), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        await settle()
        end_s = self.elapsed_s + seconds
        while self._sleepers and self._sleepers[0][0] <= end_s:
            due_s, _, woken = heapq.heappop(self._sleepers)
            if woken.done():
                continue
            self.elapsed_s = max(self.elapsed_s, due_s)
            woken.set_result(None)
            await settle()
        self.elapsed_s = end_s
        await settle()

    async def finish(self, work: Awaitable[Result], within_s: float = 3600.0) -> Result:
        """Turn the clock, second by second, until the work is done."""
        task = asyncio.ensure_future(work)
        end_s = self.elapsed_s + within_s
        await settle()
        while not task.done() and self.elapsed_s < end_s:
            await self.advance(1.0)
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise AssertionError(f"not done after {within_s} s on the clock")
        return task.result()


class Make:
    """Builders: every field has a sensible value, and a test names only what it is about."""

    at = START

    @staticmethod
    def mark(user: str = "ann", text: str = "leak", operation: str = "op-abc123") -> Reason:
        return Reason(str(Mark(operation, user, text)), by="root", at=START)

    @staticmethod
    def facts(state: str = "IDLE", *, reason: Reason | None = None, **more: object) -> SchedulerFacts:
        words = tuple(state.split("+"))
        fields = {"service": _SERVICE[frozenset(words)], "gpus": 8, "cpus": 64, **more}
        return SchedulerFacts(source="slurm.nodes", state=words, reason=reason, **fields)

    @staticmethod
    def hardware(name: str = "n1", **more: object) -> HardwareFacts:
        fields = {"power": Power.ON, "health": Severity.OK, **more}
        return HardwareFacts(source="redfish", system=f"/redfish/v1/Systems/{name}", **fields)

    @staticmethod
    def node(name: str = "n1", state: str | None = "IDLE", **more: object) -> Node:
        """A node in a scheduler's state (None: the scheduler does not know it)."""
        reason = more.pop("reason", None)
        facts = None if state is None else Make.facts(state, reason=reason)
        return Node(name=name, **{"scheduler": facts, **more})

    @staticmethod
    def job(identity: str = "7", nodes: Iterable[str] = ("n1",), state: str = "RUNNING", **more: object) -> Job:
        names = tuple(nodes)
        fields = {"user": "bob", "name": "train", "node_set": ",".join(names), "node_count": len(names), **more}
        return Job(source="slurm.jobs", id=identity, state=tuple(state.split("+")), nodes=names, **fields)

    @staticmethod
    def source(name: str, state: SourceState = SourceState.OK, **more: object) -> SourceStatus:
        seen = None if state is SourceState.PENDING else START
        return SourceStatus(name=name, **{"state": state, "observed_at": seen, "interval_s": 2.0, **more})

    @staticmethod
    def snapshot(nodes: Iterable[Node] = (), jobs: Iterable[Job] = (), **more: object) -> Snapshot:
        """A pod whose three sources answered at the start of time; `failed=(…,)` names those that fail since."""
        failed = more.pop("failed", ())
        sources = {
            name: Make.source(name, SourceState.FAILED if name in failed else SourceState.OK)
            for name in ("slurm.nodes", "slurm.jobs", "redfish")
        }
        fields = {"pod": "alpha", "number": 1, "at": START, "read_only": False, "sources": sources, **more}
        return Snapshot(
            nodes={node.name: node for node in nodes},
            jobs={job.id: job for job in jobs},
            **{"topology": Topology()} | fields,
        )


_SERVICE = {
    frozenset({"IDLE"}): Service.IDLE,
    frozenset({"MIXED"}): Service.MIXED,
    frozenset({"ALLOCATED"}): Service.ALLOCATED,
    frozenset({"IDLE", "DRAIN"}): Service.DRAINED,
    frozenset({"MIXED", "DRAIN"}): Service.DRAINING,
    frozenset({"ALLOCATED", "DRAIN"}): Service.DRAINING,
    frozenset({"DOWN"}): Service.DOWN,
    frozenset({"DOWN", "DRAIN"}): Service.DOWN,
    frozenset({"IDLE", "FAIL"}): Service.FAILED,
    frozenset({"IDLE", "POWERED_DOWN"}): Service.POWERED_DOWN,
    frozenset({"IDLE", "MAINTENANCE"}): Service.MAINTENANCE,
    frozenset({"WEIRD"}): Service.UNKNOWN,
}


class FakeScheduler:
    """A `backends.ports.Scheduler` over a dictionary. Faults: `silent`, `queue_silent`, `gate`, `refuse`, `half`."""

    where = "head"

    def __init__(self, nodes: Iterable[str] = ("n1", "n2"), jobs: Iterable[Job] = ()) -> None:
        self.facts = {name: Make.facts() for name in nodes}
        self.queue = {job.id: job for job in jobs}
        self.requests = 0
        self.written: list[tuple[str, tuple[str, ...]]] = []
        self.silent: BackendError | None = None
        self.queue_silent: BackendError | None = None
        self.refuse_requeue: BackendError | None = None
        self.requeued: list[str] = []
        self.refuse: BackendError | None = None
        self.half: tuple[str, ...] | None = None
        self.write_takes: Callable[[], Awaitable[None]] | None = None
        self.gate: asyncio.Event | None = None
        self.closed = 0

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.DRAIN, Capability.RESUME})

    async def close(self) -> None:
        self.closed += 1

    async def ping(self) -> str:
        await self._ask()
        return "24.11.0"

    def spent(self, _question: str) -> int:
        return self.requests

    async def nodes(self) -> SchedulerNodes:
        await self._ask()
        return SchedulerNodes(dict(self.facts))

    async def jobs(self) -> SchedulerJobs:
        await self._ask()
        if self.queue_silent:
            raise self.queue_silent
        return SchedulerJobs(dict(self.queue))

    async def layout(self) -> SchedulerLayout:
        await self._ask()
        return SchedulerLayout({}, {})

    async def drain(self, nodes: Sequence[str], reason: str) -> None:
        """Closes the nodes, or only those of `half`; raises `refuse` after that."""
        await self._write("drain", nodes)
        for name in nodes if self.half is None else self.half:
            self.set(name, "MIXED+DRAIN" if self._busy(name) else "IDLE+DRAIN", Reason(reason, "root", START))
        if self.refuse:
            raise self.refuse

    async def resume(self, nodes: Sequence[str]) -> None:
        await self._write("resume", nodes)
        for name in nodes if self.half is None else self.half:
            self.set(name, "MIXED" if self._busy(name) else "IDLE")
        if self.refuse:
            raise self.refuse

    async def requeue(self, jobs: Sequence[str]) -> None:
        """Ends the jobs here; raises `refuse_requeue` before that."""
        self.requests += 1
        if self.refuse_requeue:
            raise self.refuse_requeue
        for job in jobs:
            self.requeued.append(job)
            self.end(job)

    def equivalent(self, verb: str, nodes: Sequence[str], reason: str = "") -> tuple[str, ...]:
        return (f"{verb} {','.join(nodes)} {reason}".strip(),)

    def set(self, name: str, state: str, reason: Reason | None = None) -> None:
        self.facts[name] = Make.facts(state, reason=reason)

    def end(self, job: str) -> None:
        """The job ends, and its closed nodes are empty then."""
        for name in self.queue.pop(job).nodes:
            if "DRAIN" in self.facts[name].state:
                self.set(name, "IDLE+DRAIN", self.facts[name].reason)

    def _busy(self, name: str) -> bool:
        return any(name in job.nodes for job in self.queue.values())

    async def _ask(self) -> None:
        self.requests += 1
        if self.gate:
            await self.gate.wait()
        if self.silent:
            raise self.silent

    async def _write(self, verb: str, nodes: Sequence[str]) -> None:
        self.requests += 1
        self.written.append((verb, tuple(nodes)))
        if self.write_takes:
            await self.write_takes()


def end_workers(place: Place) -> None:
    """End who still carries an operation of that journal: a worker outlives whoever started it, as it should."""
    for lock in place.running.glob("*.lock"):
        holder = carried(place, lock.stem)
        if holder is not None and holder.actor.pid not in (0, os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(holder.actor.pid, signal.SIGTERM)


@pytest.fixture(autouse=True)
def _own_journal(request, tmp_path_factory, monkeypatch) -> Iterator[None]:
    """Operations of a test are written down in a folder of its own, never in the journal of who runs the tests.

    A worker that still carries one when the test is over is ended, also where its config names a journal beside it.
    """
    state = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    yield
    named = request.node.funcargs.get("tmp_path")
    for journal in (state / "megapod" / "journal.db", *([named / "journal.db"] if named else ())):
        end_workers(Place(journal=journal))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def make() -> type[Make]:
    return Make


@pytest.fixture
def fake_scheduler() -> type[FakeScheduler]:
    return FakeScheduler


@pytest.fixture
def settled() -> Callable[[], Awaitable[None]]:
    return settle


@pytest.fixture
def open_session(clock) -> Callable[[FakeScheduler], Session]:
    """A session of one writable pod, `alpha`, over a fake scheduler, on the fake clock. Jitter is seeded.

    `config` is the file that its config is said to come from.
    """

    def make_session(scheduler: FakeScheduler, config: str = "", **pod: object) -> Session:
        alpha = PodConfig(ssh=SshEndpoint(host="head"), **{"read_only": False, **pod})
        return Session(
            Config(pods={"alpha": alpha}, path=config),
            clock=clock,
            random=Random(1),
            open_pod=lambda _: Adapters(scheduler=scheduler),
        )

    return make_session


class Forkers:
    """Workers that die where they are told to (`ops/dying.py`): `AT_ONCE` processes that fork one at a time.

    Each costs a second of loading, and is started when it is needed first.
    """

    def __init__(self):
        self.all = []
        self.threads = ThreadPoolExecutor(AT_ONCE)  # asyncio's own are for the pod's servers: these wait long
        self.free = queue.SimpleQueue()

    async def run(self, *words, log, **dies):
        asked = {"words": words, "env": dict(os.environ), "log": str(log), **NEVER, **dies}
        return await asyncio.get_running_loop().run_in_executor(self.threads, self._run, json.dumps(asked))

    def _run(self, asked):
        try:
            forker = self.free.get_nowait()
        except queue.Empty:  # each thread has one at most: there are never more than threads
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            forker = subprocess.Popen([sys.executable, DYING], **pipes)
            self.all.append(forker)
        try:
            forker.stdin.write(f"{asked}\n")
            forker.stdin.flush()
            return int(forker.stdout.readline())
        finally:
            self.free.put(forker)

    def close(self):
        self.threads.shutdown()
        for forker in self.all:
            with forker:
                forker.stdin.close()


@pytest.fixture(scope="session")
def forkers() -> Iterator[Forkers]:
    """Runs megapod's commands, and has them die at an event of their journal."""
    those = Forkers()
    yield those
    those.close()
