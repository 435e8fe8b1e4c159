"""A pod against its bill of materials."""

import msgspec
import pytest

from backends.model.node import Gpu
from backends.model.plant import ComponentFacts
from backends.model.topology import Component, Kind, Topology
from console.expected import Bill, Group, deviations, taken

GPUS = tuple(Gpu(index=index, model="GB300", nvlinks=18, nvlinks_up=18) for index in range(4))


@pytest.fixture
def pod(make):
    """Build a pod of three nodes and a CDU; keyword arguments are of the second node's hardware."""

    def build(*names, cdus=("cdu1",), **second):
        fields = {"model": "tray", "gpus": GPUS, "bios": "2.1"}
        nodes = [
            make.node(name, hardware=make.hardware(name, **(fields | (second if name == "n2" else {}))))
            for name in names or ("n1", "n2", "n3")
        ]
        components = {f"cdu:{name}": Component(id=f"cdu:{name}", kind=Kind.CDU, name="cdu") for name in cdus}
        facts = {identity: ComponentFacts(source="redfish") for identity in components}
        return make.snapshot(nodes, topology=Topology(components=components), components=facts)

    return build


def said(bill, snapshot, *, whole=True):
    return {(one.entity, one.what, one.how, one.expected, one.found) for one in deviations(bill, snapshot, whole=whole)}


def test_what_is_taken_is_what_is_there_and_survives_its_file(pod):
    bill = taken(pod())
    assert bill == Bill(
        group=(Group(nodes="n[1-3]", model="tray", gpus=4, gpu_model="GB300", links=72, bios="2.1"),),
        components={"cdu": ("cdu1",)},
    )
    assert msgspec.convert(msgspec.to_builtins(bill), Bill) == bill
    assert said(bill, pod()) == set()


def test_every_difference_is_named_with_what_was_expected(pod):
    bill = taken(pod())
    down = (*GPUS[:3], msgspec.structs.replace(GPUS[3], nvlinks_up=17))
    assert said(bill, pod(gpus=down)) == {("n2", "links", "differs", "72", "71")}
    assert said(bill, pod(gpus=GPUS[:3], bios="2.0")) == {
        ("n2", "gpus", "differs", "4", "3"),
        ("n2", "links", "differs", "72", "54"),
        ("n2", "bios", "differs", "2.1", "2.0"),
    }
    assert said(bill, pod("n1", "n2", "n4", cdus=("cdu2",))) == {
        ("n3", "node", "missing", "", ""),
        ("n4", "node", "unexpected", "", ""),
        ("cdu1", "cdu", "missing", "", ""),
        ("cdu2", "cdu", "unexpected", "", ""),
    }


def test_what_cannot_be_seen_is_unknown_and_never_missing(pod):
    bill = taken(pod())
    unread = tuple(msgspec.structs.replace(gpu, nvlinks_up=None) for gpu in GPUS)
    assert said(bill, pod(gpus=unread, bios="")) == {
        ("n2", "links", "unknown", "72", ""),
        ("n2", "bios", "unknown", "2.1", ""),
    }
    hows = {(one[0], one[2]) for one in said(bill, pod("n1", "n2", cdus=()), whole=False)}
    assert hows == {("n3", "unknown"), ("cdu1", "unknown")}


def test_what_the_bill_leaves_out_is_not_looked_at(pod):
    assert said(Bill(group=(Group(nodes="n[1-3]", gpus=4),)), pod(bios="9", model="else")) == set()


@pytest.mark.parametrize(
    ("bill", "says"),
    [
        (Bill(group=(Group(nodes="n[1-4]"),), components={"cdu": ("c1",)}), ""),
        (Bill(group=(Group(nodes="n1"), Group(nodes="n[2-"))), "group[2].nodes: n[2-: not a node set: missing bracket"),
        (Bill(group=(Group(nodes="n[1-4]"), Group(nodes="n[3-6]"))), "group[2].nodes: n[3-4]: in group[1], too"),
        (Bill(components={"pud": ("p1",)}), "components.pud: no such kind; did you mean pdu?"),
    ],
)
def test_what_cannot_be_meant_is_said_with_its_place(bill, says):
    assert bill.problem() == says
