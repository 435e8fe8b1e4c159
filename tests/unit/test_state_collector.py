import asyncio
from random import Random

import pytest

from backends.errors import AuthFailed, Unreachable, Untrusted
from backends.model.observation import SchedulerNodes
from console.state.budget import Budget
from console.state.collector import BACKOFF_MAX_S, DENIED_MAX_S, JITTER, Collector, Family


class Source:
    """A source whose answers are set by the test; `gate` holds an answer back."""

    def __init__(self, clock):
        self.clock = clock
        self.error = None
        self.cost = 1
        self.requests = 0
        self.asked_at = []
        self.gate = None

    async def fetch(self):
        self.asked_at.append(self.clock.elapsed_s)
        self.requests += self.cost
        if self.gate:
            await self.gate.wait()
        if self.error:
            raise self.error
        return SchedulerNodes({})


@pytest.fixture
def source(clock):
    return Source(clock)


@pytest.fixture
def collect(clock, source):
    """Makes a collector of the source; what it delivers is in its `seen`."""

    def make(*, interval_s=2.0, per_minute=1000, random=None, turn=None):
        seen = []
        family = Family(
            source="slurm.nodes",
            fetch=source.fetch,
            requests=lambda: source.requests,
            turn=turn or asyncio.Lock(),
            interval_s=interval_s,
        )
        still = Random(1)
        still.uniform = lambda _low, _high: 0.0

        async def deliver(observation):
            seen.append(observation)

        budget = Budget(per_minute, clock)
        collector = Collector(family, clock=clock, budget=budget, random=random or still, deliver=deliver)
        collector.seen = seen
        return collector

    return make


@pytest.fixture
async def running():
    tasks = []
    yield lambda collector: tasks.append(asyncio.create_task(collector.run()))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_source_is_asked_at_its_interval(clock, source, collect, running):
    running(collect(interval_s=2.0))
    await clock.advance(6.5)
    assert source.asked_at == [0.0, 2.0, 4.0, 6.0]


async def test_pauses_are_jittered_within_a_tenth_and_differ(source, collect):
    collector = collect(interval_s=10.0, random=Random(7))
    pauses = {collector.pause_s(None) for _ in range(50)}
    assert len(pauses) == 50
    assert all(10 * (1 - JITTER) <= pause <= 10 * (1 + JITTER) for pause in pauses)


async def test_failures_are_asked_ever_less_often_and_success_ends_that(clock, source, collect, running):
    source.error = Unreachable("refused")
    running(collect(interval_s=2.0))
    await clock.advance(4 + 8 + 16 + BACKOFF_MAX_S)
    assert source.asked_at == [0.0, 4.0, 12.0, 28.0, 58.0]
    source.error = None
    await clock.advance(BACKOFF_MAX_S + 2.0)
    assert source.asked_at[-2:] == [88.0, 90.0]


async def test_a_slow_family_is_not_asked_more_often_because_it_fails(source, collect):
    source.error = Unreachable("refused")
    collector = collect(interval_s=60.0)
    observation = await collector.round()
    assert collector.pause_s(observation.error) == 60.0


@pytest.mark.parametrize("refusal", [AuthFailed("no"), Untrusted("another key")])
async def test_a_refused_login_is_not_tried_again_for_a_minute_and_then_for_longer(source, collect, refusal):
    source.error = refusal
    collector = collect()
    pauses = [collector.pause_s((await collector.round()).error) for _ in range(6)]
    assert pauses == [60.0, 120.0, 240.0, 480.0, DENIED_MAX_S, DENIED_MAX_S]


async def test_a_source_refused_for_weeks_is_still_asked(source, collect):
    source.error = AuthFailed("no")
    collector = collect()
    collector._failures = 5000
    assert collector.pause_s(source.error) == DENIED_MAX_S


async def test_an_observation_is_as_old_as_its_question_and_knows_its_cost(clock, source, collect):
    source.gate = asyncio.Event()
    source.cost = 7
    task = asyncio.ensure_future(collect().round())
    await clock.advance(3)
    source.gate.set()
    observation = await task
    assert (observation.at, observation.took_s, observation.requests) == (clock.now().replace(second=0), 3.0, 7)


async def test_a_failed_round_is_an_observation_and_costs_too(clock, source, collect):
    source.error = Unreachable("refused", where="head")
    collector = collect()
    observation = await collector.round()
    assert observation.payload is None
    assert str(observation.error) == "head: refused"
    assert collector._budget.used == 1


async def test_a_bug_is_no_observation(source, collect):
    source.error = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await collect().round()


async def test_a_poke_ends_the_pause(clock, source, collect, running):
    collector = collect(interval_s=60.0)
    running(collector)
    await clock.advance(5)
    collector.poke()
    await clock.advance(0)
    assert source.asked_at == [0.0, 5.0]


async def test_a_poke_during_a_round_leads_to_another_round(clock, source, collect, running):
    source.gate = asyncio.Event()
    collector = collect(interval_s=60.0)
    running(collector)
    await clock.advance(1)
    collector.poke()
    collector.poke()
    source.gate.set()
    await clock.advance(1)
    assert source.asked_at == [0.0, 1.0]
    assert len(collector.seen) == 2


async def test_a_storm_of_hints_is_one_question_soon(clock, source, collect, running):
    collector = collect(interval_s=60.0)
    running(collector)
    await clock.advance(5)
    for _ in range(1000):
        collector.hint()
    await clock.advance(30)
    assert source.asked_at == [0.0, 5.25]


async def test_hints_without_end_leave_the_source_a_rest_after_each_round(clock, source, collect, running):
    collector = collect(interval_s=60.0)
    running(collector)
    for _ in range(40):
        await clock.advance(0.1)
        collector.hint()
    assert source.asked_at == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0], abs=0.11)


async def test_a_hint_during_a_round_leads_to_another_round(clock, source, collect, running):
    source.gate = asyncio.Event()
    collector = collect(interval_s=60.0)
    running(collector)
    await clock.advance(0.7)
    collector.hint()
    source.gate.set()
    await clock.advance(5)
    assert source.asked_at == pytest.approx([0.0, 1.4])


async def test_a_hint_does_not_hurry_a_source_that_fails(clock, source, collect, running):
    source.error = Unreachable("refused")
    collector = collect(interval_s=20.0)
    running(collector)
    await clock.advance(5)
    collector.hint()
    await clock.advance(5)
    assert source.asked_at == [0.0]


async def test_a_hint_waits_for_the_budget_and_never_longer_than_the_interval(clock, source, collect, running):
    source.cost = 30
    collector = collect(interval_s=20.0, per_minute=50)
    running(collector)
    for _ in range(3):
        await clock.advance(1)
        collector.hint()
    assert source.asked_at == [0.0, 1.25]
    await clock.advance(56)
    assert source.asked_at == [0.0, 1.25]
    await clock.advance(2)
    assert source.asked_at[2] == pytest.approx(60.0)


async def test_a_poke_does_not_wait_as_a_hint_does(clock, source, collect, running):
    source.cost = 30
    collector = collect(interval_s=60.0, per_minute=20)
    running(collector)
    await clock.advance(5)
    collector.hint()
    await clock.advance(5)
    assert source.asked_at == [0.0]
    collector.poke()
    await clock.advance(0)
    assert source.asked_at == [0.0, 10.0]


async def test_a_spent_budget_delays_the_next_round(clock, source, collect, running):
    source.cost = 10
    running(collect(interval_s=2.0, per_minute=20))
    await clock.advance(61)
    assert source.asked_at == [0.0, 2.0, 60.0]


async def test_families_of_one_adapter_take_turns(clock, source, collect):
    turn = asyncio.Lock()
    source.gate = asyncio.Event()
    first = asyncio.ensure_future(collect(turn=turn).round())
    await clock.advance(3)
    second = asyncio.ensure_future(collect(turn=turn).round())
    await clock.advance(3)
    assert source.asked_at == [0.0]
    source.gate.set()
    await asyncio.gather(first, second)
    assert source.asked_at == [0.0, 6.0]
    assert second.result().at == clock.now(), "the wait for its turn is not part of its age"


async def test_cancelling_during_the_pause_leaves_no_task(clock, collect):
    task = asyncio.create_task(collect().run())
    await clock.advance(1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert asyncio.all_tasks() == {asyncio.current_task()}
