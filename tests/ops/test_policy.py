from datetime import UTC, datetime, time, timedelta

import pytest
from msgspec.structs import replace

from console.exit import Exit
from console.operations.drain import plan_drain
from console.operations.plan import Obstacle
from console.operations.policy import Freeze, MaxOut, Policy
from console.operations.request import Request
from console.operations.resume import plan_resume
from console.targets import Targets

FRIDAY = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)


@pytest.fixture
def ask(make):
    def plan(policy, nodes, *names, planner=plan_drain, at=make.at):
        snapshot = make.snapshot(nodes)
        request = Request(
            operation="op-abc123", user="ann", reason="leak", at=at, equivalent=lambda *_: ("x",), policy=policy
        )
        return planner(snapshot, Targets("alpha", names), request)

    return plan


def in_rack(make, count, out=(), rack="r1"):
    return [
        make.node(name, "IDLE+DRAIN" if name in out else "IDLE", reason=make.mark() if name in out else None, rack=rack)
        for name in (f"{rack}n{n}" for n in range(1, count + 1))
    ]


def test_without_a_policy_nothing_is_judged(make, ask):
    plan = ask(Policy(), in_rack(make, 4), "r1n1")
    assert (plan.verdicts, plan.blockers) == ((), ())


@pytest.mark.parametrize(("most", "refused"), [(2, True), (3, False), ("50%", True), ("75%", False), (0, True)])
def test_a_budget_counts_what_is_out_already(make, ask, most, refused):
    plan = ask(Policy(max_out=MaxOut(rack=most)), in_rack(make, 4, out=("r1n4",)), "r1n1", "r1n2")
    assert plan.refused is refused
    (verdict,) = plan.verdicts
    assert verdict.ok is not refused
    assert "3 of 4 nodes of rack r1 out with this (1 are)" in verdict.text
    if refused:
        (blocker,) = plan.blockers
        assert (blocker.obstacle, blocker.rule) == (Obstacle.BUDGET, "max_out.rack r1")
        assert "raise max_out.rack under [pods.alpha.policy]" in blocker.text
        assert blocker.obstacle.exit is Exit.REFUSED


def test_a_budget_of_the_pod_spans_its_racks_and_another_rack_is_not_concerned(make, ask):
    nodes = in_rack(make, 4, out=("r1n1", "r1n2")) + in_rack(make, 4, rack="r2")
    policy = Policy(max_out=MaxOut(rack=1, pod=3))
    plan = ask(policy, nodes, "r2n1")
    assert not plan.refused
    assert [verdict.rule for verdict in plan.verdicts] == ["max_out.pod alpha", "max_out.rack r2"]
    assert ask(policy, nodes, "r2n1", "r2n2").refused


def test_giving_back_is_never_over_budget(make, ask):
    nodes = in_rack(make, 2, out=("r1n1", "r1n2"))
    assert not ask(Policy(max_out=MaxOut(rack=0)), nodes, "r1n1", planner=plan_resume).refused


@pytest.mark.parametrize(
    ("freeze", "frozen"),
    [
        (Freeze(name="f", start=FRIDAY - timedelta(hours=1), end=FRIDAY + timedelta(hours=1)), True),
        (Freeze(name="f", start=FRIDAY + timedelta(hours=1), end=FRIDAY + timedelta(hours=2)), False),
        (Freeze(name="f", start=FRIDAY - timedelta(hours=1), end=FRIDAY), False),
        (Freeze(name="f", days=("fri",), after=time(16)), True),
        (Freeze(name="f", days=("fri",), after=time(18)), False),
        (Freeze(name="f", days=("sat",)), False),
        (Freeze(name="f", days=("thu",), after=time(20), before=time(18)), True),
        (Freeze(name="f", days=("thu",), after=time(20), before=time(6)), False),
        (Freeze(name="f", days=("fri",), after=time(16), before=time(6)), True),
        (Freeze(name="f", days=("fri",), after=time(20), before=time(6)), False),
        (Freeze(name="f", days=("fri",), verbs=("power",)), False),
        (Freeze(name="f", days=("fri",), verbs=("drain",)), True),
    ],
)
def test_a_freeze_says_its_name_and_when_it_ends(make, ask, freeze, frozen):
    plan = ask(Policy(freeze=(freeze,)), in_rack(make, 2), "r1n1", at=FRIDAY)
    assert plan.refused is frozen
    if frozen:
        assert (plan.blockers[0].obstacle, plan.blockers[0].rule) == (Obstacle.FROZEN, "freeze.f")


def test_a_verb_may_be_for_some_people_only(make, ask):
    policy = Policy(allow={"drain": ("bob", "zoe")})
    plan = ask(policy, in_rack(make, 2), "r1n1")
    assert plan.blockers[0].obstacle is Obstacle.NOT_ALLOWED
    assert "bob, zoe, not for ann" in plan.blockers[0].text
    assert not ask(replace(policy, allow={"drain": ("ann",)}), in_rack(make, 2), "r1n1").refused


def test_the_policy_says_when_a_count_is_typed(make, ask):
    nodes = in_rack(make, 4)
    assert ask(Policy(typed_count_over=1), nodes, "r1n1", "r1n2").count_to_type == 2
    assert ask(Policy(typed_count_over=2), nodes, "r1n1", "r1n2").count_to_type is None


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (Policy(max_out=MaxOut(rack="many")), "max_out.rack"),
        (Policy(max_out=MaxOut(pod="120%")), "max_out.pod"),
        (Policy(max_out=MaxOut(pod=-1)), "max_out.pod"),
        (Policy(freeze=(Freeze(name="f"),)), "freeze 'f'"),
        (Policy(freeze=(Freeze(name="f", start=FRIDAY),)), "freeze 'f'"),
        (Policy(freeze=(Freeze(name="f", start=FRIDAY, end=FRIDAY),)), "ends before it begins"),
        (Policy(freeze=(Freeze(name="f", start=datetime(2026, 1, 1), end=datetime(2026, 1, 2)),)), "zone"),  # noqa: DTZ001 - the very mistake
    ],
)
def test_a_bad_policy_says_which_key(policy, says):
    assert says in policy.problem()
