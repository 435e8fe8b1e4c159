"""What tests of the screen share: the screen as plain text, and a host app for one widget."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

os.environ["TEXTUAL_ANIMATIONS"] = "none"  # read when textual is imported
os.environ.pop("NO_COLOR", None)

import pytest
from msgspec.structs import replace
from textual import on
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from backends.errors import BackendError, NotSupported
from backends.model.endpoint import SshEndpoint
from backends.model.job import Job
from backends.model.node import SchedulerFacts, Service
from backends.model.observation import SchedulerJobs, SchedulerLayout, SchedulerNodes
from backends.model.reason import Reason
from backends.ports import Capability
from backends.registry import Adapters
from console.config import Config, PodConfig
from console.operations.carrier import Here
from console.operations.event import Actor
from console.operations.memory import Memory
from console.state.session import Session
from console.tui.app import MegapodApp
from console.tui.environment import Appearance
from widgets.messages import (
    CellHighlighted,
    CellSelected,
    FilterChanged,
    FilterClosed,
    FilterSubmitted,
    ItemHighlighted,
    ItemSelected,
    MarksChanged,
    RowHighlighted,
    RowSelected,
)
from widgets.themes import THEMES


class Host(App[None]):
    """An app around some widgets, in a theme of ours, that keeps what they post."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *widgets: Widget, theme: str = "dark") -> None:
        super().__init__()
        self._widgets = widgets
        self.posted: list[Message] = []
        for one in THEMES.values():
            self.register_theme(one)
        self.theme = THEMES[theme].name

    def compose(self) -> ComposeResult:
        yield from self._widgets

    @on(RowHighlighted)
    @on(RowSelected)
    @on(CellHighlighted)
    @on(CellSelected)
    @on(ItemHighlighted)
    @on(ItemSelected)
    @on(MarksChanged)
    @on(FilterChanged)
    @on(FilterSubmitted)
    @on(FilterClosed)
    def keep(self, message: Message) -> None:
        self.posted.append(message)

    def keys_of(self, kind: type[Message]) -> list[str | None]:
        return [message.key for message in self.posted if isinstance(message, kind)]


@pytest.fixture
def host() -> type[Host]:
    return Host


@pytest.fixture
def grid() -> Callable[[App[None]], list[str]]:
    """The lines of the screen as text, trailing blanks cut. The one place that looks into Textual's compositor."""

    def lines(app: App[None]) -> list[str]:
        return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]

    return lines


# -- the whole app on a scheduler fed by hand: the port is the seam ---------------------------------------------------


class StoppedClock:
    """Time that moves only when asked, by a microsecond a look; nobody who sleeps wakes by himself."""

    def __init__(self) -> None:
        self._at = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)

    def now(self) -> datetime:
        self._at += timedelta(microseconds=1)
        return self._at

    def monotonic(self) -> float:
        return self.now().timestamp()

    def pass_s(self, seconds: float) -> None:
        self._at += timedelta(seconds=seconds)

    async def sleep(self, _seconds: float) -> None:
        await asyncio.Event().wait()


class HandFedScheduler:
    """A Scheduler whose nodes and jobs a test sets; drain and resume do to them what Slurm does."""

    where = "head1"
    capabilities = frozenset({Capability.DRAIN, Capability.RESUME})

    def __init__(self, clock: StoppedClock) -> None:
        self._clock = clock
        self.requests = 0
        self.error: BackendError | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.closed = 0
        self.facts = {
            f"gpu{number:03d}": SchedulerFacts(
                source="slurm.nodes",
                state=("IDLE",),
                service=Service.IDLE,
                partitions=("batch",),
                cpus=64,
                memory_mb=512000,
                gpu_model="h100",
                gpus=8,
            )
            for number in range(1, 9)
        }
        self.running: dict[str, Job] = {}

    def spent(self, _question: str) -> int:
        return self.requests

    def run_job(self, identity: str, *nodes: str, name: str = "train", user: str = "ada") -> None:
        self.running[identity] = Job(
            source="slurm.jobs",
            id=identity,
            name=name,
            user=user,
            state=("RUNNING",),
            partition="batch",
            node_set=",".join(nodes),
            nodes=nodes,
            node_count=len(nodes),
            gpus=8 * len(nodes),
            started_at=self._clock.now(),
            time_limit_s=3600,
            ends_at=self._clock.now() + timedelta(hours=1),
        )
        for node in nodes:
            self.facts[node] = replace(self.facts[node], state=("ALLOCATED",), service=Service.ALLOCATED, gpus_used=8)

    def end_job(self, identity: str) -> None:
        for node in self.running.pop(identity).nodes:
            out = "DRAIN" in self.facts[node].state
            self.facts[node] = replace(
                self.facts[node],
                state=("IDLE", "DRAIN") if out else ("IDLE",),
                service=Service.DRAINED if out else Service.IDLE,
                gpus_used=0,
            )

    async def _asked(self) -> None:
        self.requests += 1
        await self.gate.wait()
        if self.error is not None:
            raise self.error

    async def ping(self) -> str:
        await self._asked()
        return "24.11"

    async def nodes(self) -> SchedulerNodes:
        await self._asked()
        return SchedulerNodes(dict(self.facts))

    async def jobs(self) -> SchedulerJobs:
        await self._asked()
        return SchedulerJobs(dict(self.running))

    async def layout(self) -> SchedulerLayout:
        await self._asked()
        return SchedulerLayout({}, {}, cluster="lab", version="24.11")

    async def drain(self, nodes: Sequence[str], reason: str) -> None:
        await self._asked()
        for node in nodes:
            busy = any(node in job.nodes for job in self.running.values())
            self.facts[node] = replace(
                self.facts[node],
                state=("ALLOCATED" if busy else "IDLE", "DRAIN"),
                service=Service.DRAINING if busy else Service.DRAINED,
                reason=Reason(reason, "root", self._clock.now()),
            )

    async def resume(self, nodes: Sequence[str]) -> None:
        await self._asked()
        for node in nodes:
            self.facts[node] = replace(self.facts[node], state=("IDLE",), service=Service.IDLE, reason=None)

    async def requeue(self, _jobs: Sequence[str]) -> None:
        raise NotSupported("this scheduler does not requeue")

    def equivalent(self, verb: str, nodes: Sequence[str], _reason: str = "") -> tuple[str, ...]:
        return (f"scontrol update nodename={','.join(nodes)} state={verb}",)

    async def close(self) -> None:
        self.closed += 1


class Bench:
    """One app over one hand-fed pod, and the ways a test moves it on."""

    def __init__(
        self, *, read_only: bool = False, glyphs: str = "unicode", pods: int = 1, carrier: type[Here] = Here
    ) -> None:
        self.clock = StoppedClock()
        self.scheduler = HandFedScheduler(self.clock)
        pod = PodConfig(
            ssh=SshEndpoint(host="head1"), read_only=read_only, racks={"r1": "gpu[001-004]", "r2": "gpu[005-008]"}
        )
        names = ["lab", *(f"lab{number}" for number in range(2, pods + 1))]
        self.journal = Memory(self.clock.now, Actor("ann", "desk", 1))
        self.carrier = carrier(self.journal)
        self.app = MegapodApp(
            Config(pods=dict.fromkeys(names, pod)), Appearance("dark", glyphs), self._open, self.carrier
        )

    def _open(self, config: Config) -> Session:
        return Session(config, clock=self.clock, open_pod=lambda _: Adapters(scheduler=self.scheduler))

    @property
    def session(self) -> Session:
        assert self.app.desk.session is not None
        return self.app.desk.session

    def poke(self) -> None:
        for pod in self.session.pods.values():
            pod.poke()

    @asynccontextmanager
    async def on_screen(self, width: int = 80, height: int = 24, first: str = "2") -> AsyncIterator[Pilot[int]]:
        """The console at a size, on the view of a key; triage is what opens by itself."""
        try:
            async with self.app.run_test(size=(width, height)) as pilot:
                await pilot.press(first)
                yield pilot
        finally:
            await self.app.close()

    def lines(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines())

    async def until(self, pilot: Pilot[int], *words: str, within_s: float = 8.0) -> str:
        """The screen's text once it has all the words; fails with the screen where that does not come."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        while loop.time() < until:
            await pilot.pause(0.02)
            text = self.text
            if all(word in text for word in words):
                return text
        raise AssertionError(f"never saw {words}:\n{self.text}")


@pytest.fixture
def bench() -> type[Bench]:
    return Bench
