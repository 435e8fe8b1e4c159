"""The rules that no other test is about, each on the least that shows it: found, not found, and what it says."""

import pytest
from msgspec.structs import replace

from backends.model.measurement import Measurement, Quantity
from backends.model.node import Gpu
from backends.model.plant import ComponentFacts, Condition
from backends.model.severity import Severity
from backends.model.source import SourceState, SourceStatus
from backends.model.topology import Component, Edge, Kind, Relation, Topology
from console.insight.rules import RULES, findings


def gpu(index, **more):
    return Gpu(index=index, health=Severity.OK, **{"temp_c": 60.0, "power_w": 500.0, **more})


def with_gpus(make, name, *gpus, **more):
    """A node whose scheduler gives out just the GPUs it has."""
    found = make.node(name, hardware=make.hardware(gpus=gpus, **more))
    return replace(found, scheduler=replace(found.scheduler, gpus=len(gpus)))


def only(make, *nodes, **more):
    (finding,) = findings(make.snapshot(nodes, **more))
    return finding


def plant(make, kind, facts, *, feeds="node:n1", at="x"):
    """A snapshot with one part of the plant that feeds a node."""
    part = Component(id=f"{kind}:{at}", kind=kind, name=at)
    node = make.node("n1", hardware=make.hardware())
    known = {part.id: part, "node:n1": Component(id="node:n1", kind=Kind.NODE, name="n1")}
    edges = (Edge(part.id, feeds, Relation.POWERS),) if feeds else ()
    return replace(make.snapshot([node]), topology=Topology(known, edges), components={part.id: facts})


@pytest.mark.parametrize(("others", "found"), [(5, True), (1, False)])
def test_firmware_that_is_not_that_of_most_of_its_model(make, others, found):
    nodes = [make.node(f"n{n}", hardware=make.hardware(model="M", bios="2.3")) for n in range(others)]
    odd = make.node("odd", hardware=make.hardware(model="M", bios="9.9"))
    other_model = make.node("other", hardware=make.hardware(model="N", bios="1.0"))
    told = findings(make.snapshot([*nodes, odd, other_model]))
    assert [one.rule for one in told] == (["firmware-drift"] if found else []), "two of two are no majority"
    if found:
        assert (told[0].entity, told[0].hits_nodes) == ("node:odd", ("odd",))
        assert told[0].title == "firmware of 1 of 6 nodes (M) is not 2.3"
        assert "odd: 9.9" in told[0].evidence


def test_a_version_nobody_knows_is_no_drift(make):
    nodes = [make.node(f"n{n}", hardware=make.hardware(model="M", bios="2.3" if n else "")) for n in range(5)]
    assert findings(make.snapshot(nodes)) == ()


def test_gpus_that_tell_nothing_while_their_siblings_do(make):
    mute = with_gpus(make, "n1", gpu(0, temp_c=None, power_w=None), model="M")
    speaking = with_gpus(make, "n2", gpu(0), model="M")
    found = only(make, mute, speaking, jobs=[make.job("7", ("n1",))])
    assert (found.rule, found.severity, found.hits_nodes) == ("telemetry-silent", Severity.WARNING, ("n1",))
    assert found.hits_jobs == ("7",)
    assert "1 GPUs listed, none with a temperature or power" in found.evidence
    assert findings(make.snapshot([mute])) == (), "a model that never speaks says nothing by its silence"


@pytest.mark.parametrize(
    ("causes", "rule"),
    [
        (("PowerLimit",), "power-capped"),
        (("HwPowerBrake",), "power-capped"),
        (("ThermalLimit",), "throttled"),
        (("PowerLimit", "ThermalLimit"), "throttled"),
        (("SwPowerCap",), None),
        (("ClockLimit",), None),
    ],
)
def test_what_holds_a_gpu_back_decides_what_it_is_called(make, causes, rule):
    held = with_gpus(make, "n1", gpu(0, throttle=causes), gpu(1))
    found = findings(make.snapshot([held], jobs=[make.job("7", ("n1",))]))
    assert [one.rule for one in found] == ([rule] if rule else [])
    if rule:
        assert (found[0].gpus, found[0].hits_gpus, found[0].hits_jobs) == (("n1/0",), 1, ("7",))
        assert causes[0] in found[0].title


@pytest.mark.parametrize(("has", "siblings", "missing"), [(3, 3, True), (0, 3, True), (3, 1, False), (4, 3, False)])
def test_without_a_scheduler_its_siblings_tell_how_many_gpus_a_node_should_have(make, has, siblings, missing):
    nodes = [
        make.node(name, None, hardware=make.hardware(model="M", gpus=tuple(gpu(index) for index in range(count))))
        for name, count in (("odd", has), *((f"n{n}", 4) for n in range(siblings)))
    ]
    found = findings(make.snapshot(nodes))
    assert [(one.rule, one.hits_nodes) for one in found] == ([("gpu-missing", ("odd",))] if missing else [])
    if missing:
        assert "others of its model have 4" in found[0].title
        assert "others of M: 4" in found[0].evidence


def test_nodes_that_no_controller_shows_are_told_once_and_only_when_all_answer(make):
    seen = make.node("n1", hardware=make.hardware())
    unseen = [make.node(name) for name in ("n2", "n3")]
    found = only(make, seen, *unseen)
    assert (found.rule, found.entity, found.hits_nodes) == ("without-hardware", "pod:alpha", ("n2", "n3"))
    assert "node_names" in found.advice
    silent = findings(make.snapshot([seen, *unseen], failed=("redfish",)))
    assert [one.rule for one in silent] == ["source-silent"], "a controller that is silent may show them yet"


@pytest.mark.parametrize(
    ("kind", "facts", "rule", "severity"),
    [
        (Kind.CIRCUIT, {"detail": "Tripped", "health": Severity.OK}, "breaker", Severity.CRITICAL),
        (Kind.CIRCUIT, {"detail": "Normal", "health": Severity.WARNING}, "breaker", Severity.WARNING),
        (Kind.CIRCUIT, {"detail": "Off", "health": Severity.OK}, "", None),
        (Kind.FAN, {"health": Severity.CRITICAL}, "fan", Severity.CRITICAL),
        (Kind.SWITCH, {"health": Severity.CRITICAL, "detail": "17/18 ports up"}, "fabric", Severity.CRITICAL),
        (Kind.FILTER, {"health": Severity.WARNING}, "filter", Severity.WARNING),
        (Kind.RESERVOIR, {"health": Severity.WARNING, "detail": "Low"}, "cooling", Severity.WARNING),
        (Kind.TRAY, {"health": Severity.WARNING}, "component", Severity.WARNING),
        (Kind.PUMP, {"health": Severity.CRITICAL, "state": "Absent"}, "", None),
        (Kind.PUMP, {"health": Severity.UNKNOWN}, "", None),
    ],
)
def test_each_kind_of_part_has_its_rule_and_says_what_to_do(make, kind, facts, rule, severity):
    found = findings(plant(make, kind, ComponentFacts(source="redfish", **facts)))
    assert [(one.rule, one.severity, one.hits_nodes) for one in found] == ([(rule, severity, ("n1",))] if rule else [])
    assert all(one.advice and "from redfish" in one.evidence for one in found)


@pytest.mark.parametrize(("feeds", "found"), [("node:n1", True), ("", False)])
def test_an_outlet_that_is_off_matters_where_something_hangs_on_it(make, feeds, found):
    off = ComponentFacts(source="redfish", health=Severity.OK, detail="Off")
    assert [one.rule for one in findings(plant(make, Kind.OUTLET, off, feeds=feeds))] == (["outlet"] if found else [])


@pytest.mark.parametrize(
    ("value", "severity"), [(74.0, None), (75.0, Severity.WARNING), (91.0, Severity.CRITICAL), (None, None)]
)
def test_a_tray_past_its_limits_is_hot_whatever_it_thinks_of_its_health(make, value, severity):
    read = Measurement(quantity=Quantity.TEMPERATURE, value=value, high_caution=75.0, high_critical=90.0)
    found = findings(plant(make, Kind.TRAY, ComponentFacts(source="redfish", health=Severity.OK, measurements=(read,))))
    assert [(one.rule, one.severity) for one in found] == ([("thermal", severity)] if severity else [])


@pytest.mark.parametrize(
    ("ahead_s", "said"),
    [
        (3_600.0, "redfish: its clock is 1h00m ahead of ours"),
        (-180.0, "redfish: its clock is 3m00s behind ours"),
        (-50.0, ""),
        (None, ""),
    ],
)
def test_a_controller_whose_clock_is_not_ours(make, ahead_s, said):
    status = SourceStatus(
        name="redfish", state=SourceState.OK, observed_at=make.at, interval_s=20, clock_ahead_s=ahead_s
    )
    snapshot = make.snapshot([make.node("n1", hardware=make.hardware())])
    found = findings(replace(snapshot, sources={**snapshot.sources, "redfish": status}))
    assert [one.title for one in found] == ([said] if said else [])
    old = replace(status, state=SourceState.FAILED)
    silent = findings(replace(snapshot, sources={**snapshot.sources, "redfish": old}))
    assert [one.rule for one in silent] == ["source-silent"], "what a silent controller said of its clock is old"


def test_every_rule_has_a_word_of_its_own_and_is_pure(make):
    assert len(set(RULES)) == len(RULES)
    snapshot = make.snapshot([make.node("n1", hardware=make.hardware())])
    assert [list(rule(snapshot)) for rule in RULES] == [list(rule(snapshot)) for rule in RULES]


def test_what_only_the_logs_of_three_neighbours_say_is_told_once_and_less_than_a_cause_of_its_own(make):
    nodes = [make.node(f"n{n}", rack="r1", hardware=make.hardware()) for n in range(3)]
    logged = tuple(
        Condition(
            source="redfish", severity=Severity.CRITICAL, message="GPU2 is lost", component=f"node:n{n}", log="/log"
        )
        for n in range(3)
    )
    one = only(make, *nodes, conditions=logged[:1])
    assert (one.rule, one.title, one.hits_nodes) == ("log-critical", "n0's log: GPU2 is lost", ("n0",))
    together = only(make, *nodes, conditions=logged)
    assert (together.rule, together.hits_nodes) == ("log-critical", ("n0", "n1", "n2"))
    sick = replace(nodes[0], hardware=make.hardware(health=Severity.CRITICAL))
    known = only(make, sick, *nodes[1:], conditions=logged[:1])
    assert known.rule == "node-health", "its own verdict explains the entry"
    assert [line for line in known.evidence if line.startswith(("log-critical: 1 node", "redfish says: GPU2"))]
