from datetime import timedelta

import pytest
from msgspec import json
from msgspec.structs import replace

from backends.model.reason import Reason
from backends.model.source import SourceState
from console.exit import Exit
from console.operations.blast import blast
from console.operations.drain import plan_drain
from console.operations.plan import EXPIRES_AFTER_S, Obstacle
from console.operations.request import Options, Request
from console.operations.resume import plan_resume
from console.operations.step import Do
from console.targets import Targets

SLURMS = Reason("Not responding", by="slurm")
PLANNERS = (plan_drain, plan_resume)


@pytest.fixture
def ask(make):
    """A plan of ann's for all nodes of a snapshot, or for those named."""

    def plan(planner, snapshot, *names, equivalent=lambda *words: (repr(words),), holds=None, **options):
        request = Request(
            operation="op-abc123",
            user="ann",
            reason="leak",
            at=make.at,
            equivalent=equivalent,
            options=Options(**options),
            holds=holds or {},
        )
        return planner(snapshot, Targets(snapshot.pod, names or tuple(snapshot.nodes)), request)

    return plan


def obstacles(plan):
    return [(blocker.obstacle, blocker.nodes) for blocker in plan.blockers]


def test_a_drain_closes_its_nodes_in_one_step_with_our_mark(make, ask):
    plan = ask(plan_drain, make.snapshot([make.node(f"gpu00{n}") for n in range(1, 5)]))
    assert not plan.refused
    close, *emptying = plan.steps
    assert (close.do, close.args["reason"]) == (Do.CLOSE, "megapod:op-abc123 ann: leak")
    assert plan.nodes == plan.follow == close.nodes == ("gpu001", "gpu002", "gpu003", "gpu004")
    assert [(step.do, step.nodes) for step in emptying] == [(Do.EMPTY, (name,)) for name in plan.nodes]
    assert [phase.name for phase in plan.phases] == ["close", "empty"], "the whole set is closed before any is emptied"
    assert plan.commands == (repr(("drain", plan.nodes, close.args["reason"])),)
    assert plan.expires_at - plan.made_at == timedelta(seconds=EXPIRES_AFTER_S)


def test_a_plan_names_the_facts_it_believed(make, ask):
    node = make.node("n1", "DOWN", reason=make.mark())
    plan = ask(plan_drain, make.snapshot([node, make.node("n2")], number=41))
    assert plan.snapshot == 41
    assert {relied.source: relied.observed_at for relied in plan.relied_on}["slurm.nodes"] == make.at
    assert plan.reasons == {"n1": make.mark(), "n2": None}
    assert json.decode(json.encode(plan))["snapshot"] == 41, "the same value is saved and printed"


@pytest.mark.parametrize("state", ["MIXED+DRAIN", "IDLE+DRAIN"])
def test_what_we_drained_already_is_left_and_still_followed(make, ask, state):
    plan = ask(plan_drain, make.snapshot([make.node("n1", state, reason=make.mark()), make.node("n2")]))
    assert plan.nodes == ("n2",)
    assert [(skip.nodes, skip.why) for skip in plan.skipped] == [("n1", "drained by you already")]
    assert set(plan.follow) == {"n1", "n2"}
    alone = ask(plan_drain, make.snapshot([make.node("n1", state, reason=make.mark())]))
    assert alone.empty
    assert not alone.refused
    assert alone.follow == ("n1",)


@pytest.mark.parametrize(
    ("state", "reason", "says"),
    [
        ("IDLE+DRAIN", Reason("bad dimm", by="joe"), "'bad dimm' by joe"),
        ("MIXED+DRAIN", Reason("megapod:op-zzz999 joe: mine", by="root"), "joe: mine"),
        ("DOWN", SLURMS, "'Not responding' by slurm"),
        ("IDLE+DRAIN", None, "no reason given"),
    ],
)
def test_another_hand_on_a_node_leaves_it_alone_and_names_it(make, ask, state, reason, says):
    node = make.node("n1", state, reason=reason)
    plan = ask(plan_drain, make.snapshot([node, make.node("n2")]))
    assert not plan.refused
    assert plan.follow == ("n2",)
    assert [(skip.nodes, skip.wanted) for skip in plan.skipped] == [("n1", False)]
    assert says in plan.skipped[0].why
    alone = ask(plan_drain, make.snapshot([node]))
    assert obstacles(alone) == [(Obstacle.FOREIGN, "n1")]
    assert says in alone.blockers[0].text
    assert (alone.phases, alone.follow, alone.commands) == ((), (), ())
    assert alone.blockers[0].obstacle.exit is Exit.CONFLICT


def test_a_down_node_is_drained_with_a_note(make, ask):
    plan = ask(plan_drain, make.snapshot([make.node("n1", "DOWN")]))
    assert plan.nodes == ("n1",)
    assert "n1 is down" in plan.warnings[0]
    assert ask(plan_drain, make.snapshot([make.node("n1")])).warnings == ()


@pytest.mark.parametrize("planner", PLANNERS)
def test_a_read_only_pod_is_not_written_to(make, ask, planner):
    plan = ask(planner, make.snapshot([make.node("n1", "IDLE+DRAIN", reason=make.mark())], read_only=True))
    assert obstacles(plan) == [(Obstacle.READ_ONLY, "n1")]
    assert "read_only = false under [pods.alpha]" in plan.blockers[0].text
    assert plan.empty
    assert plan.blockers[0].obstacle.exit is Exit.REFUSED


@pytest.mark.parametrize("planner", PLANNERS)
@pytest.mark.parametrize("state", [SourceState.FAILED, SourceState.STALE, SourceState.DENIED, SourceState.PENDING])
def test_old_facts_are_no_ground_for_a_plan(make, ask, planner, state):
    snapshot = make.snapshot([make.node("n1", "IDLE+DRAIN", reason=make.mark())])
    snapshot = replace(snapshot, sources={**snapshot.sources, "slurm.nodes": make.source("slurm.nodes", state)})
    plan = ask(planner, snapshot)
    assert obstacles(plan) == [(Obstacle.STALE, "n1")]
    assert plan.empty
    assert plan.blockers[0].obstacle.exit is Exit.PARTIAL


@pytest.mark.parametrize("planner", PLANNERS)
def test_a_node_the_scheduler_does_not_know_is_refused(make, ask, planner):
    plan = ask(planner, make.snapshot([make.node("n1", None, hardware=make.hardware())]))
    assert (Obstacle.UNSUPPORTED, "n1") in obstacles(plan)
    assert plan.empty


@pytest.mark.parametrize("planner", PLANNERS)
def test_a_pod_without_a_scheduler_is_refused_once(make, ask, planner):
    plan = ask(planner, make.snapshot([make.node("n1", None)]), equivalent=None)
    assert [one for one in obstacles(plan) if one[0] is Obstacle.UNSUPPORTED] == [(Obstacle.UNSUPPORTED, "n1")]


def test_an_old_job_list_is_told(make, ask):
    plan = ask(plan_drain, make.snapshot([make.node("n1")], failed=("slurm.jobs",)))
    assert not plan.refused
    assert "the job list is old" in plan.warnings[0]


def test_a_resume_gives_back_what_is_ours(make, ask):
    plan = ask(plan_resume, make.snapshot([make.node("n1", "MIXED+DRAIN", reason=make.mark()), make.node("n2")]))
    (step,) = plan.steps
    assert (step.do, step.nodes) == (Do.RESUME, ("n1",))
    assert [(skip.nodes, skip.why) for skip in plan.skipped] == [("n2", "in service already")]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("IDLE+DRAIN", Reason("bad dimm", by="joe")),
        ("IDLE+DRAIN", Reason("megapod:op-zzz999 joe: mine")),
        ("IDLE+DRAIN", None),
        ("DOWN", SLURMS),
        ("WEIRD", None),
    ],
)
def test_a_resume_of_anothers_drain_needs_a_take_over(make, ask, state, reason):
    snapshot = make.snapshot([make.node("n1", state, reason=reason)])
    refused = ask(plan_resume, snapshot)
    assert obstacles(refused) == [(Obstacle.FOREIGN, "n1")]
    assert "--take-over" in refused.blockers[0].text
    assert ask(plan_resume, snapshot, take_over=True).nodes == ("n1",)


def test_a_take_over_does_not_overrule_read_only_or_old_facts(make, ask):
    node = make.node("n1", "IDLE+DRAIN", reason=Reason("bad dimm"))
    assert ask(plan_resume, make.snapshot([node], read_only=True), take_over=True).empty
    assert ask(plan_resume, make.snapshot([node], failed=("slurm.nodes",)), take_over=True).empty


def test_a_blast_is_the_jobs_their_whole_gangs_and_what_is_left(make):
    gang = make.job("7", ("n1", "n2", "n3"), user="bob", gpus=24)
    other = make.job("8", ("n1",), user="amy", gpus=1)
    far = make.job("9", ("n4",))
    pending = make.job("10", ("n1",), "PENDING")
    nodes = [make.node(f"n{n}", "MIXED") for n in range(1, 5)]
    nodes += [
        make.node("n5", "IDLE+DRAIN"),
        make.node("n6", "WEIRD"),
        make.node("n7", scheduler=make.facts(responding=False)),
        make.node("n8", None, hardware=make.hardware()),
    ]
    hit = blast(make.snapshot(nodes, [gang, other, far, pending]), ["n1", "n2", "n1"])
    assert (hit.nodes, hit.gpus) == (2, 16)
    assert [(job.job, job.user, job.gpus) for job in hit.jobs] == [("7", "bob", 24), ("8", "amy", 1)]
    assert (hit.users, hit.gang_nodes) == (("amy", "bob"), "n[1-3]")
    assert (hit.nodes_left, hit.gpus_left) == (2, 16), "only n3 and n4 still take work"


def test_a_refused_plan_still_shows_what_it_would_hit(make, ask):
    plan = ask(plan_drain, make.snapshot([make.node("n1")], [make.job("7")], read_only=True))
    assert [job.job for job in plan.blast.jobs] == ["7"]


def test_what_a_drain_only_waits_for_is_not_its_to_take(make, ask):
    drained = make.node("n1", "MIXED+DRAIN", reason=make.mark())
    plan = ask(plan_drain, make.snapshot([drained, make.node("n2")]))
    assert (set(plan.follow), plan.nodes) == ({"n1", "n2"}, ("n2",))
    assert ask(plan_drain, make.snapshot([drained])).nodes == ()
    requeue = ask(plan_drain, make.snapshot([drained]), mode="requeue")
    assert requeue.nodes == ("n1",), "that one ends work there"
