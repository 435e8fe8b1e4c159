"""Plans of holds, releases and cordons: what they change, what they leave, and what a hold keeps out."""

from datetime import timedelta

import pytest

from backends.model.reason import Mark, Reason
from console.operations.cordon import plan_cordon
from console.operations.hold import Hold, held_by_mark, holds_of, text_of
from console.operations.hold_plan import plan_hold, plan_release
from console.operations.plan import Obstacle
from console.operations.policy import MaxOut, Policy
from console.operations.request import Options, Request
from console.operations.resume import plan_resume
from console.operations.step import Do
from console.targets import Targets

FOREIGN = Reason("bad dimm", by="joe")
NO_POLICY = Policy()


@pytest.fixture
def ask(make):
    """A plan of ann's for all nodes of a snapshot, with what their marks tell of holds, and those given."""

    def plan(planner, snapshot, *names, holds=None, policy=NO_POLICY, **options):
        request = Request(
            operation="op-new001",
            user="ann",
            reason="dimm",
            at=make.at,
            equivalent=lambda *words: (repr(words),),
            options=Options(**options),
            policy=policy,
            holds=holds_of(snapshot, holds or {}, make.at),
        )
        return planner(snapshot, Targets(snapshot.pod, names or tuple(snapshot.nodes)), request)

    return plan


@pytest.fixture
def kept(make):
    """A hold as a journal has it."""

    def hold(owner="ann", **more):
        return Hold(**{"reason": "dimm", "owner": owner, "since": make.at, "operation": "op-old001", **more})

    return hold


def held_node(make, name="n1", user="ann", text="hold: dimm"):
    return make.node(name, "IDLE+DRAIN", reason=make.mark(user, text, "op-old001"))


def steps(plan):
    return [(step.do, step.nodes) for step in plan.steps]


@pytest.mark.parametrize("ticket", ["", "OPS-12"])
@pytest.mark.parametrize("hours", [None, 36])
def test_a_hold_is_read_again_from_the_mark_it_leaves(make, ticket, hours):
    until = make.at + timedelta(hours=hours) if hours else None
    node = make.node("n1", "IDLE+DRAIN", reason=Reason(str(Mark("op-1", "ann", text_of("a: b", ticket, until)))))
    hold = held_by_mark(node)
    assert (hold.reason, hold.ticket, hold.until, hold.owner, hold.operation) == ("a: b", ticket, until, "ann", "op-1")


@pytest.mark.parametrize("text", ["leak", "holding a place", "hold for a part", "on hold: x", ""])
def test_another_text_is_no_hold(make, text):
    assert held_by_mark(make.node("n1", "IDLE+DRAIN", reason=make.mark("ann", text))) is None


def test_a_foreign_reason_is_no_hold_and_a_bad_time_never_ends_one(make):
    assert held_by_mark(make.node("n1", "IDLE+DRAIN", reason=Reason("hold: x"))) is None
    assert held_by_mark(held_node(make, text="hold until tomorrow: x")).until is None


def test_a_hold_is_written_down_first_then_marked_where_the_nodes_are_ours_to_mark(make, ask):
    nodes = [
        make.node("n1"),
        make.node("n2", "IDLE+DRAIN", reason=make.mark()),
        make.node("n3", "IDLE+DRAIN", reason=FOREIGN),
    ]
    plan = ask(plan_hold, make.snapshot(nodes), ticket="OPS-12", until=make.at + timedelta(days=1))
    assert steps(plan) == [(Do.HOLD, ("n1", "n2", "n3")), (Do.CLOSE, ("n1",)), (Do.CLOSE, ("n2",))]
    hold, close, mark = plan.steps
    assert (hold.undo, close.undo, mark.undo) == (Do.RELEASE, Do.RESUME, Do.CLOSE)
    assert close.args["reason"] == "megapod:op-new001 ann: hold until 2026-03-02T03:00Z ticket OPS-12: dimm"
    assert mark.args["was"] == make.mark().text
    assert "'bad dimm' by joe; that reason stays, so only this host knows the hold" in plan.warnings[0]
    assert "n3" not in plan.commands[0]


@pytest.mark.parametrize("options", [{"ticket": "OPS 12"}, {"until": -1}])
def test_what_a_mark_cannot_say_is_refused(make, ask, options):
    if "until" in options:
        options = {"until": make.at - timedelta(minutes=1)}
    plan = ask(plan_hold, make.snapshot([make.node()]), **options)
    assert plan.refused
    assert plan.phases == ()


def test_a_held_node_is_not_held_twice(make, ask, kept):
    snapshot = make.snapshot([make.node("n1"), held_node(make, "n2", "bob"), make.node("n3")])
    plan = ask(plan_hold, snapshot, holds={"n1": kept()})
    assert plan.nodes == ("n3",)
    assert [(skip.nodes, skip.wanted) for skip in plan.skipped] == [("n1", True), ("n2", False)]
    alone = ask(plan_hold, snapshot, "n2")
    assert [blocker.obstacle for blocker in alone.blockers] == [Obstacle.HELD]


@pytest.mark.parametrize("by", ["journal", "mark"])
def test_a_resume_of_a_rack_skips_what_is_held_and_names_it(make, ask, kept, by):
    drained = make.node("n1", "IDLE+DRAIN", reason=make.mark())
    other = held_node(make, "n2", "bob") if by == "mark" else make.node("n2", "IDLE+DRAIN", reason=make.mark())
    holds = {} if by == "mark" else {"n2": kept("bob")}
    plan = ask(plan_resume, make.snapshot([drained, other]), holds=holds)
    assert plan.nodes == ("n1",)
    assert [skip.why for skip in plan.skipped] == ["n2 is held by bob: dimm; `megapod release n2` lifts it"]
    alone = ask(plan_resume, make.snapshot([drained, other]), "n2", holds=holds, take_over=True)
    assert [blocker.obstacle for blocker in alone.blockers] == [Obstacle.HELD], "even taking over lifts no hold"


def test_an_expired_hold_keeps_nothing_out(make, ask, kept):
    node = held_node(make, text=text_of("dimm", "", make.at - timedelta(minutes=1)))
    assert ask(plan_resume, make.snapshot([node])).nodes == ("n1",)
    over = kept(until=make.at)
    assert ask(
        plan_resume, make.snapshot([make.node("n1", "IDLE+DRAIN", reason=make.mark())]), holds={"n1": over}
    ).nodes


def test_a_release_lifts_the_hold_and_leaves_the_node_out(make, ask):
    plan = ask(plan_release, make.snapshot([held_node(make), make.node("n2")]))
    assert steps(plan) == [(Do.RELEASE, ("n1",)), (Do.CLOSE, ("n1",))]
    release, mark = plan.steps
    assert (release.args["held_by"], release.undo) == ("op-old001", Do.HOLD)
    assert mark.args["reason"] == "megapod:op-new001 ann: released op-old001, still out: dimm"
    assert [(skip.nodes, skip.why) for skip in plan.skipped] == [("n2", "not held")]


def test_a_release_back_into_service_resumes_what_carries_the_hold(make, ask, kept):
    nodes = [held_node(make), make.node("n2", "IDLE+DRAIN", reason=FOREIGN), make.node("n3")]
    plan = ask(plan_release, make.snapshot(nodes), holds={"n2": kept(), "n3": kept()}, back=True)
    assert steps(plan) == [(Do.RELEASE, ("n1", "n2", "n3")), (Do.RESUME, ("n1",))]
    assert plan.warnings[0] == "n[1-3]: held by ann: dimm"
    assert "n2 stays out: 'bad dimm' by joe" in plan.warnings[1]


def test_another_s_hold_needs_a_take_over(make, ask):
    snapshot = make.snapshot([held_node(make, user="bob")])
    plan = ask(plan_release, snapshot)
    assert [blocker.obstacle for blocker in plan.blockers] == [Obstacle.FOREIGN]
    assert "held by bob: dimm; --take-over overrules" in plan.blockers[0].text
    assert ask(plan_release, snapshot, take_over=True).nodes == ("n1",)


def test_a_cordon_closes_and_waits_for_nothing(make, ask):
    nodes = [make.node("n1", "MIXED"), make.node("n2", "IDLE+DRAIN", reason=make.mark())]
    plan = ask(plan_cordon, make.snapshot([*nodes, make.node("n3", "IDLE+DRAIN", reason=FOREIGN)], [make.job()]))
    assert steps(plan) == [(Do.CLOSE, ("n1",))]
    assert plan.follow == ("n1",)
    assert [(skip.nodes, skip.wanted) for skip in plan.skipped] == [("n2", True), ("n3", False)]
    assert [job.job for job in plan.blast.jobs] == ["7"]


def test_read_only_and_old_facts_forbid_them_all(make, ask):
    for planner in (plan_hold, plan_release, plan_cordon):
        assert ask(planner, make.snapshot([held_node(make)], read_only=True)).refused
        assert ask(planner, make.snapshot([held_node(make)], failed=("slurm.nodes",))).refused


@pytest.mark.parametrize("planner", [plan_hold, plan_cordon])
def test_the_budget_counts_what_they_take_out(make, ask, planner):
    snapshot = make.snapshot([make.node("n1"), make.node("n2")])
    assert not ask(planner, snapshot, "n1", policy=Policy(max_out=MaxOut(pod=1))).refused
    plan = ask(planner, snapshot, policy=Policy(max_out=MaxOut(pod=1)))
    assert [blocker.obstacle for blocker in plan.blockers] == [Obstacle.BUDGET]
