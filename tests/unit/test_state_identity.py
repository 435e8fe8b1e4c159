"""Several controllers of one pod: nothing overwrites anything, and what is one is one, with its sources."""

import pytest

from backends.model.node import Gpu, HardwareFacts, Power, SchedulerFacts, Service
from backends.model.observation import HardwareInventory, SchedulerNodes
from backends.model.topology import Component, Edge, Kind, Relation
from console.insight.rules import findings
from console.state.budget import Budget
from console.state.identity import identify
from console.state.observation import Observation
from console.state.pod import PodWriter, first_snapshot

UUID = "00112233-4455-6677-8899-aabbccddeeff"
SWAPPED = "33221100-5544-7766-8899-aabbccddeeff"
TRAY = "tray:12/Compute Tray"


def seen(name, *, tray=TRAY, serial="", **facts):
    """What the controller of one node shows: the node in its tray, in rack 12, with a fan."""
    inside = f"{tray.removeprefix('tray:')}/Fan 1"
    return HardwareInventory(
        systems={name: HardwareFacts(source="redfish", system="/s", serial=serial, **facts)},
        components=(
            Component(id="rack:12", kind=Kind.RACK, name="12"),
            Component(id=tray, kind=Kind.TRAY, name=tray.rpartition("/")[2]),
            Component(id=f"fan:{inside}", kind=Kind.FAN, name="Fan 1"),
        ),
        edges=(
            Edge("rack:12", tray, Relation.CONTAINS),
            Edge(tray, f"node:{name}", Relation.CONTAINS),
            Edge(tray, f"fan:{inside}", Relation.CONTAINS),
        ),
    )


@pytest.fixture
def told(clock):
    """`told({source: payload})`: the snapshot after each source was heard, in this order."""

    def tell(payloads):
        budget = Budget(100, clock)
        names = dict.fromkeys(sorted(payloads), 10.0)
        first = first_snapshot("alpha", clock.now(), read_only=False, sources=names, budget=budget)
        writer = PodWriter(first, racks={}, budget=budget, insight=findings)
        for source, payload in payloads.items():
            writer.observe(
                Observation(
                    source=source,
                    at=clock.now(),
                    took_s=0.1,
                    requests=1,
                    interval_s=10.0,
                    payload=payload,
                )
            )
        return writer.snapshot

    return tell


def test_two_machines_of_the_same_name_both_stay_each_with_its_tray_and_its_parts(told):
    snapshot = told({"redfish.2": seen("System_0", serial="B"), "redfish.1": seen("System_0", serial="A")})
    assert {name: node.hardware.serial for name, node in snapshot.nodes.items()} == {
        "System_0@redfish.1": "A",
        "System_0@redfish.2": "B",
    }
    for number in (1, 2):
        below = snapshot.topology.downstream(f"{TRAY}@redfish.{number}")
        assert set(below) == {f"node:System_0@redfish.{number}", f"fan:12/Compute Tray/Fan 1@redfish.{number}"}
    assert sum(one.kind is Kind.RACK for one in snapshot.topology.components.values()) == 1


@pytest.mark.parametrize("mark", [{"uuid": UUID}, {"serial": "SN1", "model": "GB300"}, {"host_name": "gpu001"}])
def test_one_machine_through_two_controllers_is_one_node_in_one_tray(told, mark):
    bmc = seen("gpu001", power=Power.ON, gpus=(Gpu(index=0),), **mark)
    rack = seen("gpu001", tray="tray:12/Slot 3", power=Power.ON, **mark)
    snapshot = told({"redfish.1": rack, "redfish.2": bmc})
    (node,) = snapshot.nodes.values()
    assert (node.hardware.source, node.hardware.also, len(node.hardware.gpus)) == ("redfish.2", ("redfish.1",), 1)
    assert sum(one.kind is Kind.TRAY for one in snapshot.topology.components.values()) == 1
    assert sum(one.kind is Kind.FAN for one in snapshot.topology.components.values()) == 1


def test_the_name_the_scheduler_knows_is_the_machines(told):
    snapshot = told(
        {"redfish.1": seen("System_0", uuid=UUID), "redfish.2": seen("gpu001", uuid=SWAPPED), "slurm": _slurm("gpu001")}
    )
    assert list(snapshot.nodes) == ["gpu001"]
    assert snapshot.nodes["gpu001"].hardware is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"uuid": UUID, "host_name": "a"}, {"uuid": UUID, "host_name": "b"}),
        ({"serial": "SN1", "model": "X"}, {"serial": "SN1", "model": "Y"}),
        ({"serial": "Default string"}, {"serial": "Default string"}),
        ({"uuid": "00000000-0000-0000-0000-000000000000"}, {"uuid": "00000000-0000-0000-0000-000000000000"}),
        ({}, {}),
    ],
)
def test_what_contradicts_or_says_nothing_makes_no_machine_one(one, other):
    found = identify({"redfish.1": seen("n", **one), "redfish.2": seen("n", **other)}, ())
    assert found.at("redfish.1", "node:n") == "node:n@redfish.1"
    assert found.at("redfish.2", "gpu:n/3") == "gpu:n@redfish.2/3"


def test_a_machine_that_two_controllers_name_like_a_node_is_not_taken_for_it(told):
    snapshot = told(
        {"redfish.1": seen("gpu001", serial="A"), "redfish.2": seen("gpu001", serial="B"), "slurm": _slurm("gpu001")}
    )
    assert snapshot.nodes["gpu001"].hardware is None
    assert "unjoined" in {finding.rule for finding in snapshot.findings}


def test_one_controller_alone_keeps_its_ids():
    assert identify({"redfish": seen("n")}, ()).at("redfish", TRAY) == TRAY


def _slurm(name):
    return SchedulerNodes({name: SchedulerFacts(source="slurm", state=("IDLE",), service=Service.IDLE)})
