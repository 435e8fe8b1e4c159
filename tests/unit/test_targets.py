from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.model.finding import Finding
from backends.model.partition import Partition
from backends.model.severity import Severity
from backends.model.topology import Component, Edge, Kind, Relation, Topology
from console.target_error import TargetError
from console.targets import expand, fold, resolve

NAMES = st.lists(st.from_regex(r"[a-z]{1,3}(-r[0-9]{1,2})?-?[a-z]?[0-9]{0,4}", fullmatch=True), max_size=30)


def finding(identity, *nodes):
    return Finding(
        id=identity,
        rule=identity.partition(":")[0],
        severity=Severity.CRITICAL,
        entity=identity.partition(":")[2],
        title="leak",
        since=datetime(2026, 3, 1, tzinfo=UTC),
        hits_nodes=nodes,
    )


@pytest.fixture
def pods(make):
    alpha = make.snapshot(
        [
            make.node("gpu001", rack="r1", group="r1"),
            make.node("gpu002", "IDLE+DRAIN", rack="r1", group="r1"),
            make.node("gpu003", rack="r2", group="r2"),
            make.node("gpu010"),
        ],
        [make.job("7", ("gpu001", "gpu003")), make.job("8_3", ("gpu003",)), make.job("9", (), "PENDING")],
        topology=Topology(
            {
                "nvlink-domain:nv1": Component(id="nvlink-domain:nv1", kind=Kind.NVLINK_DOMAIN, name="nv1"),
                "node:gpu003": Component(id="node:gpu003", kind=Kind.NODE, name="gpu003"),
            },
            (Edge("nvlink-domain:nv1", "node:gpu003", Relation.CONNECTS),),
        ),
        findings=(finding("leak:cdu:cdu-1", "gpu001", "gpu002"), finding("leak:cdu:cdu-2", "gpu003", "gone")),
        partitions={"batch": Partition(source="slurm.layout", name="batch", state="UP", nodes=("gpu010",))},
    )
    beta = make.snapshot([make.node("dgx1", rack="r5", group="r5"), make.node("gpu010")], pod="beta")
    return {"alpha": alpha, "beta": beta}


@pytest.mark.parametrize(
    ("expression", "nodes"),
    [
        ("gpu001", ["gpu001"]),
        ("gpu[001-003]", ["gpu001", "gpu002", "gpu003"]),
        ("gpu[001-003]!gpu002", ["gpu001", "gpu003"]),
        ("@rack:r1", ["gpu001", "gpu002"]),
        ("@rack:r1!@state:drained", ["gpu001"]),
        ("@rack:r1!@state:down", ["gpu001", "gpu002"]),
        ("@domain:nv1", ["gpu003"]),
        ("@finding:leak:cdu:cdu-1", ["gpu001", "gpu002"]),
        ("@finding:leak", ["gpu001", "gpu002", "gpu003"]),
        ("@finding:leak!@domain:nv1", ["gpu001", "gpu002"]),
        ("@job:7", ["gpu001", "gpu003"]),
        ("@job:8_3", ["gpu003"]),
        ("@job:7&@rack:r2", ["gpu003"]),
        (" gpu003,gpu001,gpu003 ", ["gpu001", "gpu003"]),
    ],
)
def test_an_expression_is_the_nodes_an_operator_meant(pods, expression, nodes):
    targets = resolve(expression, pods)
    assert (targets.pod, list(targets.nodes)) == ("alpha", nodes)


def test_a_group_that_only_another_pod_has_is_found_there(pods):
    assert resolve("@rack:r5", pods).pod == "beta"
    assert resolve("dgx1", pods).pod == "beta"
    assert resolve("@partition:batch", pods).pod == "alpha"


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("", "no targets given"),
        ("   ", "no targets given"),
        ("gpu001&gpu002", "an empty set"),
        ("@state:down", "an empty set"),
        ("@rack:r9", "no such group"),
        ("gpu001,@rack:r9", "no such group"),
        ("@rack:", "no such group"),
        ("@job:9", "no such group"),
        ("@finding:ecc", "no such group"),
        ("@domain:nv9", "no such group"),
        ("@shelf:1", "no such group"),
        ("@*", "no such group"),
        ("*", "no such group"),
        ("gpu[001-", "not a node set"),
        ("gpu[3-1]", "not a node set"),
        ("gpu004", "gpu004: no such node; did you mean gpu0"),
        ("gpu[001-005]", "gpu[004-005]: no such node"),
        ("gpu001,zzz", "zzz: no such node; known:"),
        ("gpu010", "more than one pod (alpha, beta)"),
        ("gpu001,dgx1", "more than one pod"),
    ],
)
def test_what_is_not_there_is_an_error_and_never_all_or_less(pods, expression, says):
    with pytest.raises(TargetError) as caught:
        resolve(expression, pods)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_before_anything_is_known_the_error_says_so(make):
    with pytest.raises(TargetError, match="no node is known yet"):
        resolve("gpu001", {"alpha": make.snapshot()})


def test_an_expression_of_config_racks_knows_no_groups():
    assert expand("gpu[08-11]") == ("gpu08", "gpu09", "gpu10", "gpu11")
    with pytest.raises(TargetError):
        expand("gpu[")


@given(NAMES)
def test_folding_loses_no_name(names):
    names = [name for name in names if name]
    assert set(expand(fold(names)) if names else ()) == set(names)


@pytest.mark.parametrize("names", [["a&b", "c"], ["a!b"], ["a^b"], ["a[1]"], ["x,y"]])
def test_a_name_with_a_node_sets_own_signs_is_listed_not_computed(names):
    assert fold(names) == ",".join(names)


def test_paddings_are_different_nodes():
    assert sorted(expand(fold(["n1", "n01", "n2"]))) == ["n01", "n1", "n2"]


def test_a_range_beyond_any_fleet_is_refused_before_it_is_written_out():
    with pytest.raises(TargetError, match="99999999 nodes"):
        expand("n[1-99999999]")


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("@rack:r9", "no such group: @rack:r9; pod beta has r5"),
        ("@partition:zzz", "no such group: @partition:zzz; pod beta has none"),
        ("@state:drian", "did you mean drained?"),
        ("@foo:x", "no such group: groups are @rack:"),
    ],
)
def test_a_group_that_there_is_not_is_answered_with_those_there_are(pods, expression, says):
    with pytest.raises(TargetError) as error:
        resolve(expression, pods)
    assert says in str(error.value)


@pytest.mark.parametrize("ending", ["", "[", "&@rack:typo"])
def test_what_is_wrong_with_a_huge_set_is_still_a_line_to_read(make, ending):
    names = ",".join(f"host{number}x" for number in range(20_000))
    with pytest.raises(TargetError) as caught:
        resolve(names + ending, {"lab": make.snapshot([make.node("n1")])})
    assert len(str(caught.value)) < 600
