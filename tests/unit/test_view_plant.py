"""The plant as rows: units that are real, the many counted, the ill on top, nothing unknown called well."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from backends.model.measurement import Measurement, Quantity
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState, SourceStatus
from backends.model.topology import Component, Kind, Topology
from backends.model.trend import POINTS
from console.state.history import LEAST_S, History
from console.views.plant import reading, spark, view


def facts(health=Severity.OK, *measurements, **more):
    return ComponentFacts(source="redfish", health=health, measurements=measurements, **more)


def measured(quantity, value, **more):
    return Measurement(quantity=quantity, value=value, **more)


@pytest.fixture
def pod(make):
    known = {
        "pod:p": (
            Kind.POD,
            facts(Severity.OK, measured(Quantity.POWER, 91_250), measured(Quantity.POWER_CAPACITY, 120_000)),
        ),
        "loop:tcs": (
            Kind.LOOP,
            facts(Severity.OK, measured(Quantity.SUPPLY_TEMPERATURE, 30.12), measured(Quantity.FLOW, 620.0)),
        ),
        "fan:1": (Kind.FAN, facts()),
        "fan:2": (Kind.FAN, facts()),
        "fan:3": (Kind.FAN, facts(Severity.WARNING, detail="stalls")),
        "leak-detector:1": (Kind.LEAK_DETECTOR, facts(Severity.UNKNOWN)),
    }
    return Snapshot(
        pod="p",
        number=1,
        at=make.at,
        topology=Topology(
            {key: Component(id=key, kind=kind, name=key.partition(":")[2]) for key, (kind, _) in known.items()}
        ),
        components={key: one for key, (_, one) in known.items()},
        sources={"redfish": SourceStatus(name="redfish", state=SourceState.OK, observed_at=make.at, interval_s=15)},
    )


def texts(found):
    return [tuple(cell.text for cell in row.cells) for row in found.rows]


def test_folded_the_ill_are_on_top_and_the_many_are_counted(pod, make):
    assert texts(view(pod, make.at, folded=True)) == [
        ("fan 3", "Warning", "stalls", "stalls", "·"),
        ("pod p", "OK", "·", "91.2 of 120.0 kW", "·"),
        ("loop tcs", "OK", "·", "supply 30.12 °C · flow 620 l/min", "·"),
        ("1 leak detector", "?", "·", "·", "·"),
        ("2 fans", "OK", "·", "·", "·"),
    ]


def test_unfolded_everything_has_a_row(pod, make):
    assert len(texts(view(pod, make.at))) == 6


def test_what_is_stale_is_drawn_as_stale(pod, make):
    silent = {"redfish": replace(pod.sources["redfish"], state=SourceState.FAILED)}
    rows = view(replace(pod, sources=silent), make.at, folded=True).rows
    assert {row.cells[1].style for row in rows} == {"stale"}


def test_a_reading_without_a_value_is_a_question_mark():
    assert reading(measured(Quantity.FLOW, None)) == "flow ?"


def test_a_spark_rises_and_a_flat_one_is_told_once_it_is_whole():
    assert spark((1.0, 2.0, 3.0, 4.0)) == "▁▃▆█"
    assert spark((50.0, 50.1, 50.0)) == ""
    assert spark((50.0, 50.1, 50.0), 3) == "▁▁▁"
    assert spark((5.0,)) == ""


def remembered(make, rounds, every_s=LEAST_S):
    """A history of rounds: what was told, and by whom."""
    history = History()
    for number, (told, source) in enumerate(rounds):
        history.remember(told, source, make.at + timedelta(seconds=number * every_s))
    return history.trends


def flow(*values):
    return [({"loop:tcs": facts(Severity.OK, measured(Quantity.FLOW, float(value)))}, "redfish") for value in values]


def test_history_keeps_the_last_points_and_forgets_what_is_gone(make):
    rounds = flow(*range(POINTS + 8))
    points = remembered(make, rounds)["loop:tcs"].of(measured(Quantity.FLOW, None))
    assert (len(points), points[-1]) == (POINTS, float(POINTS + 7))
    assert remembered(make, [*rounds, ({}, "redfish")]) == {}


def test_a_source_that_is_asked_often_has_a_history_of_minutes_all_the_same(make):
    trends = remembered(make, flow(*range(28)), every_s=LEAST_S / 9)
    assert trends["loop:tcs"].of(measured(Quantity.FLOW, None)) == (0.0, 9.0, 18.0, 27.0)


def test_a_reading_keeps_its_history_when_others_come_and_go(make):
    flow, heat = measured(Quantity.FLOW, 1.0), measured(Quantity.POWER, 7.0)
    rounds = ((flow,), (flow, heat), (heat, flow), (heat, measured(Quantity.FLOW, None)), (heat, flow))
    trend = remembered(make, [({"loop:tcs": facts(Severity.OK, *told)}, "redfish") for told in rounds])["loop:tcs"]
    assert (trend.of(heat), trend.of(flow)) == ((7.0,) * 4, ())


def test_what_is_told_as_it_was_is_one_more_point_and_what_another_source_tells_is_none(make):
    one = facts(Severity.OK, measured(Quantity.FLOW, 5.0))
    trends = remembered(make, [({"loop:tcs": one}, source) for source in ("redfish", "redfish", "other", "redfish")])
    assert trends["loop:tcs"].of(one.measurements[0]) == (5.0, 5.0, 5.0)


def test_each_reading_is_kept_with_when_it_was_told_and_those_without_a_value_are_left_out(make, pod):
    history = History()
    flow, heat = measured(Quantity.FLOW, 5.0), measured(Quantity.POWER, 7.0)
    for number, told in enumerate(((flow,), (flow, heat), (flow, heat))):
        one = facts(Severity.OK, *told)
        for source in ("redfish", "other"):
            history.remember({"loop:tcs": one}, source, make.at + timedelta(seconds=20 * number))
    known = replace(pod, trends=history.trends, rounds=history.rounds)
    began = make.at.timestamp()
    assert known.history("loop:tcs", flow) == ((began, 5.0), (began + 20, 5.0), (began + 40, 5.0))
    assert known.history("loop:tcs", heat) == ((began + 20, 7.0), (began + 40, 7.0))
    assert known.history("loop:fws", flow) == ()
