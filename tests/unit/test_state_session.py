import asyncio

import pytest

from backends.errors import Unreachable
from backends.model.endpoint import PodEndpoints, RedfishEndpoint
from backends.model.source import SourceState
from backends.registry import Adapters, redfish_sources
from console.state.session import AGE_EVERY_S


async def test_a_look_asks_each_source_once(clock, fake_scheduler, open_session):
    scheduler = fake_scheduler()
    async with open_session(scheduler) as session:
        snapshots = await session.look(1.0)
    assert scheduler.requests == 3
    assert list(snapshots["alpha"].nodes) == ["n1", "n2"]
    assert {status.state for status in snapshots["alpha"].sources.values()} == {SourceState.OK}
    assert scheduler.closed == 1


async def test_what_does_not_answer_in_time_stays_pending_and_leaves_no_task(fake_scheduler, open_session):
    scheduler = fake_scheduler()
    scheduler.nodes = asyncio.Event().wait
    async with open_session(scheduler) as session:
        snapshots = await session.look(0.01)
        assert asyncio.all_tasks() == {asyncio.current_task()}
    assert snapshots["alpha"].sources["slurm.nodes"].state is SourceState.PENDING
    assert snapshots["alpha"].partial


async def test_a_cancelled_look_leaves_no_task(fake_scheduler, open_session, settled):
    scheduler = fake_scheduler()
    scheduler.nodes = asyncio.Event().wait
    async with open_session(scheduler) as session:
        look = asyncio.create_task(session.look(60.0))
        await settled()
        look.cancel()
        await asyncio.gather(look, return_exceptions=True)
        assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.fixture
async def watched(fake_scheduler, open_session):
    scheduler = fake_scheduler()
    async with open_session(scheduler) as session:
        task = asyncio.create_task(session.watch())
        yield session, scheduler
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_watch_follows_the_pod_through_silence_and_back(clock, watched):
    session, scheduler = watched
    await clock.advance(5)
    assert not session.store["alpha"].partial
    scheduler.silent = Unreachable("slurmctld is down", where="head")
    await clock.advance(10)
    snapshot = session.store["alpha"]
    assert list(snapshot.nodes) == ["n1", "n2"]
    assert snapshot.stale(snapshot.nodes["n1"].scheduler)
    assert "slurmctld is down" in {finding.title for finding in snapshot.findings}
    scheduler.silent = None
    await clock.advance(60)
    assert not session.store["alpha"].partial
    assert session.store["alpha"].findings == ()


async def test_a_source_that_hangs_goes_stale_while_it_hangs(clock, watched):
    session, scheduler = watched
    await clock.advance(5)
    scheduler.gate = asyncio.Event()
    await clock.advance(9 + AGE_EVERY_S)
    snapshot = session.store["alpha"]
    assert snapshot.sources["slurm.nodes"].state is SourceState.STALE
    assert snapshot.stale(snapshot.nodes["n1"].scheduler)
    scheduler.gate.set()
    await clock.advance(3)
    assert session.store["alpha"].sources["slurm.nodes"].state is not SourceState.STALE


async def test_a_poke_asks_the_named_sources_at_once(clock, watched):
    session, scheduler = watched
    await clock.advance(0)
    before = scheduler.requests
    session.pods["alpha"].poke("slurm.nodes", "slurm.jobs")
    await clock.advance(0)
    assert scheduler.requests == before + 2
    session.pods["alpha"].poke()
    await clock.advance(0)
    assert scheduler.requests == before + 5


class Closing:
    """An adapter or connection that notes its closing, and may fail at it."""

    def __init__(self, log, error=None):
        self.log = log
        self.error = error

    async def close(self):
        self.log.append(self)
        if self.error:
            raise self.error


async def test_closing_closes_everything_whatever_one_says():
    log = []
    adapters = Adapters(
        scheduler=Closing(log, Unreachable("gone")),
        shell=Closing(log),
        hardware={"redfish.1": Closing(log, Unreachable("gone")), "redfish.2": Closing(log)},
    )
    await adapters.close()
    assert len(log) == 4
    assert log[-1] is adapters.shell, "the connection goes after what speaks over it"


async def test_a_bug_while_closing_is_raised_when_the_rest_is_closed():
    log = []
    adapters = Adapters(scheduler=Closing(log, ZeroDivisionError()), hardware={"redfish": Closing(log)})
    with pytest.raises(ZeroDivisionError):
        await adapters.close()
    assert len(log) == 2


def test_one_redfish_source_has_no_number_and_several_do():
    one = RedfishEndpoint(url="https://bmc")
    assert redfish_sources(PodEndpoints(pod="a", redfish=(one,))) == ("redfish",)
    assert redfish_sources(PodEndpoints(pod="a", redfish=(one, one))) == ("redfish.1", "redfish.2")
    assert redfish_sources(PodEndpoints(pod="a")) == ()
