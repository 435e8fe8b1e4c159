"""The pod's rules while an operation runs: judged just before each effect, by what the config says then."""

from datetime import timedelta

import pytest

from console.operations import event as ev
from console.operations.drain import plan_drain
from console.operations.policy import Freeze, Policy
from console.operations.result import Outcome
from console.operations.step import Do

POD = '[pods.alpha]\nread_only = {}\n[pods.alpha.ssh]\nhost = "head"\n'
BANS = {
    "read-only": (POD.format("true"), "pod alpha has become read-only; set read_only = false under [pods.alpha]"),
    "allow": (POD.format("false") + '[pods.alpha.policy]\nallow = { drain = ["zoe"] }\n', "drain is for zoe"),
}


@pytest.fixture
async def pod(start_pod):
    return await start_pod()


async def busy(pod, make, *names):
    for number, name in enumerate(names, 7):
        pod.scheduler.queue[str(number)] = make.job(str(number), (name,))
        pod.scheduler.set(name, "MIXED")
    await pod.clock.advance(3)


async def test_a_freeze_that_begins_meanwhile_stops_the_next_effect_of_each_lane(start_pod, make, clock):
    frozen = Freeze(name="launch", start=clock.now() + timedelta(seconds=20), end=clock.now() + timedelta(days=1))
    pod = await start_pod(policy=Policy(freeze=(frozen,)))
    await busy(pod, make, "n1", "n2")
    plan = pod.plan(plan_drain, mode="requeue", grace_s=10, at_once=1)
    result = await clock.finish(pod.start(plan))
    assert pod.scheduler.requeued == ["7"], "the first lane's turn was before it"
    ends = {node.node: (node.outcome, node.detail) for node in result.nodes}
    assert ends["n1"][0] is Outcome.DONE
    assert ends["n2"][0] is Outcome.REFUSED
    assert ends["n2"][1].startswith("requeue not begun: freeze.launch: frozen for 'launch' until ")
    assert "end that freeze under [pods.alpha.policy]" in ends["n2"][1]
    assert "DRAIN" in pod.scheduler.facts["n2"].state, "closed before the freeze, and it stays so"


@pytest.mark.parametrize("ban", BANS)
async def test_what_the_config_says_by_now_counts(start_pod, make, clock, tmp_path, ban):
    config = tmp_path / "config.toml"
    config.write_text(POD.format("false"))
    pod = await start_pod(config=str(config))
    await busy(pod, make, "n1")
    task = pod.start(pod.plan(plan_drain, "n1", mode="requeue", grace_s=30))
    await clock.advance(10)
    text, says = BANS[ban]
    config.write_text(text)
    result = await clock.finish(task)
    assert (result.outcome, pod.scheduler.requeued) == (Outcome.REFUSED, [])
    assert says in result.text


async def test_a_config_that_is_being_written_leaves_the_rules_as_they_were(start_pod, make, clock, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text(POD.format("false"))
    pod = await start_pod(config=str(config))
    await busy(pod, make, "n1")
    task = pod.start(pod.plan(plan_drain, "n1", mode="requeue", grace_s=30))
    await clock.advance(10)
    config.write_text("[pods.al")
    assert (await clock.finish(task)).outcome is Outcome.DONE


async def test_what_was_closed_is_given_back_in_a_freeze_too(start_pod, make, clock):
    frozen = Freeze(name="launch", start=clock.now() + timedelta(seconds=60), end=clock.now() + timedelta(days=1))
    pod = await start_pod(policy=Policy(freeze=(frozen,)))
    await busy(pod, make, "n1")
    task = pod.start(pod.plan(plan_drain, "n1"))
    await clock.advance(90)
    pod.journal.append("op-test01", ev.Cancelling(why="wrong rack"))
    assert (await clock.finish(task)).outcome is Outcome.CANCELLED
    assert "DRAIN" not in pod.scheduler.facts["n1"].state


def test_what_gives_back_is_never_refused_half_way():
    assert {do for do in Do if do.brings_back} == {
        Do.RESUME,
        Do.RELEASE,
        Do.POWER_ON,
        Do.EJECT,
        Do.BOOT_NORMALLY,
    }


async def test_a_drain_that_ends_nothing_watches_every_node_at_once(pod, make, clock):
    await busy(pod, make, "n1")
    plan = pod.plan(plan_drain, at_once=1)
    assert any("nothing to pace" in text for text in plan.warnings)
    task = pod.start(plan)
    await clock.advance(10)
    ended = [end.node for one in pod.journal.kept if isinstance(one.event, ev.Ended) for end in one.event.ends]
    assert ended.count("n2") == 2, "closed and drained, though n1 still runs"
    pod.scheduler.end("7")
    assert (await clock.finish(task)).outcome is Outcome.DONE
