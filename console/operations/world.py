"""One pod as an operation sees it: what is known, who may be asked, and how to wait for news."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from backends.errors import NotSupported, Unreachable
from backends.model.endpoint import PodEndpoints
from backends.model.node import Node
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState, SourceStatus
from backends.ports import Hardware, Scheduler
from console.operations.event import Entry, Event
from console.operations.hold import Hold, holds_of
from console.operations.judgement import Intention, judge
from console.operations.plan import Plan
from console.operations.rules import Rules
from console.state.session import Session

_TICK_S = 1.0


class Keeper(Protocol):
    """Where holds are kept: the journal."""

    def append(self, operation: str, event: Event) -> Entry:
        """Write one event down."""
        ...

    def holds(self, pod: str) -> dict[str, Hold]:
        """The nodes of a pod that are held now, by name."""
        ...


class World:
    """The pod of a plan, in a watched session; `keeper` has its holds."""

    def __init__(self, session: Session, plan: Plan, keeper: Keeper) -> None:
        self.plan = plan
        self.clock = session.clock
        self.keeper = keeper
        self._session = session
        self._pod = session.pods[plan.pod]
        self._rules = Rules(session.config.path, plan.pod, self._pod.config)

    @property
    def snapshot(self) -> Snapshot:
        """What is known now."""
        return self._session.store[self.plan.pod]

    @property
    def scheduler(self) -> Scheduler:
        """Who gives out work. Raises NotSupported where there is none."""
        scheduler = self._pod.adapters.scheduler
        if scheduler is None:
            raise NotSupported(f"pod {self.plan.pod} has no scheduler")
        return scheduler

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of all its sources."""
        return tuple(self.snapshot.sources)

    def node(self, name: str) -> Node | None:
        """What is known of a node, None when nothing is."""
        return self.snapshot.nodes.get(name)

    def holds(self) -> dict[str, Hold]:
        """The nodes that are held now: as our journal has it, and as their marks tell, by name."""
        return holds_of(self.snapshot, self.keeper.holds(self.plan.pod), self.clock.now())

    def broken_rule(self, nodes: tuple[str, ...]) -> str:
        """The pod's rule that forbids the plan's verb on these nodes now, and how to lift it; or "". Read anew."""
        self._rules.look()
        if (shut := self._rules.shut()) is not None:
            return f"{shut.rule}: {shut.text} under [pods.{self.plan.pod}] to lift it"
        wish = Intention(verb=self.plan.verb, user=self.plan.user, at=self.clock.now(), nodes=nodes)
        _, broken = judge(self._rules.policy, self.snapshot, wish)
        return f"{broken[0].rule}: {broken[0].text}" if broken else ""

    def system(self, name: str) -> tuple[Hardware, str]:
        """Who manages a node's hardware, and the system's address there. Raises NotSupported where nobody does.

        Raises Unreachable while a controller that may know it has not answered.
        """
        node = self.node(name)
        facts = node.hardware if node else None
        hardware = self._pod.adapters.hardware.get(facts.source) if facts else None
        if facts is None and (why := self.silent(self._pod.adapters.hardware)):
            raise Unreachable(f"not known yet: {why}")
        if facts is None or hardware is None:
            raise NotSupported(f"{name}: no controller of pod {self.plan.pod} manages it")
        return hardware, facts.system

    @property
    def hardware_sources(self) -> tuple[str, ...]:
        """The names of its controllers' sources."""
        return tuple(self._pod.adapters.hardware)

    @property
    def endpoints(self) -> PodEndpoints:
        """How the pod is reached, for shells on its nodes."""
        return self._pod.config.endpoints(self.plan.pod)

    def poke(self, sources: Iterable[str]) -> None:
        """Ask these sources now rather than at their next round."""
        self._pod.poke(*sources)

    def fresh(self, sources: Iterable[str], since: datetime) -> bool:
        """Whether all of these have answered a question put after `since`. Facts of before it prove nothing."""
        known = self.snapshot.sources
        return all(_answered(known, source, since) for source in sources)

    def awaited(self, sources: Iterable[str]) -> bool:
        """Whether one of these has never been heard of: what it will say is not known to be nothing."""
        known = self.snapshot.sources
        return any(name not in known or known[name].state is SourceState.PENDING for name in sources)

    def silent(self, sources: Iterable[str]) -> str:
        """Why one of these cannot be believed now; empty when all can."""
        known = self.snapshot.sources
        for name in sources:
            status = known.get(name)
            if status is not None and status.state is SourceState.PENDING:
                return f"{name} has not answered yet"
            if status is None or not status.trusted:
                return f"{name} does not answer{f': {status.error}' if status and status.error else ''}"
        return ""

    async def moved(self, control: asyncio.Event) -> None:
        """Wait until something of the pod changes, somebody speaks through `control`, or a second has gone by."""
        news = asyncio.ensure_future(self._news())
        word = asyncio.ensure_future(control.wait())
        tick = asyncio.ensure_future(self.clock.sleep(_TICK_S))
        try:
            await asyncio.wait((news, word, tick), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (news, word, tick):
                task.cancel()
            await asyncio.gather(news, word, tick, return_exceptions=True)

    async def _news(self) -> None:
        number = self.snapshot.number
        await self._session.store.until(lambda latest: latest[self.plan.pod].number != number)


def _answered(known: Mapping[str, SourceStatus], source: str, since: datetime) -> bool:
    status = known.get(source)
    return status is not None and status.trusted and status.observed_at is not None and status.observed_at > since
