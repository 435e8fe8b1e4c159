"""simhall: 18 GB300 nodes, an endpoint each below a prefix, as a pod; and what is found of its faults."""

import asyncio

import pytest

from backends.model.endpoint import RedfishEndpoint
from backends.model.measurement import Quantity
from backends.model.node import Power
from backends.model.severity import Severity
from backends.model.source import SourceState
from backends.model.topology import Kind
from console.config import Config, PodConfig
from console.insight.radius import radius
from console.state.session import Session

WITHIN_S = 60.0
NODES = {f"node{number}" for number in range(1, 19)}


SOME = range(3, 9)
"""Those of a fault's tests: a look at all 18 takes seconds of both processors."""


def ends(hall, numbers=SOME):
    return tuple(RedfishEndpoint(url=hall.node(n), auth="none", timeout_s=2.0) for n in numbers)


def source_of(number):
    return f"redfish.{number - SOME.start + 1}"


@pytest.fixture
async def pod(hall):
    """`await pod()`: some of it as they are now, every node asked anew."""
    async with Session(Config(pods={"hall": PodConfig(redfish=ends(hall))})) as session:

        async def look():
            return (await session.look(WITHIN_S))["hall"]

        yield look


async def test_inventory_topology_health_and_power_of_18_nodes(hall):
    async with Session(Config(pods={"hall": PodConfig(redfish=ends(hall, range(1, 19)))})) as session:
        now = (await session.look(WITHIN_S))["hall"]
    assert set(now.nodes) == NODES
    assert {(node.power, node.health) for node in now.nodes.values()} == {(Power.ON, Severity.OK)}
    assert {node.hardware.temp_c is not None for node in now.nodes.values()} == {True}
    assert len({node.hardware.serial for node in now.nodes.values()}) == 18
    assert {status.state for status in now.sources.values()} == {SourceState.OK}
    assert now.findings == ()
    ((rack, _),) = {(node.rack, node.hardware.chassis) for node in now.nodes.values()}
    assert {one.id.removeprefix("node:") for one in radius(now, f"rack:{rack}").nodes} == NODES
    trays = list(now.topology.of_kind(Kind.TRAY))
    assert len({one.unit for one in trays}) == len(trays) == 18
    assert len(list(now.topology.of_kind(Kind.LEAK_DETECTOR))) == 36
    tray = next(one for one in trays if one.source and now.nodes["node7"].hardware.slot == one.slot)
    read = {
        one.label: one.value for one in now.components[tray.id].measurements if one.quantity is Quantity.TEMPERATURE
    }
    assert {"Coolant Supply", "Coolant Return", "exhaust", ""} <= set(read)
    assert None not in read.values()


@pytest.mark.quirk("one leak is told by its tray, another by the building")
async def test_a_leak_that_both_detectors_and_the_tray_report_is_one_finding_on_the_one_node(pod, hall):
    await pod()
    hall.inject("coolant_leak", node="node7")
    (leak,) = (await pod()).findings
    assert (leak.rule, leak.severity, leak.hits_nodes) == ("leak", Severity.CRITICAL, ("node7",))
    assert leak.title == "leak detector LeakDetector_0 of node7: Critical (and 1 more there)"
    assert [line for line in leak.evidence if "LeakDetector_1" in line or "Manifold" in line], leak.evidence
    assert f"from {source_of(7)}" in leak.evidence, "whose word it is"
    hall.inject("unreachable_node", node="node7", mode="http_500")
    old = next(finding for finding in (await pod()).findings if finding.rule == "leak")
    assert [line for line in old.evidence if line.startswith("last seen ")], "how old it is"
    hall.mend()
    assert (await pod()).findings == ()


@pytest.mark.parametrize("kind", ["pdu_outlet_off", "http_500", "refused", "timeout"])
async def test_a_controller_that_is_gone_is_one_silent_source_and_its_node_is_kept(pod, hall, kind):
    before = await pod()
    if kind == "pdu_outlet_off":
        hall.inject(kind, node="node4")
    else:
        hall.inject("unreachable_node", node="node4", mode=kind)
    now = await pod()
    (silent,) = now.findings
    assert (silent.rule, silent.entity) == ("source-silent", f"source:{source_of(4)}")
    assert "node4" in silent.title
    assert now.nodes["node4"].hardware.serial == before.nodes["node4"].hardware.serial
    assert now.stale(now.nodes["node4"].hardware)
    assert not any(now.stale(node.hardware) for name, node in now.nodes.items() if name != "node4")


async def test_a_node_that_is_switched_off_is_off_and_nothing_else_is(pod, hall):
    await pod()
    hall.act("power_off", device="node5")
    now = await pod()
    assert {name for name, node in now.nodes.items() if node.power is Power.OFF} == {"node5"}
    assert now.sources[source_of(5)].state is SourceState.OK
    assert now.findings == (), "no scheduler counts on it: it may well be off"


async def test_a_node_s_own_verdict_and_a_firmware_of_its_own(pod, hall):
    hall.inject("node_health_warning", node="node6")
    hall.inject("firmware_off_baseline", node="node8", component="bios", version="9.9.9")
    now = await pod()
    found = {finding.rule: finding.hits_nodes for finding in now.findings}
    assert found == {"node-health": ("node6",), "firmware-drift": ("node8",)}


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [("gpu_missing", {"gpu": 2}, "GPU2 not detected"), ("gpu_unhealthy", {"gpu": 1, "xid": 79}, "XID 79")],
)
async def test_what_only_a_log_tells_is_found_there(pod, hall, kind, more, said):
    """It serves no GPUs over Redfish: one that is missing is an entry of its node's log, and no more."""
    assert (await pod()).findings == ()
    hall.inject(kind, node="node5", **more)
    async with Session(Config(pods={"hall": PodConfig(redfish=ends(hall))})) as session:
        (found,) = (await session.look(WITHIN_S))["hall"].findings
    assert (found.rule, found.severity, found.hits_nodes) == ("log-critical", Severity.WARNING, ("node5",))
    assert said in found.title
    assert "megapod logs node5" in found.advice


async def test_logs_are_read_once_a_minute_and_not_at_all_where_events_tell(hall, hardware, pauses):
    adapter = hardware(hall.node(5), auth="none")
    await adapter.inventory()
    hall.inject("gpu_missing", node="node5", gpu=2)
    costs, told = [], []
    for _ in range(2):
        before = adapter.requests
        told.append(len((await adapter.inventory()).conditions))
        costs.append(adapter.requests - before)
        pauses.now_s += 61
    assert told == [0, 1]
    assert costs[1] - costs[0] == 1


async def test_all_its_faults_at_once_are_told_apart(pod, hall):
    await pod()
    hall.inject("coolant_leak", node="node7")
    hall.inject("unreachable_node", node="node3", mode="http_500")
    hall.inject("node_health_warning", node="node6")
    async with asyncio.timeout(WITHIN_S):
        now = await pod()
    assert sorted(finding.rule for finding in now.findings) == ["leak", "node-health", "source-silent"]
