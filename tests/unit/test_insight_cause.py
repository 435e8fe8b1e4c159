"""One broken thing is one finding, at the bottom of what it explains, with everything it hits."""

import pytest
from msgspec.structs import replace

from backends.model.job import Job
from backends.model.measurement import Measurement, Quantity
from backends.model.node import Gpu, HardwareFacts, Node, Power, SchedulerFacts, Service
from backends.model.plant import ComponentFacts, Redundancy
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState, SourceStatus
from backends.model.topology import Component, Confidence, Edge, Kind, Relation, Topology
from console.insight.radius import radius
from console.insight.rules import findings
from console.views.radius import lines

RACKS = {"r1": ("n1", "n2", "n3", "n4"), "r2": ("n5", "n6", "n7", "n8")}


def topology(job_nodes=("n4", "n5")):
    """One CDU with two pumps cools both racks through a loop; a shelf with two supplies powers r1."""
    kinds = {
        "pod:p": Kind.POD,
        "cdu:c1": Kind.CDU,
        "pump:a": Kind.PUMP,
        "pump:b": Kind.PUMP,
        "loop:tcs": Kind.LOOP,
        "power-shelf:s1": Kind.POWER_SHELF,
        "power-supply:s1/1": Kind.POWER_SUPPLY,
        "leak-detector:d1": Kind.LEAK_DETECTOR,
        "job:7": Kind.JOB,
        **{f"rack:{rack}": Kind.RACK for rack in RACKS},
        **{f"node:{node}": Kind.NODE for nodes in RACKS.values() for node in nodes},
    }
    edges = [
        Edge("cdu:c1", "pump:a", Relation.CONTAINS),
        Edge("cdu:c1", "pump:b", Relation.CONTAINS),
        Edge("pump:a", "loop:tcs", Relation.COOLS),
        Edge("pump:b", "loop:tcs", Relation.COOLS),
        Edge("cdu:c1", "loop:tcs", Relation.COOLS),
        Edge("loop:tcs", "rack:r1", Relation.COOLS),
        Edge("loop:tcs", "rack:r2", Relation.COOLS, Confidence.INFERRED),
        Edge("power-shelf:s1", "power-supply:s1/1", Relation.CONTAINS),
        Edge("power-shelf:s1", "rack:r1", Relation.POWERS),
        Edge("node:n3", "leak-detector:d1", Relation.CONTAINS),
        *(Edge("pod:p", f"rack:{rack}", Relation.CONTAINS) for rack in RACKS),
        *(Edge(f"rack:{rack}", f"node:{node}", Relation.CONTAINS) for rack, nodes in RACKS.items() for node in nodes),
        *(Edge("job:7", f"node:{node}", Relation.RUNS) for node in job_nodes),
    ]
    components = {name: Component(id=name, kind=kind, name=name.partition(":")[2]) for name, kind in kinds.items()}
    return Topology(components, tuple(edges))


@pytest.fixture
def pod(make):
    """A healthy pod; tests break it."""
    sources = {
        name: SourceStatus(name=name, state=SourceState.OK, observed_at=make.at, interval_s=2)
        for name in ("slurm.nodes", "slurm.jobs", "redfish")
    }
    facts = {
        name: ComponentFacts(source="redfish", health=Severity.OK)
        for name in topology().components
        if not name.startswith(("node:", "job:"))
    }
    return Snapshot(
        pod="p",
        number=1,
        at=make.at,
        nodes={node: a_node(node, rack) for rack, nodes in RACKS.items() for node in nodes},
        jobs={"7": Job(source="slurm.jobs", id="7", name="llm", user="ann", state=("RUNNING",), nodes=("n4", "n5"))},
        topology=topology(),
        components=facts,
        sources=sources,
    )


def a_node(name, rack, **gpu):
    return Node(
        name=name,
        rack=rack,
        group=rack,
        scheduler=SchedulerFacts(source="slurm.nodes", state=("IDLE",), service=Service.IDLE, gpus=2),
        hardware=HardwareFacts(
            source="redfish",
            system=name,
            power=Power.ON,
            health=Severity.OK,
            gpus=tuple(Gpu(index=index, health=Severity.OK, temp_c=60.0, **gpu) for index in (0, 1)),
        ),
    )


def broken(pod, nodes=None, **components):
    facts = {name.replace("__", ":"): facts for name, facts in components.items()}
    return replace(pod, components={**pod.components, **facts}, nodes={**pod.nodes, **(nodes or {})})


def with_gpus(node, *gpus):
    return replace(node, hardware=replace(node.hardware, gpus=gpus))


def ill(severity=Severity.CRITICAL, **more):
    return ComponentFacts(source="redfish", health=severity, **more)


def test_a_healthy_plant_has_no_finding(pod):
    assert findings(pod) == ()


def test_a_failed_pump_is_one_finding_that_hits_every_node_of_its_loop(pod):
    throttled = {name: a_node(name, node.rack, throttle=("ThermalLimit",)) for name, node in pod.nodes.items()}
    parts = {"pump:b": ill(detail="Stopped"), "cdu:c1": ill(Severity.WARNING), "loop:tcs": ill(Severity.OK)}
    (finding,) = findings(replace(broken(pod, throttled), components={**pod.components, **parts}))
    assert (finding.rule, finding.entity, finding.severity) == ("pump", "pump:b", Severity.CRITICAL)
    assert finding.hits_nodes == tuple(name for nodes in RACKS.values() for name in nodes)
    assert finding.hits_jobs == ("7",)
    assert "throttled: 8 nodes, n[1-8]" in finding.evidence


def test_a_stopped_pump_explains_the_low_flow_and_the_lost_redundancy_of_its_cdu(pod):
    low = Measurement(quantity=Quantity.FLOW, value=180.0, low_critical=220.0)
    group = Redundancy(name="pumps", needed=1, members=("a", "b"), health=Severity.WARNING)
    parts = {
        "pump:b": ill(detail="Stopped"),
        "cdu:c1": ill(measurements=(low,), redundancy=(group,)),
        "loop:tcs": ill(measurements=(low,)),
    }
    (finding,) = findings(replace(pod, components={**pod.components, **parts}))
    assert finding.entity == "pump:b"
    assert "c1 has lost redundancy: pumps" in finding.evidence


def test_a_node_that_goes_while_a_pump_is_stopped_is_told_apart(pod):
    group = Redundancy(name="pumps", needed=1, members=("a", "b"), health=Severity.WARNING)
    parts = {"pump:b": ill(detail="Stopped"), "cdu:c1": ill(redundancy=(group,))}
    node = pod.nodes["n6"]
    facts = replace(node.scheduler, state=("DOWN",), service=Service.DOWN, responding=False)
    down = replace(node, scheduler=facts, hardware=replace(node.hardware, power=Power.OFF))
    found = findings(replace(broken(pod, {"n6": down}), components={**pod.components, **parts}))
    assert {finding.rule: finding.entity for finding in found} == {"pump": "pump:b", "not-responding": "node:n6"}


def test_a_tray_that_repeats_its_nodes_trouble_is_no_finding(pod):
    tray = Component(id="tray:t3", kind=Kind.TRAY, name="t3")
    edges = (*pod.topology.edges, Edge("tray:t3", "node:n3", Relation.CONTAINS))
    known = replace(pod, topology=Topology({**pod.topology.components, tray.id: tray}, edges))
    warned = {**pod.components, tray.id: ill(Severity.WARNING)}
    assert [finding.entity for finding in findings(replace(known, components=warned))] == ["tray:t3"]
    hot = {"n3": a_node("n3", "r1", throttle=("ThermalLimit",))}
    assert [found.rule for found in findings(replace(broken(known, hot), components=warned))] == ["throttled"]


def test_a_reading_past_its_limit_is_found_though_health_says_ok(pod):
    hot = Measurement(quantity=Quantity.SUPPLY_TEMPERATURE, value=47.5, high_caution=40, high_critical=45)
    (finding,) = findings(broken(pod, loop__tcs=ill(Severity.OK, measurements=(hot,))))
    assert (finding.entity, finding.severity) == ("loop:tcs", Severity.CRITICAL)
    assert any("47.5" in line and "limit 45" in line for line in finding.evidence)


def test_a_reading_within_its_limits_is_no_finding(pod):
    fine = Measurement(quantity=Quantity.SUPPLY_TEMPERATURE, value=39.9, low_critical=2, high_caution=40)
    assert findings(broken(pod, loop__tcs=ill(Severity.OK, measurements=(fine,)))) == ()


def test_a_leak_names_the_one_node_it_hits(pod):
    leaking = {**pod.components, "leak-detector:d1": ill(detail="Critical")}
    (finding,) = findings(replace(pod, components=leaking))
    assert (finding.rule, finding.hits_nodes) == ("leak", ("n3",))


def test_a_lost_supply_hits_what_its_shelf_powers(pod):
    lost = {**pod.components, "power-supply:s1/1": ill(Severity.WARNING, detail="UnavailableOffline")}
    (finding,) = findings(replace(pod, components=lost))
    assert (finding.rule, finding.hits_nodes) == ("power-supply", RACKS["r1"])
    found = radius(pod, "power-supply:s1/1")
    assert {one.confidence for one in found.nodes} == {Confidence.INFERRED}


def test_lost_redundancy_is_found_before_anything_is_down(pod):
    group = Redundancy(name="PSUs", kind="N+m", needed=4, members=("1", "2", "3"), health=Severity.WARNING)
    shelf = {**pod.components, "power-shelf:s1": ill(Severity.OK, redundancy=(group,))}
    (finding,) = findings(replace(pod, components=shelf))
    assert (finding.rule, finding.hits_nodes) == ("redundancy-lost", RACKS["r1"])


def test_over_budget_counts_the_pods_own_words(pod):
    readings = (
        Measurement(quantity=Quantity.POWER, value=120_500.0),
        Measurement(quantity=Quantity.POWER_CAPACITY, value=110_000.0),
    )
    (finding,) = findings(broken(pod, pod__p=ill(Severity.OK, measurements=readings)))
    assert finding.rule == "over-budget"
    assert "120.5 kW of 110.0 kW" in finding.title


def test_many_alike_in_one_rack_are_one_finding_and_few_are_not(pod):
    def ecc(name, rack):
        return a_node(name, rack, throttle=("PowerLimit",))

    three = {name: ecc(name, "r2") for name in ("n5", "n6", "n7")}
    (finding,) = findings(broken(pod, three))
    assert (finding.entity, finding.hits_nodes) == ("rack:r2", ("n5", "n6", "n7"))
    two = {name: ecc(name, "r2") for name in ("n5", "n6")}
    assert [found.entity for found in findings(broken(pod, two))] == ["node:n5", "node:n6"]


def test_an_effect_outside_the_cause_is_told_apart(pod):
    shelf = {**pod.components, "power-shelf:s1": ill(detail="Failed")}
    off = replace(pod.nodes["n6"], hardware=replace(pod.nodes["n6"].hardware, power=Power.OFF))
    found = {finding.rule: finding for finding in findings(replace(broken(pod, {"n6": off}), components=shelf))}
    assert found.keys() == {"power", "off-but-scheduled"}
    assert found["off-but-scheduled"].hits_nodes == ("n6",)


def test_a_node_that_is_off_does_not_also_complain_that_it_is_silent(pod):
    node = pod.nodes["n6"]
    off = replace(
        node,
        hardware=replace(node.hardware, power=Power.OFF),
        scheduler=replace(node.scheduler, state=("IDLE", "NOT_RESPONDING"), responding=False),
    )
    (finding,) = findings(broken(pod, {"n6": off}))
    assert finding.rule == "off-but-scheduled"
    assert "not-responding: 1 node, n6" in finding.evidence
    dead = {**pod.components, "power-shelf:s1": ill(detail="Failed")}
    near = replace(off, name="n1", rack="r1", group="r1")
    (root,) = findings(replace(broken(pod, {"n1": near}), components=dead))
    assert root.rule == "power"
    assert {"not-responding: 1 node, n1", "off-but-scheduled: 1 node, n1"} <= set(root.evidence)


def test_what_was_ill_when_its_source_fell_silent_is_still_told_with_its_age(pod):
    silent = {**pod.sources, "redfish": replace(pod.sources["redfish"], state=SourceState.FAILED)}
    found = {finding.rule: finding for finding in findings(replace(broken(pod, cdu__c1=ill()), sources=silent))}
    assert found.keys() == {"source-silent", "cooling"}
    assert any(line.startswith("last seen ") for line in found["cooling"].evidence)
    assert [one.rule for one in findings(replace(pod, sources=silent))] == ["source-silent"]


def test_uncorrectable_errors_and_links_down_name_the_gpu(pod):
    bad = replace(a_node("n2", "r1", ecc_uncorrectable=3).hardware.gpus[0], health=Severity.WARNING)
    sick = {
        "n2": with_gpus(pod.nodes["n2"], bad, pod.nodes["n2"].hardware.gpus[1]),
        "n6": a_node("n6", "r2", nvlinks=18, nvlinks_up=17),
    }
    found = {finding.rule: finding for finding in findings(broken(pod, sick))}
    assert found.keys() == {"gpu-ecc", "nvlink-down"}
    assert found["gpu-ecc"].evidence[:2] == ("gpu 0: 3 uncorrectable", "from redfish n2")
    assert found["gpu-ecc"].gpus == ("n2/0",)
    assert found["nvlink-down"].evidence[0] == "gpu 0: 17 of 18 up"


def test_the_radius_of_a_cdu_reaches_the_gangs_and_says_how_surely(pod):
    found = radius(pod, "cdu:c1")
    sure = {one.id: one.confidence for one in found.nodes}
    assert (sure["node:n1"], sure["node:n8"]) == (Confidence.EXACT, Confidence.INFERRED)
    assert ([job.id for job in found.jobs], found.users, found.gpus) == (["7"], ("ann",), 16)


def test_the_radius_of_a_rack_names_the_gang_outside_it(pod):
    found = radius(pod, "rack:r1")
    assert found.gang_nodes == ("n5",)
    assert {one.id for one in found.above} == {"pod:p", "loop:tcs", "cdu:c1", "pump:a", "pump:b", "power-shelf:s1"}


def test_the_radius_of_a_job_says_what_it_stands_on_and_what_is_ill(pod):
    parts = {"pump:b": ill(detail="Stopped")}
    now = replace(pod, components={**pod.components, **parts})
    now = replace(now, findings=findings(now))
    found = radius(now, "job:7")
    assert {one.id for one in found.nodes} == {"node:n4", "node:n5"}
    assert [one.id for one in found.above if one.health is Severity.CRITICAL] == ["pump:b"]
    assert [finding.entity for finding in found.findings] == ["pump:b"]


def test_the_radius_of_nothing_is_an_error(pod):
    with pytest.raises(KeyError):
        radius(pod, "cdu:c9")


def test_one_leak_that_wets_both_detectors_of_a_tray_is_one_finding(pod):
    parts = (
        Component(id="tray:t3", kind=Kind.TRAY, name="t3"),
        Component(id="leak-detector:d2", kind=Kind.LEAK_DETECTOR, name="d2"),
    )
    edges = [edge for edge in pod.topology.edges if edge.target != "leak-detector:d1"]
    edges += [
        Edge("tray:t3", target, Relation.CONTAINS) for target in ("node:n3", "leak-detector:d1", "leak-detector:d2")
    ]
    known = Topology({**pod.topology.components, **{part.id: part for part in parts}}, tuple(edges))
    wet = {name: ill(detail="Critical") for name in ("tray:t3", "leak-detector:d1", "leak-detector:d2")}
    (finding,) = findings(replace(pod, topology=known, components={**pod.components, **wet}))
    assert (finding.rule, finding.entity, finding.hits_nodes) == ("leak", "leak-detector:d1", ("n3",))
    assert finding.title == "leak detector d1: Critical (and 1 more there)"
    assert "leak detector d2: Critical" in finding.evidence


def test_parts_of_one_kind_with_one_trouble_are_one_line_of_evidence(pod):
    parts = {f"fan:s1/{n}": Component(id=f"fan:s1/{n}", kind=Kind.FAN, name=f"fan{n}") for n in range(1, 5)}
    edges = (*pod.topology.edges, *(Edge("power-shelf:s1", part, Relation.CONTAINS) for part in parts))
    known = Topology({**pod.topology.components, **parts}, edges)
    lost = {**{part: ill() for part in parts}, "power-shelf:s1": ill(detail="LossOfInput")}
    (finding,) = findings(replace(pod, topology=known, components={**pod.components, **lost}))
    assert (finding.rule, finding.entity) == ("power", "power-shelf:s1")
    assert "4 fans: Critical, fan1 … fan4" in finding.evidence


@pytest.mark.parametrize(("supply_c", "severity"), [(19.0, None), (17.5, Severity.WARNING), (16.0, Severity.CRITICAL)])
def test_coolant_near_the_dew_point_is_told_before_water_condenses(pod, supply_c, severity):
    sent = Measurement(quantity=Quantity.SUPPLY_TEMPERATURE, value=supply_c)
    dew = Measurement(quantity=Quantity.DEW_POINT, value=16.0)
    found = findings(broken(pod, cdu__c1=ill(Severity.OK, measurements=(sent, dew))))
    assert [(one.rule, one.entity, one.severity) for one in found] == (
        [("dew-point", "cdu:c1", severity)] if severity else []
    )


def test_the_radius_says_which_parts_are_as_they_were_seen_last(pod):
    silent = replace(pod, sources={name: replace(one, state=SourceState.FAILED) for name, one in pod.sources.items()})
    assert not any(one.stale for one in radius(pod, "cdu:c1").nodes)
    found = radius(silent, "power-supply:s1/1")
    told = [one for one in found.above if one.health is not Severity.UNKNOWN]
    assert told
    assert all(one.stale for one in told)
    assert "as last seen" in " ".join(line.text for line in lines(found))
