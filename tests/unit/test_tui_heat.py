"""The map from near and far: a sign a node, the value beside it, a sign for each GPU; what is not known says so."""

import pytest
from msgspec.structs import replace

from backends.model.finding import Finding
from backends.model.node import Gpu
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from console.tui.heat import MODES, ZOOMS, HeatCells, worst_findings
from console.tui.tree import TopologyTree
from console.views.racks import groups
from widgets.glyphs import ASCII, UNICODE


@pytest.fixture
def snapshot(make):
    gpus = (
        Gpu(index=0, temp_c=40.0, power_w=300.0, power_limit_w=600.0, utilisation_pct=90.0, health=Severity.OK),
        Gpu(index=1, temp_c=95.0, power_w=600.0, power_limit_w=600.0, utilisation_pct=10.0, health=Severity.CRITICAL),
        Gpu(index=2),
    )
    return make.snapshot([make.node("n1", "IDLE", hardware=make.hardware(gpus=gpus)), make.node("n2", "IDLE")])


def cells(heat, snapshot):
    groups, legend = heat.cells(snapshot)
    return {cell.key: cell for group in groups for cell in group.cells}, legend


def test_zoom_goes_from_nodes_to_values_to_each_gpu_and_out_again(snapshot):
    heat = HeatCells(UNICODE)
    widths = []
    for _ in ZOOMS:
        widths.append(cells(heat, snapshot)[0]["n1"].width)
        heat.nearer()
    assert widths == [1, 8, 3]
    assert (heat.zoom, heat.said) == ("", "")


def test_the_values_are_all_as_wide(snapshot):
    heat = HeatCells(UNICODE)
    heat.nearer()
    for mode in MODES:
        assert heat.mode == mode
        assert len({cell.width for cell in cells(heat, snapshot)[0].values()}) == 1
        heat.cycle()


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@pytest.mark.parametrize("mode", MODES)
def test_every_gpu_has_a_sign_and_the_legend_is_for_people(snapshot, glyphs, mode):
    heat = HeatCells(glyphs)
    heat.mode, heat.zoom = mode, "each GPU"
    found, legend = cells(heat, snapshot)
    assert len(found["n1"].parts) == 3
    assert not [entry.text for entry in legend if "<" in entry.text]
    assert {sign for sign, _ in found["n1"].parts} <= {entry.glyph for entry in legend}


def test_the_legend_counts_what_there_is_of_each(snapshot):
    _, legend = cells(HeatCells(UNICODE), snapshot)
    assert [entry.text for entry in legend] == ["idle: 2"]


def test_temperature_and_utilisation_are_each_gpus_own_and_the_unknown_one_says_so(snapshot):
    heat = HeatCells(UNICODE)
    heat.zoom = "each GPU"
    for mode, styles in (
        ("temperature", ["heat-0", "heat-4", "unknown"]),
        ("utilisation", ["heat-2", "heat-0", "unknown"]),
    ):
        heat.mode = mode
        assert [style for _, style in cells(heat, snapshot)[0]["n1"].parts] == styles


def test_a_node_whose_gpus_do_not_all_tell_has_no_average(snapshot):
    heat = HeatCells(UNICODE)
    heat.mode = "utilisation"
    assert cells(heat, snapshot)[0]["n1"].style == "unknown"


def test_the_map_is_as_near_as_there_is_room_for_until_it_is_chosen(snapshot):
    heat = HeatCells(UNICODE)
    heat.fit(44, 12)
    assert not cells(heat, snapshot)[0]["n1"].parts
    heat.fit(116, 24)
    named = cells(heat, snapshot)[0]["n1"].parts
    assert "1" in "".join(text for text, _ in named)
    assert heat.said == ""
    heat.nearer()
    assert heat.zoom == "each GPU"


@pytest.mark.parametrize(
    ("entity", "hit", "marked"),
    [
        ("leak-detector:t1", ("n1",), {"n1": Severity.CRITICAL}),
        ("node:n2", ("n2", "n1"), {"n2": Severity.CRITICAL}),
        ("pump:p1", ("n1", "n2"), {}),
        ("source:redfish", ("n1",), {}),
    ],
)
def test_a_node_is_marked_by_what_is_wrong_with_it_alone(snapshot, entity, hit, marked):
    found = Finding(
        id=entity, rule="r", severity=Severity.CRITICAL, entity=entity, title="t", since=snapshot.at, hits_nodes=hit
    )
    assert worst_findings(replace(snapshot, findings=(found,))) == marked


def test_a_rack_shows_the_worst_of_itself_and_its_nodes(snapshot):
    def glyph(now):
        return TopologyTree(UNICODE).items(now)[0].children[0].glyph

    rack = next(iter(groups(snapshot)))
    hot = {f"rack:{rack}": ComponentFacts(source="redfish", health=Severity.CRITICAL)}
    assert glyph(snapshot) == ""
    assert glyph(replace(snapshot, components=hot)) == UNICODE.severity[Severity.CRITICAL]


def test_a_node_that_no_controller_places_does_not_look_as_if_its_switch_were_a_rack(make):
    racked, loose = (make.node("n1", rack="r1", group="r1"), make.node("n2", group="leaf2"))
    (pod,) = TopologyTree(UNICODE).items(make.snapshot([racked, loose]))
    assert [rack.text for rack in pod.children] == ["r1", "leaf2: no rack told"]
    (switches,) = TopologyTree(UNICODE).items(make.snapshot([loose]))
    assert [rack.text for rack in switches.children] == ["leaf2"], "where no rack is told of, switches are the places"
