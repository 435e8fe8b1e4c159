from datetime import timedelta

import pytest
from msgspec.structs import replace

from backends.model.node import Gpu, Power
from backends.model.severity import Severity
from backends.model.source import SourceState
from console.insight.rules import findings
from console.operations.advised import Advised, advised
from console.operations.request import Options


@pytest.fixture
def rules(make):
    """The findings of some nodes, by rule."""

    def found(*nodes, **more):
        return {finding.rule: finding for finding in findings(make.snapshot(nodes, **more))}

    return found


def gpus(*healths):
    return tuple(Gpu(index=index, health=health, temp_c=61.0) for index, health in enumerate(healths))


def test_a_healthy_pod_has_no_finding(make, rules):
    eight = gpus(*[Severity.OK] * 8)
    nodes = [
        make.node("n1", hardware=make.hardware(gpus=eight)),
        make.node("n2", "MIXED", hardware=make.hardware(gpus=eight)),
        make.node("n3", "MIXED+DRAIN", reason=make.mark(), hardware=make.hardware(gpus=eight)),
        make.node("n4", "IDLE+DRAIN", reason=make.mark(), hardware=make.hardware(power=Power.OFF)),
        make.node("n5", "IDLE+POWERED_DOWN", hardware=make.hardware(power=Power.OFF)),
    ]
    assert rules(*nodes, jobs=[make.job("7", ("n2",))]) == {}


@pytest.mark.parametrize(
    ("state", "severity", "word"),
    [
        (SourceState.FAILED, Severity.WARNING, "failed"),
        (SourceState.DENIED, Severity.CRITICAL, "denied"),
        (SourceState.STALE, Severity.WARNING, "gone quiet"),
    ],
)
def test_a_silent_source_is_named_with_since_when(make, rules, state, severity, word):
    since = make.at + timedelta(minutes=3)
    status = make.source("redfish", state, error="bmc: refused", failing_since=since)
    finding = rules(sources={"redfish": status})["source-silent"]
    assert (finding.severity, finding.since, finding.entity) == (severity, since, "source:redfish")
    assert finding.title == f"redfish {word}: refused", "where is told in the evidence"
    assert finding.evidence == ("last answer 2026-03-01 03:00:00Z; failing since 2026-03-01 03:03:00Z", "bmc: refused")


def test_a_source_that_never_answered_says_so(make, rules):
    status = make.source("redfish", SourceState.FAILED, observed_at=None, failing_since=make.at)
    assert "never answered" in rules(sources={"redfish": status})["source-silent"].evidence[0]


@pytest.mark.parametrize("state", [SourceState.OK, SourceState.SLOW, SourceState.PENDING])
def test_a_source_that_answers_or_has_not_had_its_chance_is_no_finding(make, rules, state):
    assert rules(sources={"redfish": make.source("redfish", state)}) == {}


def test_a_partial_answer_is_a_finding_while_its_source_answers(make, rules):
    partial = make.source("redfish", partial=True, error="Systems/n2: 503")
    assert "Systems/n2: 503" in rules(sources={"redfish": partial})["source-partial"].title
    failed = replace(partial, state=SourceState.FAILED)
    hung = replace(make.hardware(), missing_since=make.at)
    nodes = [make.node("n1", hardware=make.hardware()), make.node("n2", hardware=hung), make.node("n3")]
    found = rules(*nodes, sources={"redfish": partial})["source-partial"]
    assert found.hits_nodes == ("n2", "n3")
    assert found.title == "redfish answered in part, without n[2-3]: Systems/n2: 503"
    assert set(rules(sources={"redfish": failed})) == {"source-silent"}


def test_a_down_node_is_critical_since_its_reason(make, rules):
    reason = replace(make.mark(), text="Not responding", at=make.at - timedelta(hours=2))
    node = make.node("n1", "DOWN", reason=reason, hardware=make.hardware(power=Power.OFF))
    finding = rules(node, jobs=[make.job("7", ("n1", "n2"))])["not-responding"]
    assert (finding.severity, finding.since) == (Severity.CRITICAL, reason.at)
    assert finding.title == "n1 is down: Not responding"
    assert finding.evidence[:2] == ("scheduler: down", "power: Off")
    assert (finding.hits_nodes, finding.hits_jobs, finding.advice) == (("n1",), ("7",), "power it on")


def test_the_reason_of_a_drain_is_not_why_a_node_is_down(make, rules):
    """Slurm keeps it when the node goes down as well: it went down later, nobody says why."""
    reason = replace(make.mark(), at=make.at - timedelta(hours=2))
    finding = rules(make.node("n1", "DOWN+DRAIN", reason=reason))["not-responding"]
    assert finding.title == "n1 is down, and drained: megapod:op-abc123 ann: leak"
    assert finding.since == make.at
    by_itself = replace(reason, text="Not responding", by="slurm")
    assert (
        rules(make.node("n1", "DOWN+DRAIN", reason=by_itself))["not-responding"].title == "n1 is down: Not responding"
    )


def test_old_word_of_its_power_is_no_advice(make, rules):
    node = make.node("n1", "DOWN", hardware=make.hardware(power=Power.OFF))
    finding = rules(node, failed=("redfish",))["not-responding"]
    assert "power: not known" in finding.evidence
    assert finding.advice != "power it on"


def test_a_node_the_scheduler_doubts_is_a_warning_unless_it_was_powered_down(make, rules):
    doubted = make.node("n1", scheduler=make.facts(responding=False))
    assert rules(doubted)["not-responding"].severity is Severity.WARNING
    asleep = make.node("n1", scheduler=make.facts("IDLE+POWERED_DOWN", responding=False))
    assert rules(asleep) == {}


@pytest.mark.parametrize(("state", "severity"), [("IDLE+FAIL", Severity.CRITICAL), ("WEIRD", Severity.WARNING)])
def test_a_state_given_up_on_or_not_known_is_told(make, rules, state, severity):
    finding = rules(make.node("n1", state))["bad-state"]
    assert (finding.severity, finding.title) == (severity, f"n1 is {state.lower()}")


def test_systems_that_match_no_node_are_told_once(make, rules):
    alone = [make.node(name, None, hardware=make.hardware()) for name in ("s1", "s2")]
    finding = rules(make.node("n1"), *alone)["unjoined"]
    assert finding.hits_nodes == ("s1", "s2")
    assert "2 of the controller's systems" in finding.title
    assert rules(*alone) == {}, "a pod without a scheduler joins nothing"


def test_off_while_the_scheduler_counts_on_it_is_a_disagreement(make, rules):
    node = make.node("n1", "MIXED", hardware=make.hardware(power=Power.OFF))
    finding = rules(node)["off-but-scheduled"]
    assert finding.severity is Severity.CRITICAL
    assert finding.evidence == ("power: Off", "scheduler: mixed", "from redfish /redfish/v1/Systems/n1, slurm.nodes")


@pytest.mark.parametrize("failed", ["slurm.nodes", "redfish"])
def test_an_old_word_against_a_new_one_is_no_disagreement(make, rules, failed):
    node = make.node("n1", "MIXED", hardware=make.hardware(power=Power.OFF))
    assert "off-but-scheduled" not in rules(node, failed=(failed,))


@pytest.mark.parametrize("power", [Power.ON, Power.UNKNOWN, Power.POWERING_ON])
def test_a_node_that_is_not_off_is_not_called_off(make, rules, power):
    assert rules(make.node("n1", hardware=make.hardware(power=power))) == {}


def test_the_controllers_verdict_is_passed_on(make, rules):
    node = make.node("n1", hardware=make.hardware(health=Severity.WARNING, state="Enabled"))
    finding = rules(node)["node-health"]
    assert (finding.severity, finding.evidence) == (
        Severity.WARNING,
        ("health: Warning", "state: Enabled", "from redfish /redfish/v1/Systems/n1"),
    )
    assert rules(make.node("n1", hardware=make.hardware(health=Severity.UNKNOWN))) == {}


def test_sick_gpus_are_told_once_a_node_with_the_worst_of_them(make, rules):
    sick = gpus(Severity.OK, Severity.WARNING, Severity.CRITICAL, Severity.UNKNOWN)
    found = rules(make.node("n1", hardware=make.hardware(gpus=sick, health=Severity.CRITICAL)))
    assert set(found) == {"gpu-health", "gpu-missing"}
    assert found["gpu-health"].title == "n1 gpu 1,2 reports Critical"
    assert found["gpu-health"].evidence[:2] == ("gpu 1: Warning, 61 °C", "gpu 2: Critical, 61 °C")


def test_a_gpus_warning_does_not_hide_a_critical_system(make, rules):
    sick = gpus(Severity.WARNING)
    found = rules(make.node("n1", None, hardware=make.hardware(gpus=sick, health=Severity.CRITICAL)))
    assert found["node-health"].severity is Severity.CRITICAL
    assert found["gpu-health"].severity is Severity.WARNING


def test_fewer_gpus_than_given_out_is_critical_and_no_list_says_nothing(make, rules):
    seven, eight = gpus(*[Severity.OK] * 7), gpus(*[Severity.OK] * 8)
    assert rules(make.node("n1", hardware=make.hardware(gpus=seven)))["gpu-missing"].evidence[:2] == (
        "controller: 7",
        "scheduler: 8",
    )
    for fine in ({"gpus": eight}, {"gpus": ()}, {"gpus": seven, "power": Power.POWERING_ON}):
        assert rules(make.node("n1", hardware=make.hardware(**fine))) == {}


def test_what_was_wrong_when_its_source_fell_silent_stays_and_says_so(make, rules):
    critical = make.hardware(health=Severity.CRITICAL, gpus=gpus(Severity.CRITICAL, *[Severity.OK] * 7))
    down = make.node("n1", "DOWN", hardware=critical)
    now, later = rules(down), rules(down, failed=("slurm.nodes", "redfish"))
    assert {"not-responding", "gpu-health"} <= set(later)
    for rule in ("not-responding", "gpu-health"):
        assert later[rule].severity is now[rule].severity
        assert "is silent about it since" in later[rule].evidence[-1]
        assert not any("silent" in line for line in now[rule].evidence)


def test_a_node_a_partial_answer_left_out_keeps_its_finding(make, rules):
    hardware = make.hardware(health=Severity.CRITICAL, missing_since=make.at - timedelta(minutes=5))
    evidence = rules(make.node("n1", hardware=hardware))["node-health"].evidence
    assert evidence[-1] == "last seen 2026-03-01 02:55:00Z, redfish is silent about it since"


def test_a_finding_keeps_its_since_while_its_cause_lasts(make):
    sick = make.node("n1", hardware=make.hardware(health=Severity.WARNING))
    first = make.snapshot([sick])
    told = findings(first)
    worse = replace(sick, hardware=make.hardware(health=Severity.CRITICAL))
    second = make.snapshot([worse], at=make.at + timedelta(minutes=9), findings=told)
    again = findings(second)
    assert (again[0].since, again[0].severity) == (make.at, Severity.CRITICAL)
    gone = findings(make.snapshot([make.node("n1")], at=second.at, findings=again))
    assert gone == ()
    back = findings(make.snapshot([sick], at=second.at + timedelta(minutes=1), findings=gone))
    assert back[0].since == second.at + timedelta(minutes=1), "a new cause is a new time"


def test_the_worst_comes_first_and_what_hits_more_goes_before(make):
    nodes = [
        make.node("n1", hardware=make.hardware(health=Severity.WARNING)),
        make.node("n2", "DOWN", hardware=make.hardware()),
        make.node("s1", None, hardware=make.hardware()),
        make.node("s2", None, hardware=make.hardware()),
    ]
    assert [finding.rule for finding in findings(make.snapshot(nodes))] == ["not-responding", "unjoined", "node-health"]


def test_the_same_snapshot_gives_the_same_findings(make):
    snapshot = make.snapshot([make.node("n1", "DOWN")], failed=("redfish",))
    assert findings(snapshot) == findings(snapshot)


def test_a_node_that_is_off_and_down_advises_to_power_it_on_and_that_is_a_plan_of_ours(make, rules):
    node = make.node("n1", "DOWN", hardware=make.hardware(power=Power.OFF))
    finding = rules(node)["not-responding"]
    assert (finding.advice, advised(finding)) == ("power it on", Advised("power", Options(power="on")))
    assert not advised(replace(finding, advice="a power cycle brings it back"))
