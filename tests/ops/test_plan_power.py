"""Plans of power: in batches, in order, refused where work runs, and counted where it is ended."""

import pytest

from backends.model.node import Power
from console.operations.plan import Obstacle
from console.operations.policy import MaxOut, Policy
from console.operations.power import POWERS, plan_power
from console.operations.request import Options, Request
from console.operations.step import Do
from console.targets import Targets


@pytest.fixture
def ask(make):
    def plan(snapshot, *names, policy=None, **options):
        request = Request(
            operation="op-new001",
            user="ann",
            reason="",
            at=make.at,
            equivalent=None,
            options=Options(**options),
            policy=policy or Policy(),
        )
        return plan_power(snapshot, Targets(snapshot.pod, names or tuple(snapshot.nodes)), request)

    return plan


@pytest.fixture
def rack(make):
    def nodes(count=5, state="IDLE+DRAIN"):
        return [
            make.node(f"n{n}", state, reason=make.mark(), hardware=make.hardware(f"n{n}")) for n in range(1, count + 1)
        ]

    return nodes


def obstacles(plan):
    return [(blocker.obstacle, blocker.nodes) for blocker in plan.blockers]


def test_batches_follow_each_other_with_their_pause_and_cover_every_node_once(make, ask, rack):
    plan = ask(make.snapshot(rack()), power="on", batch=2, delay_s=30)
    assert [phase.name for phase in plan.phases] == ["on 1 of 3", "on 2 of 3", "on 3 of 3"]
    assert [phase.pause_s for phase in plan.phases] == [0, 30, 30]
    assert [step.nodes for step in plan.steps] == [("n1", "n2"), ("n3", "n4"), ("n5",)]
    assert len({step.id for step in plan.steps}) == 3
    assert plan.nodes == ("n1", "n2", "n3", "n4", "n5")


def test_a_cycle_is_an_off_and_an_on_of_each_batch_and_never_a_blind_pulse(make, ask, rack):
    plan = ask(make.snapshot(rack(2)), power="cycle", batch=1)
    assert [(step.do, step.nodes) for step in plan.steps] == [
        (Do.POWER_OFF, ("n1",)),
        (Do.POWER_ON, ("n1",)),
        (Do.POWER_OFF, ("n2",)),
        (Do.POWER_ON, ("n2",)),
    ]
    assert 'POST /redfish/v1/Systems/n1/Actions/ComputerSystem.Reset {"ResetType": "ForceOff"}' in plan.commands


@pytest.mark.parametrize("power", sorted(POWERS))
def test_running_work_is_refused_by_all_that_would_end_it(make, ask, rack, power):
    snapshot = make.snapshot(rack(3, "MIXED+DRAIN"), [make.job("7", ("n1", "n2")), make.job("8", ("n2",))])
    plan = ask(snapshot, power=power)
    if power == "on":
        assert not plan.refused
        return
    assert obstacles(plan) == [(Obstacle.BUSY, "n[1-2]")]
    assert "2 jobs would die (7, 8)" in plan.blockers[0].text
    assert not ask(snapshot, "n3", power=power).refused
    forced = ask(snapshot, power=power, force_busy=True)
    assert not forced.refused
    assert forced.count_to_type == 2, "the jobs are counted, not the nodes"
    assert "2 jobs would die (7, 8)" in forced.warnings[0]


@pytest.mark.parametrize("forced", [False, True])
def test_what_spares_work_looks_again_before_it_acts_and_what_is_forced_does_not(make, ask, rack, forced):
    plan = ask(make.snapshot(rack(1)), power="cycle", force_busy=forced)
    assert [("spare" in step.args) for step in plan.steps] == [not forced, False]


def test_without_jobs_there_is_nothing_to_type(make, ask, rack):
    assert ask(make.snapshot(rack(2)), power="off", force_busy=True).count_to_type is None


def test_an_old_job_list_refuses_and_an_old_controller_does(make, ask, rack):
    assert obstacles(ask(make.snapshot(rack(1), failed=("slurm.jobs",)), power="off")) == [(Obstacle.STALE, "n1")]
    assert not ask(make.snapshot(rack(1), failed=("slurm.jobs",)), power="on").refused
    assert obstacles(ask(make.snapshot(rack(1), failed=("redfish",)), power="on")) == [(Obstacle.STALE, "n1")]


def test_a_node_without_a_controller_and_a_read_only_pod_are_refused(make, ask, rack):
    plan = ask(make.snapshot([*rack(1), make.node("n9")]), power="on")
    assert obstacles(plan) == [(Obstacle.UNSUPPORTED, "n9")]
    assert ask(make.snapshot(rack(1), read_only=True), power="on").refused


def test_a_node_that_takes_new_work_is_warned_of(make, ask):
    snapshot = make.snapshot([make.node("n1", hardware=make.hardware())])
    assert "n1 still takes new work" in ask(snapshot, power="off").warnings[0]


@pytest.mark.parametrize(("power", "refused"), [("off", True), ("cycle", True), ("on", False), ("reset", False)])
def test_the_budget_counts_what_is_switched_off(make, ask, power, refused):
    nodes = [make.node(f"n{n}", hardware=make.hardware(f"n{n}", power=Power.ON)) for n in (1, 2)]
    plan = ask(make.snapshot(nodes), power=power, policy=Policy(max_out=MaxOut(pod=1)))
    assert (Obstacle.BUDGET, "n[1-2]") in obstacles(plan) if refused else not plan.refused
