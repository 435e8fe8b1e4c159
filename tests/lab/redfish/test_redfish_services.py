"""Inventory, topology, health and power of each service there is, through a whole session; beside simhall's own file.

Two folders hold examples of single resources and no collections: the server here lists what lies in a folder, and
links what the root leaves out, so that they can be found by links, as everything is.
"""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from backends.model.endpoint import RedfishEndpoint, SecretRef
from backends.model.measurement import Quantity
from backends.model.node import Power
from backends.model.severity import Severity
from backends.model.source import SourceState
from backends.model.topology import Kind, Relation
from backends.simulator.server import ServeOptions
from backends.simulator.server import serve as serve_pod
from console.config import Config, PodConfig
from console.insight.radius import radius
from console.state.session import Session

WITHIN_S = 60.0
V1 = "/redfish/v1"
MOCKUPS = os.environ.get("MEGAPOD_REDFISH_MOCKUPS", "")
captures = pytest.mark.skipif(not MOCKUPS, reason="MEGAPOD_REDFISH_MOCKUPS names no folder of captures")


async def looked(**config):
    """The pod as one look shows it."""
    async with Session(Config(pods={"pod": PodConfig(**config)})) as session:
        return (await session.look(WITHIN_S))["pod"]


@pytest.fixture
def secret(monkeypatch):
    def put(password):
        monkeypatch.setenv("SERVICE_PASSWORD", password)
        return SecretRef(password_env="SERVICE_PASSWORD")

    return put


def kinds(now):
    return Counter(one.kind for one in now.topology.components.values())


def read(now, entity):
    return {(one.quantity, one.label): one.value for one in now.components[entity].measurements}


def only(now, kind):
    (one,) = now.topology.of_kind(kind)
    return one.id


def all_well(now):
    assert {status.state for status in now.sources.values()} == {SourceState.OK}
    assert not now.partial
    assert [finding.title for finding in now.findings] == []


async def test_the_simulated_pod():
    async with serve_pod(ServeOptions(racks=2, nodes=3, gpus=4, monotonic=lambda: 0.0)) as (served,):
        end = served.endpoints
        now = await looked(ssh=end.ssh, scheduler=end.scheduler, redfish=end.redfish)
    all_well(now)
    assert {(node.power, node.health, len(node.hardware.gpus)) for node in now.nodes.values()} == {
        (Power.ON, Severity.OK, 4)
    }
    found = kinds(now)
    whole = {Kind.POD, Kind.RACK, Kind.TRAY, Kind.NODE, Kind.SWITCH, Kind.NVLINK_DOMAIN, Kind.POWER_SHELF, Kind.OUTLET}
    whole |= {Kind.POWER_SUPPLY, Kind.PDU, Kind.CDU, Kind.LOOP, Kind.PUMP, Kind.FAN, Kind.LEAK_DETECTOR}
    assert whole <= set(found)
    assert (found[Kind.RACK], found[Kind.NODE]) == (2, 6)
    assert {edge.relation for edge in now.topology.edges} >= {
        Relation.CONTAINS,
        Relation.POWERS,
        Relation.COOLS,
        Relation.CONNECTS,
    }
    assert read(now, only(now, Kind.POD))[Quantity.POWER, ""] > 0


async def test_sushy_s_18_nodes(sushy, secret):
    end = RedfishEndpoint(url=sushy.url, user=sushy.user, auth="basic", secret=secret(sushy.password), timeout_s=30.0)
    now = await looked(redfish=(end,))
    all_well(now)
    assert len(now.nodes) == 18
    assert {node.health for node in now.nodes.values()} == {Severity.OK}
    assert {node.power for node in now.nodes.values()} <= {Power.ON, Power.OFF}
    assert {one.id for one in radius(now, "pod:pod").nodes} == {f"node:{name}" for name in now.nodes}


async def test_badfish_s_idrac_over_tls_by_a_session(badfish, secret):
    end = RedfishEndpoint(
        url=badfish.url,
        user=badfish.user,
        secret=secret(badfish.password),
        fingerprint=badfish.fingerprint,
        timeout_s=30.0,
    )
    now = await looked(redfish=(end,))
    all_well(now)
    (node,) = now.nodes.values()
    assert (node.power in (Power.ON, Power.OFF), node.health) == (True, Severity.OK)
    assert node.hardware.serial
    assert "GracefulShutdown" in node.hardware.reset_types
    assert kinds(now)[Kind.TRAY] == 1
    assert {one.id for one in radius(now, only(now, Kind.TRAY)).nodes} == {f"node:{node.name}"}


@captures
async def test_the_gb300_tray(serve, capture):
    served = await serve(capture(Path(MOCKUPS) / "supermicro-gb300-node"))
    now = await looked(redfish=(RedfishEndpoint(url=served.url, auth="none"),))
    all_well(now)
    (node,) = now.nodes.values()
    assert (node.power, node.health) == (Power.ON, Severity.OK)
    gpus = node.hardware.gpus
    assert [(gpu.index, gpu.model, gpu.nvlinks) for gpu in gpus] == [(n, "NVIDIA GB300", 18) for n in range(4)]
    assert None not in {value for gpu in gpus for value in (gpu.temp_c, gpu.power_w, gpu.ecc_uncorrectable)}
    assert node.hardware.power_w == pytest.approx(1349.26, abs=0.01)
    assert node.hardware.temp_c is None, "it tells of its parts and of no whole: unknown, not guessed"
    assert kinds(now) == {Kind.POD: 1, Kind.TRAY: 1, Kind.NODE: 1, Kind.LEAK_DETECTOR: 4, Kind.FAN: 16}
    assert {now.components[one.id].health for one in now.topology.of_kind(Kind.LEAK_DETECTOR)} == {Severity.OK}
    tray = read(now, only(now, Kind.TRAY))
    assert tray[Quantity.TEMPERATURE, "Chassis_0_Front_IO_Temp_0"] == pytest.approx(24.4, abs=0.1)


@captures
async def test_the_delta_power_shelf(serve, capture):
    served = await serve(capture(Path(MOCKUPS) / "lambda-powershelf-delta"))
    now = await looked(redfish=(RedfishEndpoint(url=served.url, auth="none"),))
    all_well(now)
    assert now.nodes == {}
    assert kinds(now) == {Kind.POD: 1, Kind.POWER_SHELF: 1, Kind.POWER_SUPPLY: 6, Kind.FAN: 12}
    shelf = only(now, Kind.POWER_SHELF)
    assert {edge.target.partition(":")[0] for edge in now.topology.outgoing[shelf]} == {"power-supply", "fan"}
    supplies = [read(now, one.id) for one in now.topology.of_kind(Kind.POWER_SUPPLY)]
    assert all(one[Quantity.POWER, ""] > 0 for one in supplies)
    assert {one[Quantity.POWER_CAPACITY, "rated"] for one in supplies} == {5504}
    assert all((Quantity.ROTATION, "") in read(now, one.id) for one in now.topology.of_kind(Kind.FAN))


def with_lists(root, capture, reply):
    """What lies in a folder without an index of its own is listed; the root links what it leaves out."""
    whole, base = capture(root), root / "redfish" / "v1"

    def handler(request):
        path = request.path.rstrip("/")
        answer = whole(request)
        folder = root / path.strip("/")
        if path == V1:
            links = {one.name: {"@odata.id": f"{V1}/{one.name}"} for one in base.iterdir() if "Equipment" in one.name}
            return reply(200, links | json.loads(answer.body))
        if answer.status != 404 or not folder.is_dir():
            return answer
        inside = sorted(one for one in folder.iterdir() if one.is_dir())
        members = [{"@odata.id": f"{path}/{one.name}"} for one in inside if (one / "index.json").is_file()]
        if members:
            return reply(200, {"@odata.id": path, "Name": folder.name, "Members": members})
        links = {one.name: {"@odata.id": f"{path}/{one.name}"} for one in inside}
        return reply(200, {"@odata.id": path, "Id": folder.name, "Name": folder.name, **links})

    return handler


@captures
async def test_dsp2043_s_cdu_pdu_loop_and_old_thermal(serve, capture, reply):
    served = await serve(with_lists(Path(MOCKUPS) / "gofish-examples", capture, reply))
    now = await looked(redfish=(RedfishEndpoint(url=served.url, auth="none"),))
    found = kinds(now)
    assert (found[Kind.CDU], found[Kind.LOOP], found[Kind.LEAK_DETECTOR], found[Kind.FAN]) == (1, 1, 3, 6)
    assert read(now, only(now, Kind.CDU))[Quantity.SUPPLY_TEMPERATURE, "secondary"] == 14.8
    assert read(now, only(now, Kind.OUTLET))[Quantity.VOLTAGE, ""] == 117.5
    assert now.components[only(now, Kind.CIRCUIT)].detail == "Normal"
    assert now.nodes["web-srv344"].power is Power.ON


@captures
async def test_the_ocp_guides_cdu_rear_door_and_pdu(serve, capture, reply):
    served = await serve(with_lists(Path(MOCKUPS) / "ocp-examples", capture, reply))
    now = await looked(redfish=(RedfishEndpoint(url=served.url, auth="none"),))
    units = {one.name: one.id for one in now.topology.of_kind(Kind.CDU)}
    assert set(units) == {"Example CDU", "Example Rear Door Heat Exchanger"}
    cdu = read(now, units["Example CDU"])
    assert (cdu[Quantity.FLOW, "secondary"], cdu[Quantity.COOLING_CAPACITY, "rated"]) == (42, 50_000)
    assert read(now, only(now, Kind.PUMP))[Quantity.SPEED, ""] == 38.5
    assert now.components[only(now, Kind.RESERVOIR)].health is Severity.OK
    assert read(now, only(now, Kind.PDU))[Quantity.POWER, ""] == 6438


@captures
@pytest.mark.parametrize(
    ("folder", "kind", "count"),
    [
        ("cray-CMM", Kind.TRAY, 17),
        ("cray-CMM", Kind.POWER_SUPPLY, 4),
        ("cray-EX235n", Kind.NODE, 2),
        ("cray-Slingshot_Switch_Blade", Kind.TRAY, 1),
        ("dmtf-public-rackmount1", Kind.FAN, 4),
        ("lambda-gb300-slice", Kind.NODE, 1),
    ],
)
async def test_what_the_other_captures_have_is_shown(serve, capture, folder, kind, count):
    served = await serve(capture(Path(MOCKUPS) / folder))
    now = await looked(redfish=(RedfishEndpoint(url=served.url, auth="none"),))
    assert {status.state for status in now.sources.values()} == {SourceState.OK}
    assert not now.partial
    assert kinds(now)[kind] == count
    if folder != "lambda-gb300-slice":
        assert any(facts.measurements for facts in now.components.values())
    for node in now.nodes.values():
        assert node.power is Power.ON


@captures
@pytest.mark.parametrize("folder", ["gofish-examples", "ocp-examples"])
async def test_a_root_whose_links_lead_nowhere_is_an_empty_pod_and_no_failure(serve, capture, folder):
    served = await serve(capture(Path(MOCKUPS) / folder))
    now = await looked(redfish=(RedfishEndpoint(url=served.url, auth="none"),))
    all_well(now)
    assert now.nodes == {}
