"""A session: the pods of a config, opened, watched and closed.

One TaskGroup owns every task; leaving the session cancels them and closes the adapters, whatever ended it, so no
connection and no BMC session is left behind.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import partial
from random import Random
from types import TracebackType
from typing import Self

from msgspec import Struct

from backends.model.endpoint import PodEndpoints
from backends.model.finding import Finding
from backends.model.snapshot import Snapshot
from backends.model.stream import StreamPosition, StreamStatus
from backends.ports import Capability, Scheduler
from backends.registry import Adapters, open_adapters
from console.config import Config, PodConfig
from console.insight.changes import changes
from console.state.budget import Budget
from console.state.chronicle import Chronicle
from console.state.clock import Clock, SystemClock, pass_turn
from console.state.collector import Collector, Family
from console.state.events import EventLog
from console.state.listener import Listener
from console.state.observation import Observation
from console.state.pod import Insight, PodWriter, first_snapshot
from console.state.store import Store
from console.targets import expand

LAYOUT_INTERVAL_S = 60.0
AGE_EVERY_S = 1.0
GATHER_S = 0.25
"""How long pods that have answered wait for each other, so that they come together and in order."""


class Pod(Struct, frozen=True, kw_only=True):
    """One open pod: its adapters, its writer and its collectors, what its event streams say, and what has changed."""

    name: str
    config: PodConfig
    adapters: Adapters
    writer: PodWriter
    collectors: tuple[Collector, ...]
    listeners: tuple[Listener, ...]
    events: EventLog
    chronicle: Chronicle

    def poke(self, *sources: str) -> None:
        """Ask every source again now, when a person asks; or only those named, which is enough after a write."""
        for collector in self.collectors:
            if not sources or collector.family.source in sources:
                collector.poke()


class Session:
    """The live pods of a config. Use it as an async context manager. `open_pod` makes a pod's adapters.

    `judged=False` is for who will not ask what is wrong: no findings are made, and the rules are not imported.
    `brief` is for who asks which nodes there are, in which state, where, and for which jobs: less is asked for.
    """

    def __init__(
        self,
        config: Config,
        *,
        clock: Clock | None = None,
        random: Random | None = None,
        open_pod: Callable[[PodEndpoints], Adapters] = open_adapters,
        judged: bool = True,
        brief: bool = False,
    ) -> None:
        self.config = config
        self.clock = clock or SystemClock()
        self.store = Store()
        self._random = random or Random()  # noqa: S311 - jitter, not a secret
        self._open_pod = open_pod
        self._judged = judged
        self._brief = brief
        self._watched = False
        self._merging = asyncio.Lock()
        self._chronicles: dict[str, Chronicle] = {}
        self.pods = {name: self._open(name, pod) for name, pod in config.pods.items()}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.shield(self._close())

    async def watch(self) -> None:
        """Collect every source of every pod, and hear those that say what changes, until cancelled."""
        self._watched = True
        async with asyncio.TaskGroup() as tasks:
            for pod in self.pods.values():
                for collector in pod.collectors:
                    tasks.create_task(collector.run(), name=f"{pod.name}:{collector.family.source}")
                for listener in pod.listeners:
                    tasks.create_task(listener.run(), name=f"{pod.name}:{listener.source}:events")
            tasks.create_task(self._age(), name="age")

    async def listen(self, after: Mapping[tuple[str, str], StreamPosition]) -> None:
        """Only hear what the controllers say, and ask nothing, until cancelled; `after` by pod and source."""
        async with asyncio.TaskGroup() as tasks:
            for pod in self.pods.values():
                for listener in pod.listeners:
                    position = after.get((pod.name, listener.source))
                    tasks.create_task(listener.run(position), name=f"{pod.name}:{listener.source}:events")

    async def look(self, deadline_s: float) -> dict[str, Snapshot]:
        """Ask every source once, all at the same time; what has not answered by the deadline stays pending."""
        async for _ in self.arrivals(deadline_s):
            pass
        return self.store.snapshots

    async def arrivals(self, deadline_s: float) -> AsyncGenerator[tuple[str, ...], None]:
        """Ask every source once, and give each pod's name as soon as all its sources have had their say.

        Names that come at about the same time come together, in the config's order; at the deadline come the rest.
        """
        rounds = {
            asyncio.create_task(self._round(pod, collector)): name
            for name, pod in self.pods.items()
            for collector in pod.collectors
        }
        ends_s = asyncio.get_running_loop().time() + deadline_s
        waiting = list(self.pods)
        try:
            while waiting:
                late = await self._some(rounds, ends_s)
                come = tuple(name for name in waiting if name not in late)
                waiting = [name for name in waiting if name in late]
                if come:
                    yield come
                if not late or asyncio.get_running_loop().time() >= ends_s:
                    break
            if waiting:
                yield tuple(waiting)
        finally:
            for task in rounds:
                task.cancel()
            await asyncio.gather(*rounds, return_exceptions=True)

    @staticmethod
    async def _some(rounds: dict[asyncio.Task[None], str], ends_s: float) -> frozenset[str]:
        """Wait until some round has ended, and a little for those that end with it; the pods not done yet."""
        loop = asyncio.get_running_loop()
        open_rounds = [task for task in rounds if not task.done()]
        if open_rounds:
            left_s = max(0.0, ends_s - loop.time())
            await asyncio.wait(open_rounds, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
            left_s = max(0.0, ends_s - loop.time())
            await asyncio.wait(open_rounds, timeout=min(GATHER_S, left_s))
        for task in rounds:
            if task.done():
                task.result()
        return frozenset(name for task, name in rounds.items() if not task.done())

    def scheduler(self, pod: str) -> Scheduler | None:
        """The pod's scheduler, None where it has none."""
        return self.pods[pod].adapters.scheduler

    async def _round(self, pod: Pod, collector: Collector) -> None:
        await self._in_turn(pod.writer, await collector.round(together=True))

    async def _age(self) -> None:
        while True:
            await self.clock.sleep(AGE_EVERY_S)
            for pod in self.pods.values():
                aged = pod.writer.age(self.clock.now())
                if aged is not None:
                    self._publish(aged)

    async def _close(self) -> None:
        await asyncio.gather(*(pod.adapters.close() for pod in self.pods.values()))

    async def _in_turn(self, writer: PodWriter, observation: Observation) -> None:
        """Merge what a round brought, one after the other: a key that comes meanwhile waits for one of them at most."""
        async with self._merging:
            self._deliver(writer, observation)
            await pass_turn()

    def _deliver(self, writer: PodWriter, observation: Observation) -> None:
        self._publish(writer.observe(observation))

    def _hear(self, writer: PodWriter, source: str, status: StreamStatus) -> None:
        self._publish(writer.hear(source, status))

    def _publish(self, snapshot: Snapshot) -> None:
        """Make it the latest, and note what it changes while we watch."""
        before = self.store[snapshot.pod]
        self.store.publish(snapshot)
        if self._watched:
            self._chronicles[snapshot.pod].add(changes(before, snapshot))

    def _open(self, name: str, config: PodConfig) -> Pod:
        budget = Budget(config.requests_per_minute, self.clock)
        adapters = self._open_pod(config.endpoints(name))
        families = _families(config, adapters, brief=self._brief)
        first = first_snapshot(
            name,
            self.clock.now(),
            read_only=config.read_only,
            sources={family.source: family.interval_s for family in families},
            budget=budget,
        )
        racks = {rack: expand(node_set) for rack, node_set in config.racks.items()}
        writer = PodWriter(first, racks=racks, budget=budget, insight=_rules() if self._judged else _no_findings)
        self.store.publish(first)
        collectors = tuple(
            Collector(
                family,
                clock=self.clock,
                budget=budget,
                random=self._random,
                deliver=partial(self._in_turn, writer),
            )
            for family in families
        )
        log = EventLog()
        chronicle = self._chronicles[name] = Chronicle()
        listeners = (
            Listener(
                collector,
                adapters.hardware[collector.family.source],
                clock=self.clock,
                budget=budget,
                log=log,
                moved=lambda source, status: self._hear(writer, source, status),
            )
            for collector in collectors
            if _speaks(adapters, collector.family.source)
        )
        return Pod(
            name=name,
            config=config,
            adapters=adapters,
            writer=writer,
            collectors=collectors,
            listeners=tuple(listeners),
            events=log,
            chronicle=chronicle,
        )


def _rules() -> Insight:
    from console.insight.rules import findings  # 20 ms
    from console.insight.suspects import Suspects

    return partial(findings, suspects=Suspects())


def _no_findings(_snapshot: Snapshot) -> tuple[Finding, ...]:
    return ()


def _speaks(adapters: Adapters, source: str) -> bool:
    """Whether a source may say by itself what changes."""
    hardware = adapters.hardware.get(source)
    return hardware is not None and Capability.EVENTS in hardware.capabilities


def _families(config: PodConfig, adapters: Adapters, *, brief: bool) -> tuple[Family, ...]:
    families: list[Family] = []
    scheduler = adapters.scheduler
    if scheduler is not None:
        interval_s = config.endpoints("").scheduler.interval_s  # type: ignore[union-attr]  # there is a scheduler
        turn = asyncio.Lock()
        for question, fetch, every_s in (
            ("nodes", scheduler.nodes, interval_s),
            ("jobs", partial(scheduler.jobs, brief=True) if brief else scheduler.jobs, interval_s),
            ("layout", partial(scheduler.layout, brief=True) if brief else scheduler.layout, LAYOUT_INTERVAL_S),
        ):
            families.append(
                Family(
                    source=f"slurm.{question}",
                    fetch=fetch,
                    requests=partial(scheduler.spent, question),
                    turn=turn,
                    interval_s=every_s,
                )
            )
    for (source, hardware), endpoint in zip(adapters.hardware.items(), config.redfish, strict=True):
        families.append(
            Family(
                source=source,
                fetch=hardware.inventory,
                requests=lambda hardware=hardware: hardware.requests,  # type: ignore[misc]  # bound per endpoint
                turn=asyncio.Lock(),
                interval_s=endpoint.interval_s,
            )
        )
    return tuple(families)
