from backends.model.topology import Component, Confidence, Edge, Kind, Relation
from console.state.graph import build, placements, places, with_jobs


def component(identity):
    kind, _, name = identity.partition(":")
    return Component(id=identity, kind=Kind(kind), name=name)


def built(nodes=(), components=(), edges=(), racks=None):
    return build("alpha", tuple(nodes), map(component, components), tuple(edges), racks or {})


def test_what_nobody_places_hangs_off_the_pod_by_inference():
    topology = built(["n1"])
    assert topology.outgoing["pod:alpha"] == (Edge("pod:alpha", "node:n1", Relation.CONTAINS, Confidence.INFERRED),)


def test_racks_of_the_config_hold_their_nodes():
    topology = built(["n1", "n2"], racks={"r1": ("n1",)})
    assert topology.components["rack:r1"].source == "config"
    assert topology.downstream("rack:r1", Relation.CONTAINS) == ["node:n1"]
    assert topology.upstream("node:n1") == ["rack:r1", "pod:alpha"]
    assert places(topology, ["n1", "n2"]) == {"n1": ("r1", "r1"), "n2": ("", "")}


def test_a_node_in_a_tray_is_in_the_trays_rack():
    edges = [Edge("rack:r2", "tray:t1", Relation.CONTAINS), Edge("tray:t1", "node:n1", Relation.CONTAINS)]
    topology = built(["n1"], ["rack:r2", "tray:t1"], edges)
    assert places(topology, ["n1"]) == {"n1": ("r2", "r2")}


def test_a_switch_groups_nodes_only_where_no_rack_is_known():
    edges = [
        Edge("switch:spine", "switch:leaf1", Relation.CONNECTS),
        Edge("switch:leaf1", "node:n1", Relation.CONNECTS),
        Edge("switch:leaf1", "node:n2", Relation.CONNECTS),
    ]
    topology = built(["n1", "n2"], ["switch:spine", "switch:leaf1"], edges, racks={"r1": ("n2",)})
    assert places(topology, ["n1", "n2"]) == {"n1": ("", "leaf1"), "n2": ("r1", "r1")}
    assert "node:n2" in topology.downstream("switch:spine", Relation.CONNECTS)


def test_a_running_job_reaches_its_gang_and_no_other_job_is_in_the_graph(make):
    jobs = {"7": make.job("7", ("n1", "n2")), "8": make.job("8", (), "PENDING")}
    assert placements(jobs) == (("7", ("n1", "n2")),)
    plant = built(["n1", "n2"])
    topology = with_jobs(plant, placements(jobs))
    assert topology.downstream("job:7", Relation.RUNS) == ["node:n1", "node:n2"]
    assert topology.upstream("node:n1", Relation.RUNS) == ["job:7"]
    assert "job:8" not in topology.components
    assert topology.downstream("pod:alpha") == ["node:n1", "node:n2"]
    assert "job:7" not in plant.components
    assert plant.upstream("node:n1") == ["pod:alpha"], "the plant is another graph, without them"
