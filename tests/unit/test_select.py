from datetime import timedelta

import pytest

from backends.model.finding import Finding
from backends.model.measurement import Measurement, Quantity
from backends.model.node import Gpu, Power
from backends.model.plant import ComponentFacts
from backends.model.reason import Reason
from backends.model.severity import Severity
from backends.model.topology import Component, Edge, Kind, Relation, Topology
from console.select.error import SelectError
from console.select.evaluate import parse
from console.select.kinds import NAMES, kind
from console.select.selection import select
from console.views import findings, gpus, jobs, nodes, plant, pods, racks

COLUMNS = {
    "nodes": nodes.COLUMNS,
    "jobs": jobs.COLUMNS,
    "findings": findings.COLUMNS,
    "gpus": gpus.COLUMNS,
    "plant": plant.COLUMNS,
    "pods": pods.COLUMNS,
    "racks": racks.COLUMNS,
}
DRAWN = {"plant": {"readings", "trend"}}
"""Columns that are drawings of several fields."""


def gpu(index, **more):
    return Gpu(index=index, model="h100", health=Severity.OK, **more)


@pytest.fixture
def pod(make):
    hot = make.hardware("gpu001", power_w=5200.0, gpus=(gpu(0, temp_c=61.0), gpu(1, temp_c=84.0)))
    half = make.hardware("gpu002", power_w=400.0, gpus=(gpu(0, temp_c=50.0, utilisation_pct=2.0), gpu(1)))
    off = make.hardware("gpu003", power=Power.OFF, health=Severity.UNKNOWN)
    theirs = Reason("NHC: ib0 down", "root", make.at - timedelta(hours=3))
    graph = Topology(
        {
            "nvlink-domain:nv1": Component(id="nvlink-domain:nv1", kind=Kind.NVLINK_DOMAIN, name="nv1"),
            "node:gpu001": Component(id="node:gpu001", kind=Kind.NODE, name="gpu001"),
            "cdu:cdu-1": Component(id="cdu:cdu-1", kind=Kind.CDU, name="cdu-1"),
        },
        (Edge("nvlink-domain:nv1", "node:gpu001", Relation.CONNECTS),),
    )
    flow = Measurement(quantity=Quantity.FLOW, value=41.5)
    leak = Finding(
        id="leak:cdu:cdu-1",
        rule="leak",
        severity=Severity.CRITICAL,
        entity="cdu:cdu-1",
        title="leak at cdu-1",
        since=make.at - timedelta(minutes=5),
        hits_nodes=("gpu001",),
    )
    return make.snapshot(
        [
            make.node("gpu001", "ALLOCATED", rack="r1", group="r1", hardware=hot),
            make.node("gpu002", "IDLE+DRAIN", rack="r1", group="r1", hardware=half, reason=make.mark("ann", "leak")),
            make.node("gpu003", "ALLOCATED+DRAIN", rack="r2", group="r2", hardware=off, reason=theirs),
            make.node("gpu004", "IDLE", rack="r2", group="r2"),
            make.node("gpu005", None),
        ],
        [
            make.job("7", ("gpu001",), user="ada", gpus=8),
            make.job("8", (), "PENDING", user="bob", pending_reason="Resources"),
        ],
        topology=graph,
        components={"cdu:cdu-1": ComponentFacts(source="redfish", health=Severity.OK, measurements=(flow,))},
        findings=(leak,),
    )


def chosen(text, pod, make, name="nodes"):
    def shown(_snapshot):
        return {key: f"{key}\nwaiting for it".casefold() for key in kind(name).of(pod)}

    return select(parse(text, kind(name)), kind(name), pod, make.at, shown)


def short(keys):
    return "".join(key[-1] for key in keys)


@pytest.mark.parametrize(
    ("text", "yes", "unknown"),
    [
        ("state=drain", "23", "5"),
        ("state=drained", "2", "5"),
        ("state!=drain", "14", "5"),
        ("!state=drain", "14", "5"),
        ("state=?", "5", ""),
        ("state!=?", "1234", ""),
        ("state=idle,allocated", "14", "5"),
        ("state=ALLOC*", "1", "5"),
        ("flags=drain", "23", "5"),
        ("node=gpu[001,003]", "13", ""),
        ("node=gpu00?", "12345", ""),
        ('node="gpu00?"', "", ""),
        ("node=*00[1,4]", "14", ""),
        ("name~[45]$", "45", ""),
        ("rack=r1", "12", ""),
        ('rack=""', "5", ""),
        ("domain=nv1", "1", ""),
        ("gpu.temp>80", "1", "2345"),
        ("gpu.temp>80C", "1", "2345"),
        ("gpu.temp<80", "", "2345"),
        ("gpu.temp<=84", "1", "2345"),
        ("temp_c>=50", "12", "345"),
        ("gpu.util<5%", "", "12345"),
        ("gpu.util>1", "2", "1345"),
        ("watts>1.2kW", "1", "345"),
        ("watts<1kW & rack=r1", "2", ""),
        ("watts>1kW | rack=r1", "12", "345"),
        ("!watts>1kW", "2", "345"),
        ("power=off", "3", "45"),
        ("health=?", "345", ""),
        ("severity>=warning", "1", ""),
        ("severity>=crit", "1", ""),
        ("finding=leak", "1", ""),
        ("mark=megapod", "2", "5"),
        ("mark=other", "3", "5"),
        ("owner=ann", "2", "5"),
        ("owner=root", "3", "5"),
        ("reason~nhc", "3", "5"),
        ('reason=""', "14", "5"),
        ("age>2h", "3", "5"),
        ("age<1h30m", "2", "5"),
        ("job=7", "1", ""),
        ("job.user=ada", "1", ""),
        ("job.state=running", "1", ""),
        ("gpus.free>=8", "1234", "5"),
        ("GPU002", "2", ""),
        ("waiting for", "12345", ""),
        ('"for  it"', "", ""),
        ("~^gpu00[12]$", "12", ""),
        ("!gpu001 & rack=r1", "2", ""),
        ("stale=yes", "", ""),
    ],
)
def test_nodes_are_chosen_left_out_or_not_known(pod, make, text, yes, unknown):
    found = chosen(text, pod, make)
    assert (short(found.keys), short(found.unknown)) == (yes, unknown)


@pytest.mark.parametrize(
    ("name", "text", "keys"),
    [
        ("jobs", "job.user=ada", "7"),
        ("jobs", "user=bob & state=pending", "8"),
        ("jobs", "node=gpu[001-002]", "7"),
        ("jobs", "gpus>4", "7"),
        ("jobs", "why=resources", "8"),
        ("jobs", "rack=r1", "7"),
        ("findings", "severity=critical & node=gpu001", "leak:cdu:cdu-1"),
        ("findings", "age<1m", ""),
        ("gpus", "temp>80", "gpu001/1"),
        ("gpus", "util=? & node=gpu002", "gpu002/1"),
        ("plant", "kind=cdu & flow<42", "cdu:cdu-1"),
        ("plant", "flow_lpm>42lpm", ""),
        ("pods", "severity=critical & out=2", "alpha"),
        ("racks", "drained>0", "r1"),
        ("racks", "name=r*", "r1 r2"),
    ],
)
def test_other_kinds_have_fields_of_their_own(pod, make, name, text, keys):
    assert " ".join(chosen(text, pod, make, name).keys) == keys


@pytest.mark.parametrize(
    ("of", "text", "says"),
    [
        ("findings", "rule=TYPO", "'TYPO' is no rule; one of bad-state, breaker"),
        ("findings", "node=n1 & rule=pump,fabrik", "did you mean fabric?"),
        ("findings", "severity=kritical", "'kritical' is no severity; did you mean critical?"),
        ("jobs", "state!=runing", "did you mean running?"),
        ("nodes", "finding=pmp", "'pmp' is no finding; did you mean pump?"),
        ("nodes", "job.state=runing", "did you mean running?"),
        ("pods", "sources=faild", "did you mean failed?"),
        ("racks", "kind=rak", "did you mean rack?"),
        ("plant", "kind=pumpp", "did you mean pump?"),
    ],
)
def test_a_word_that_is_none_of_a_closed_vocabulary_is_an_error_and_never_an_empty_answer(of, text, says):
    with pytest.raises(SelectError) as caught:
        parse(text, kind(of))
    assert says in caught.value.problem


@pytest.mark.parametrize(
    ("of", "text"),
    [
        ("nodes", "finding=pump:cdu1/p1"),
        ("findings", "rule=p*"),
        ("jobs", 'state="brand_new"'),
        ("findings", "rule~^p"),
    ],
)
def test_ids_patterns_and_quoted_words_are_free(of, text):
    assert parse(text, kind(of))


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("gpu.tmp>80", 1, "no field 'gpu.tmp'; did you mean gpu.temp?"),
        ("rack=r1 & stat=idle", 11, "did you mean state?"),
        ("zzz=1", 1, "fields of nodes: node, pod, state"),
        ("gpu.temp>hot", 10, "'hot' is no number; write 80 or 80C"),
        ("gpu.temp>80W", 10, "'W' is no unit of temperature"),
        ("age>5x", 5, "'x' is no unit of time"),
        ("watts>1h30m", 7, "is no number"),
        ("rack>r1", 6, "rack is text; compare it with = != ~ !~"),
        ("gpu.temp~8", 10, "gpu.temp is a number"),
        ("gpu.temp>1,2", 10, "takes one value"),
        ("severity>=awful", 11, "one of ok, warning, critical"),
        ("node=gpu[1-", 6, "not a node set"),
        ("node=@rack:r1", 6, "is a group, and stands among NODES"),
        ("state=idl", 7, "'idl' is no state; did you mean idle?"),
        ("state=idle,qqq", 7, "one of idle, mixed"),
        ("gpu.temp>?", 10, "'?' is no number"),
    ],
)
def test_what_a_kind_cannot_be_asked_is_named_with_its_column(text, at, says):
    with pytest.raises(SelectError) as caught:
        parse(text, kind("nodes"))
    assert (caught.value.at, says in caught.value.problem) == (at, True), str(caught.value)


def test_chosen_by_old_facts_is_said_and_only_where_those_facts_decide(pod, make):
    old = make.snapshot(pod.nodes.values(), failed=("redfish",), topology=pod.topology, number=2)
    assert short(chosen("gpu.temp>80", old, make).stale) == "1"
    assert chosen("state=allocated", old, make).stale == ()
    assert short(chosen("stale=yes", old, make).keys) == "123"


def test_before_the_queue_is_read_no_node_is_free_of_jobs(make):
    waiting = make.snapshot([make.node("gpu001")], sources={})
    found = chosen('job=""', waiting, make)
    assert (found.keys, found.unknown) == ((), ("gpu001",))


@pytest.mark.parametrize("name", NAMES)
def test_every_column_can_be_asked_for_by_its_name(name):
    missing = [column.key for column in COLUMNS[name] if kind(name).get(column.key) is None]
    assert set(missing) == DRAWN.get(name, set())


@pytest.mark.parametrize("name", NAMES)
def test_no_two_fields_share_a_name_and_each_is_explained(name):
    fields = kind(name).fields
    names = [alias for field in fields for alias in (field.name, *field.also)]
    assert len(set(names)) == len(names)
    assert all(field.help and field.name == field.name.lower() for field in fields)
