"""Power, coolant and parts as rows: budgets by the one rule that judges them, limits marked, the unknown never well."""

import pytest
from msgspec.structs import replace

from backends.model.measurement import Measurement, Quantity
from backends.model.node import Gpu, HardwareFacts, Node
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState, SourceStatus
from backends.model.topology import Component, Kind, Topology
from backends.model.trend import begun
from console.tui import board
from console.views import component_facts, coolant, parts, power

LIMITED = {"low_critical": 100.0, "low_caution": 200.0}


def facts(*measurements, health=Severity.OK, **more):
    return ComponentFacts(source="redfish", health=health, measurements=measurements, **more)


def measured(quantity, value, label="", **more):
    return Measurement(quantity=quantity, value=value, label=label, **more)


def watts(drawn, allowed=None):
    told = [measured(Quantity.POWER_CAPACITY, allowed, "limit")] if allowed else []
    return facts(measured(Quantity.POWER, drawn), *told)


def flowing(litres, supply=25.0, label=""):
    return facts(
        measured(Quantity.FLOW, litres, label, **LIMITED),
        measured(Quantity.SUPPLY_TEMPERATURE, supply, label, high_caution=30.0),
        measured(Quantity.RETURN_TEMPERATURE, 35.0, label),
        measured(Quantity.DELTA_PRESSURE, 60.0, label),
    )


@pytest.fixture
def pod(make):
    def of(known, nodes=None, trends=None):
        return Snapshot(
            pod="p",
            number=1,
            at=make.at,
            nodes=nodes or {},
            topology=Topology(
                {key: Component(id=key, kind=Kind(key.partition(":")[0]), name=key.partition(":")[2]) for key in known}
            ),
            components=known,
            trends=trends or {},
            sources={"redfish": SourceStatus(name="redfish", state=SourceState.OK, observed_at=make.at)},
        )

    return of


def texts(view):
    return [tuple(cell.text for cell in row.cells) for row in view.rows]


def test_power_is_told_against_its_budget_with_what_is_left(pod, make):
    known = {"rack:r1": watts(50_000, 100_000), "pod:p": watts(91_000, 100_000)}
    view = power.view(pod(known), make.at)
    assert [row[:5] for row in texts(view)] == [
        ("pod p", "91.0", "100.0", "9.0!", "91"),
        ("rack r1", "50.0", "100.0", "50.0", "50"),
    ]
    assert view.rows[0].cells[4].level == pytest.approx(0.91)
    assert [row.cells[3].style for row in view.rows] == ["warning", "ok"]


def test_over_budget_is_critical_and_what_is_left_is_less_than_nothing(pod, make):
    (row,) = power.view(pod({"pod:p": watts(120_000, 100_000)}), make.at).rows
    assert (row.cells[3].text, row.cells[3].style) == ("-20.0!!", "critical")


def test_without_a_budget_none_is_made_up(pod, make):
    (row,) = texts(power.view(pod({"pod:p": watts(91_000)}), make.at))
    assert row[:5] == ("pod p", "91.0", "?", "?", "?")


def test_where_no_one_tells_of_the_whole_the_nodes_are_summed_and_the_silent_counted(pod, make):
    nodes = {
        name: Node(name=name, hardware=HardwareFacts(source="redfish", system=name, power_w=drawn))
        for name, drawn in (("a", 1500.0), ("b", 2500.0), ("c", None))
    }
    (row,) = texts(power.view(pod({}, nodes), make.at))
    assert row[:3] == ("2 nodes, 1 do not tell", "4.0", "?")


def test_a_loop_beyond_its_limits_comes_first_and_is_marked_not_only_coloured(pod, make):
    known = {"loop:fws": flowing(300.0), "loop:tcs": flowing(90.0, 31.0)}
    rows = coolant.view(pod(known), make.at).rows
    assert [row.cells[0].text for row in rows] == ["tcs", "fws"]
    assert [cell.text for cell in rows[0].cells[1:5]] == ["31.0!", "35.0", "90.0!!", "60.0"]
    assert rows[0].cells[3].style == "critical"


def test_a_loop_that_two_units_serve_has_a_row_for_each(pod, make):
    both = replace(flowing(300.0, label="cdu1"), measurements=(
        *flowing(300.0, label="cdu1").measurements, *flowing(250.0, label="cdu2").measurements
    ))  # fmt: skip
    assert [row[0] for row in texts(coolant.view(pod({"loop:tcs": both}), make.at))] == ["tcs cdu1", "tcs cdu2"]


def test_units_stand_for_loops_that_nobody_tells_of(pod, make):
    view = coolant.view(pod({"cdu:1": flowing(300.0, label="secondary")}), make.at)
    assert texts(view)[0][:4] == ("1", "25.0", "35.0", "300.0")


def test_stale_readings_are_drawn_as_stale(pod, make):
    snapshot = pod({"loop:tcs": flowing(90.0), "pod:p": watts(120_000, 100_000)})
    silent = replace(snapshot, sources={"redfish": SourceStatus(name="redfish", state=SourceState.FAILED)})
    assert {cell.style for cell in coolant.view(silent, make.at).rows[0].cells[1:5]} == {"stale"}
    assert power.view(silent, make.at).rows[0].cells[3].style == "stale"


def test_parts_are_counted_the_ill_named_and_the_unknown_not_called_well(pod):
    known = {
        "leak-detector:1": facts(),
        "leak-detector:2": facts(health=Severity.CRITICAL),
        "fan:1": facts(),
        "fan:2": facts(health=Severity.UNKNOWN),
    }
    gpu = Gpu(index=0, nvlinks=18, nvlinks_up=17, throttle=("Thermal",), ecc_uncorrectable=2)
    nodes = {"a": Node(name="a", hardware=HardwareFacts(source="redfish", system="a", gpus=(gpu,)))}
    said = {cell.text: cell.style for cell in parts.lines(pod(known, nodes))}
    assert said["leaks 1 of 2 wet: 2"] == "critical"
    assert said["fans 1 well (1 not known)"] == "ok"
    assert said["NVLinks 17/18 up, 1 down"] == "warning"
    assert said["1 GPU throttled"] == "warning"
    assert said["uncorrectable ECC on 1 GPU"] == "critical"


def test_nothing_is_called_well_by_a_source_that_is_silent(pod):
    hardware = HardwareFacts(source="redfish", system="a", gpus=(Gpu(index=0, nvlinks=18, nvlinks_up=18),))
    now = pod({"fan:1": facts()}, {"a": Node(name="a", hardware=hardware)})
    assert {cell.style for cell in parts.lines(now)} == {"ok"}
    silent = replace(now, sources={"redfish": SourceStatus(name="redfish", state=SourceState.FAILED)})
    assert {cell.style for cell in parts.lines(silent)} == {"stale"}
    assert all(one.text.startswith("~") for one in board.phrases(parts.lines(silent)))


def test_a_row_of_old_readings_has_a_sign_of_its_own(pod, make):
    now = pod({"pod:p": watts(120_000, 100_000)})
    silent = replace(now, sources={"redfish": SourceStatus(name="redfish", state=SourceState.FAILED)})
    shown = [board.blocks([(power.view(one, make.at), "POWER", 4)])[0].rows[0][0].text for one in (now, silent)]
    assert shown == [shown[0], f"{shown[0]} ~"]


def test_a_component_whole_has_every_reading_with_its_limits_and_history(pod, make):
    one = flowing(90.0)
    snapshot = pod({"loop:tcs": one}, trends={"loop:tcs": begun(flowing(300.0)).grown(one)})
    snapshot = replace(snapshot, rounds={one.source: (10.0, 30.0)})
    *_, readings = component_facts.whole(snapshot, "loop:tcs", make.at)
    first = readings.facts[0]
    assert (first.label, first.value, first.style, first.history) == (
        "flow",
        "90 l/min (must stay above 100 l/min)",
        "critical",
        ((10.0, 300.0), (30.0, 90.0)),
    )


def test_a_component_that_is_gone_says_so(pod, make):
    (section,) = component_facts.whole(pod({}), "loop:tcs", make.at)
    assert section.facts[0].value == "no controller tells of it any more"
