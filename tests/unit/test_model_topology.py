from hypothesis import given
from hypothesis import strategies as st

from backends.model.topology import Component, Edge, Kind, Relation, Topology

RELATIONS = list(Relation)[:2]
EDGES = st.lists(
    st.builds(Edge, st.sampled_from("abcdefg"), st.sampled_from("abcdefg"), st.sampled_from(RELATIONS)), max_size=20
)


def reachable(edges: list[Edge], start: str, *, back: bool) -> set[str]:
    """The slow way: repeat until nothing is added."""
    found = {start}
    while True:
        pairs = [(edge.target, edge.source) if back else (edge.source, edge.target) for edge in edges]
        more = {far for near, far in pairs if near in found} - found
        if not more:
            return found - {start}
        found |= more


@given(EDGES, st.sampled_from("abcdefg"), st.sampled_from([*RELATIONS, None]))
def test_a_walk_reaches_what_is_reachable_each_thing_once(edges, start, only):
    topology = Topology({}, tuple(edges))
    relations = () if only is None else (only,)
    kept = [edge for edge in edges if only is None or edge.relation is only]
    for walk, back in ((topology.downstream, False), (topology.upstream, True)):
        order = walk(start, *relations)
        assert len(order) == len(set(order))
        assert set(order) == reachable(kept, start, back=back)


def test_a_walk_tells_the_nearest_first():
    edges = (Edge("a", "b", Relation.CONTAINS), Edge("b", "c", Relation.CONTAINS), Edge("a", "d", Relation.CONTAINS))
    assert Topology({}, edges).downstream("a") == ["b", "d", "c"]
    assert Topology({}, edges).upstream("c") == ["b", "a"]


def test_components_of_a_kind_come_in_their_order():
    parts = {name: Component(id=name, kind=Kind.RACK if name < "c" else Kind.NODE, name=name) for name in "abcd"}
    assert [part.id for part in Topology(parts, ()).of_kind(Kind.RACK)] == ["a", "b"]
