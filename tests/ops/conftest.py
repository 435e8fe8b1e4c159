"""What tests of operations share: a small plan, and a journal on a clock turned by hand."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from console.operations import event as ev
from console.operations.carrier import Here
from console.operations.hold import holds_of
from console.operations.journal import Journal
from console.operations.memory import Memory
from console.operations.place import Place
from console.operations.plan import Blast, Plan
from console.operations.policy import Policy
from console.operations.request import Options, Request
from console.operations.step import Do, Lane, Phase, Step
from console.targets import Targets

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


class Tell:
    """Events of a small drain, and who tells them."""

    ann = ev.Actor(user="ann", host="head", pid=1, origin="192.0.2.7")
    bob = ev.Actor(user="bob", host="head", pid=2)

    @staticmethod
    def plan(operation: str = "op-aaa111", nodes: tuple[str, ...] = ("n1", "n2"), **more: object) -> Plan:
        close = Step(id="close", do=Do.CLOSE, nodes=nodes, args={"reason": "leak"}, undo=Do.RESUME)
        empty = [Lane((Step(id=f"empty/{name}", do=Do.EMPTY, nodes=(name,), patience_s=600.0),)) for name in nodes]
        return Plan(
            operation=operation,
            verb="drain",
            targets=",".join(nodes),
            reason="leak",
            user="ann",
            phases=(Phase(name="close", lanes=(Lane((close,)),)), Phase(name="empty", lanes=tuple(empty))),
            blast=Blast(nodes=len(nodes), gpus=8 * len(nodes)),
            **{"pod": "alpha", "made_at": START, "expires_at": START + timedelta(minutes=5)} | more,
        )

    @staticmethod
    def begun(operation: str = "op-aaa111", nodes: tuple[str, ...] = ("n1", "n2"), **more: object) -> ev.Begun:
        plan = Tell.plan(operation, nodes, **more)
        return ev.Begun(plan=plan, config="", take=plan.follow)

    @staticmethod
    def closed(outcome: str = "done") -> ev.Closed:
        return ev.Closed(outcome=outcome, text="")


@pytest.fixture
def tell() -> type[Tell]:
    return Tell


@pytest.fixture
def place(tmp_path) -> Place:
    return Place(journal=tmp_path / "state" / "journal.db")


@pytest.fixture
def open_journal(place, clock) -> Iterator[Callable[..., Journal]]:
    """Opens the one journal of the test, as ann or another, as often as wanted; closes them all."""
    opened: list[Journal] = []

    def open_one(who: ev.Actor = Tell.ann) -> Journal:
        opened.append(Journal.at(place, clock.now, who))
        return opened[-1]

    yield open_one
    for journal in opened:
        journal.close()


@pytest.fixture
def journal(open_journal) -> Journal:
    return open_journal()


class Pod:
    """A watched session over a fake scheduler, one journal, and ann who plans and carries operations on it."""

    def __init__(self, session, scheduler, clock):
        self.session, self.scheduler, self.clock = session, scheduler, clock
        self.journal = Memory(clock.now, ev.Actor("ann", "desk", 1))
        self.number = 0

    @property
    def holds(self):
        return {name: str(hold) for name, hold in self.journal.holds("alpha").items()}

    def plan(self, planner, *names, user="ann", policy=None, **options):
        self.number += 1
        snapshot = self.session.store["alpha"]
        request = Request(
            operation=f"op-test{self.number:02d}",
            user=user,
            reason="dimm",
            at=self.clock.now(),
            equivalent=self.scheduler.equivalent,
            options=Options(**options),
            policy=policy or Policy(),
            holds=holds_of(snapshot, self.journal.holds("alpha"), self.clock.now()),
        )
        return planner(snapshot, Targets("alpha", names or ("n1", "n2")), request)

    def start(self, plan):
        return asyncio.ensure_future(self._carry(plan))

    async def run(self, planner, *names, **options):
        result = await self.clock.finish(self.start(self.plan(planner, *names, **options)))
        await self.clock.advance(3)
        return result

    def reason(self, name):
        reason = self.scheduler.facts[name].reason
        return reason.text if reason else ""

    async def _carry(self, plan):
        result = None
        async for operation in Here(self.journal).carry(self.session, plan):
            result = operation.result
        return result


@pytest.fixture
async def start_pod(clock, fake_scheduler, open_session):
    """Starts the pod of a test, with what else its config says."""
    async with AsyncExitStack() as stack:

        async def start(**config):
            scheduler = fake_scheduler()
            session = await stack.enter_async_context(open_session(scheduler, **config))
            watching = asyncio.create_task(session.watch())
            stack.push_async_callback(asyncio.gather, watching, return_exceptions=True)
            stack.callback(watching.cancel)
            await clock.advance(1)
            return Pod(session, scheduler, clock)

        yield start
