"""A gate before nodes are given back: what each check says, and where it stands in a plan."""

import pytest

from backends.model.node import Gpu
from console.operations.gate import Gate, args_of, gate_of, readings
from console.operations.hold import Hold
from console.operations.hold_plan import plan_release
from console.operations.plan import Obstacle
from console.operations.policy import Policy
from console.operations.request import Options, Request
from console.operations.resume import plan_resume
from console.operations.step import Do
from console.targets import Targets

BURN_IN = Gate(gpus=2)
DIAG = Gate(command=("dcgmi", "diag", "-r", "1"))


def gpus(**first):
    return tuple(
        Gpu(index=i, **{"ecc_uncorrectable": 0, "nvlinks": 18, "nvlinks_up": 18, **(first, {})[i]}) for i in (0, 1)
    )


@pytest.mark.parametrize(
    ("gate", "facts", "wanted"),
    [
        (Gate(gpus=2), gpus(), [("2 GPUs of 2", True)]),
        (Gate(gpus=2), gpus()[:1], [("1 GPUs of 2", False)]),
        (Gate(gpus=2), (*gpus(), Gpu(index=2)), [("3 GPUs of 2", False)]),
        (Gate(ecc_uncorrectable=0), gpus(), [("uncorrectable ECC errors at most 0", True)]),
        (Gate(ecc_uncorrectable=1), gpus(ecc_uncorrectable=1), [("uncorrectable ECC errors at most 1", True)]),
        (
            Gate(ecc_uncorrectable=0),
            gpus(ecc_uncorrectable=3),
            [("uncorrectable ECC errors on GPU 0: 3 (0 allowed)", False)],
        ),
        (Gate(ecc_uncorrectable=0), gpus(ecc_uncorrectable=None), [("uncorrectable ECC errors not reported", None)]),
        (Gate(ecc_uncorrectable=0), (), [("uncorrectable ECC errors not reported", None)]),
        (Gate(links=36), gpus(), [("36 NVLinks up of 36", True)]),
        (Gate(links=36), gpus(nvlinks_up=17), [("35 NVLinks up of 36", False)]),
        (Gate(links=36), gpus(nvlinks_up=None), [("NVLinks not reported (36 wanted)", None)]),
        (DIAG, (), []),
    ],
)
def test_what_is_not_reported_is_never_passed(make, gate, facts, wanted):
    assert [(one.text, one.ok) for one in readings(gate, make.hardware(gpus=facts))] == wanted


def test_a_node_without_a_controller_is_not_passed():
    assert [one.ok for one in readings(BURN_IN, None)] == [None]


def test_a_gate_goes_through_a_plan_and_back():
    gate = Gate(gpus=4, command=("true",), command_s=5.0)
    assert gate_of(args_of("x", gate)) == gate
    assert Gate(command=("test", "{node}")).argv("n1") == ("test", "n1")


@pytest.fixture
def plan(make):
    def make_plan(planner=plan_resume, *, required="", holds=None, **options):
        snapshot = make.snapshot([make.node(name, "IDLE+DRAIN", reason=make.mark()) for name in ("n1", "n2")])
        request = Request(
            operation="op-test01",
            user="ann",
            reason="",
            at=make.at,
            equivalent=lambda verb, nodes, _: (f"{verb} {','.join(nodes)}",),
            options=Options(**options),
            policy=Policy(),
            holds=holds or {},
            gates={"burn-in": BURN_IN, "diag": DIAG},
            gate=required,
        )
        return planner(snapshot, Targets("alpha", ("n1", "n2")), request)

    return make_plan


def test_each_node_is_checked_before_any_is_given_back(plan):
    made = plan(required="burn-in")
    assert [step.id for step in made.steps] == ["check/burn-in/n1", "check/burn-in/n2", "resume"]
    assert gate_of(next(made.steps).args) == BURN_IN


def test_a_gate_that_is_asked_for_never_stands_in_for_the_one_the_pod_requires(plan):
    made = plan(required="burn-in", gate="diag")
    assert [phase.name for phase in made.phases] == ["check burn-in", "check diag", "resume"]
    assert [phase.name for phase in plan(gate="diag").phases] == ["check diag", "resume"]


def test_a_gate_nobody_has_written_is_refused_with_those_there_are(plan):
    made = plan(required="burnin")
    assert [one.obstacle for one in made.blockers] == [Obstacle.UNSUPPORTED]
    assert "[gates.burnin]" in made.blockers[0].text
    assert made.blockers[0].text.endswith("known: burn-in, diag")


def test_a_waiver_is_written_into_the_plan_with_who_and_why(plan):
    made = plan(required="burn-in", waive="spare, OPS-12")
    assert [step.do for step in made.steps] == [Do.RESUME]
    assert made.warnings == ("gate burn-in waived by ann: spare, OPS-12",)


def test_a_release_gives_nothing_back_past_the_gate(plan, make):
    hold = Hold(operation="op-old", owner="ann", reason="dimm", since=make.at)
    made = plan(plan_release, required="burn-in", back=True, holds={"n1": hold})
    assert [one.obstacle for one in made.blockers] == [Obstacle.NOT_ALLOWED]
    assert "then `megapod resume`" in made.blockers[0].text
