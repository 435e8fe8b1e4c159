"""A rack from the top down: trays with the nodes in them, what draws what, and no place made up."""

from msgspec.structs import replace

from backends.model.measurement import Measurement, Quantity
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.topology import Component, Edge, Kind, Relation, Topology
from console.views.elevation import view


def part(identity, unit=None):
    kind, _, name = identity.partition(":")
    return Component(id=identity, kind=Kind(kind), name=name, unit=unit)


def test_units_from_the_top_with_their_nodes_and_what_they_draw(make):
    parts = [part("rack:r1"), part("tray:t1", 10), part("power-shelf:s1", 2), part("switch:sw", 36), part("fan:f")]
    nodes = [part("node:n1"), part("node:n2")]
    inside = [("rack:r1", "tray:t1"), ("rack:r1", "power-shelf:s1"), ("rack:r1", "switch:sw"), ("tray:t1", "node:n1")]
    inside += [("rack:r1", "node:n1"), ("rack:r1", "node:n2"), ("rack:r1", "fan:f")]
    shelf = ComponentFacts(
        source="redfish", health=Severity.WARNING, measurements=(Measurement(quantity=Quantity.POWER, value=46_000.0),)
    )
    snapshot = replace(
        make.snapshot([make.node("n1", "MIXED"), make.node("n2", "DOWN")]),
        topology=Topology(
            {one.id: one for one in (*parts, *nodes)}, tuple(Edge(a, b, Relation.CONTAINS) for a, b in inside)
        ),
        components={"power-shelf:s1": shelf},
    )
    rows = view(snapshot, make.at, "r1").rows
    assert [row.key for row in rows] == ["switch:sw", "node:n1", "power-shelf:s1", "fan:f", "node:n2"]
    assert [row.cells[0].text for row in rows] == ["36", "10", "2", "?", "?"]
    tray, the_shelf = rows[1], rows[2]
    assert [cell.text for cell in tray.cells[3:5]] == ["n1", "mixed"]
    assert (the_shelf.cells[2].text, the_shelf.cells[-1].text) == ("Warning", "46000")


def test_a_rack_nobody_tells_of_is_empty_and_says_so(make):
    found = view(make.snapshot([make.node("n1")]), make.at, "r9")
    assert not found.rows
    assert found.empty == "no controller tells what stands where"
