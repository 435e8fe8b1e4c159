"""Captures of real machines, served from files: nothing crashes, nothing is invented, what is there is found."""

import json
import os
from pathlib import Path

import pytest

from backends.model.node import Power
from backends.model.severity import Severity
from backends.model.topology import Edge, Kind, Relation

MOCKUPS = os.environ.get("MEGAPOD_REDFISH_MOCKUPS", "")
CAPTURES = sorted(path for path in Path(MOCKUPS).iterdir() if path.is_dir()) if MOCKUPS else []


@pytest.mark.parametrize("expand", [False, True])
async def test_gb300_tray_is_one_node_with_the_gpus_of_its_baseboard(serve, hardware, capture, gb300, expand):
    served = await serve(capture(gb300, expand=expand))
    inventory = await hardware(served.url).inventory()

    assert list(inventory.systems) == ["System_0"]
    node = inventory.systems["System_0"]
    assert (node.power, node.health, node.state) == (Power.ON, Severity.OK, "Enabled")
    assert (node.chassis, node.rack, node.slot) == ("Chassis_0", "", None)
    assert node.power_w == pytest.approx(1349.263802)
    assert [gpu.index for gpu in node.gpus] == [0, 1, 2, 3]
    assert {gpu.model for gpu in node.gpus} == {"NVIDIA GB300"}
    assert node.gpus[0].temp_c == pytest.approx(54.0625)
    assert node.gpus[0].power_w == pytest.approx(231.939)
    assert node.gpus[0].power_limit_w == pytest.approx(1400)
    assert inventory.errors == ()


async def test_boards_and_chips_are_no_trays(serve, hardware, capture, gb300):
    served = await serve(capture(gb300))
    inventory = await hardware(served.url).inventory()

    assert [(one.kind, one.name) for one in inventory.components] == [(Kind.TRAY, "Chassis_0")]
    tray = inventory.components[0].id
    assert inventory.edges == (Edge(tray, "node:System_0", Relation.CONTAINS),)


async def test_steady_refresh_asks_for_what_changes_only(serve, hardware, capture, gb300):
    served = await serve(capture(gb300))
    adapter = hardware(served.url)
    first = await adapter.inventory()
    before = adapter.requests
    second = await adapter.inventory()

    assert second == first
    assert adapter.requests - before == 9  # the list of systems, 2 systems, 4 GPUs' metrics, the tray and its metrics
    assert served.most_at_once <= 4


async def test_reading_through_expand_costs_less_and_says_the_same(serve, hardware, capture, gb300):
    plain, expanding = await serve(capture(gb300)), await serve(capture(gb300, expand=True))
    one, other = hardware(plain.url), hardware(expanding.url)

    assert (await one.inventory()).systems == (await other.inventory()).systems
    assert other.requests < one.requests


async def test_expand_that_loses_properties_is_not_believed(serve, hardware, capture, gb300, reply):
    whole = capture(gb300, expand=True)

    def lossy(request):
        answer = whole(request)
        if request.query and isinstance(answer.body, dict):
            for member in answer.body["Members"]:
                member.pop("PowerState", None)
                member.pop("EnvironmentMetrics", None)
        return answer

    served = await serve(lossy)
    node = (await hardware(served.url).inventory()).systems["System_0"]
    assert node.power is Power.ON
    assert node.gpus[0].temp_c is not None


async def test_a_gpu_that_turns_bad_is_seen_at_the_next_round(serve, hardware, capture, gb300, reply):
    whole = capture(gb300)
    bad = False

    def handler(request):
        answer = whole(request)
        if bad and request.path.endswith(("HGX_Baseboard_0", "GPU_2")):
            body = json.loads(answer.body)
            body["Status"] = {"State": "Enabled", "Health": "Critical", "HealthRollup": "Critical"}
            return reply(200, body)
        return answer

    served = await serve(handler)
    adapter = hardware(served.url)
    await adapter.inventory()
    bad = True
    node = (await adapter.inventory()).systems["System_0"]

    assert node.health is Severity.CRITICAL
    assert [gpu.health for gpu in node.gpus] == [Severity.OK, Severity.OK, Severity.CRITICAL, Severity.OK]


async def test_baseboard_that_answers_503_while_its_host_is_off_is_not_its_host_failing(
    serve, hardware, capture, gb300, reply
):
    whole = capture(gb300)
    off = False

    def handler(request):
        if off and "HGX_Baseboard_0" in request.path:
            return reply(503)
        answer = whole(request)
        if off and request.path.endswith("System_0"):
            return reply(200, {**json.loads(answer.body), "PowerState": "Off"})
        return answer

    served = await serve(handler)
    adapter = hardware(served.url)
    await adapter.inventory()
    off = True
    inventory = await adapter.inventory()
    node = inventory.systems["System_0"]

    assert (node.power, node.health) == (Power.OFF, Severity.OK)
    assert len(node.gpus) == 4
    assert {(gpu.health, gpu.temp_c) for gpu in node.gpus} == {(Severity.UNKNOWN, None)}


async def test_configured_name_by_uuid_or_by_the_address_of_the_service(serve, hardware, capture, gb300):
    served = await serve(capture(gb300))
    system = json.loads((gb300 / "redfish/v1/Systems/System_0/index.json").read_text())

    by_uuid = hardware(served.url, names={system["UUID"].upper(): "gpu001"})
    by_address = hardware(served.url, names={f"127.0.0.1:{served.port}": "gpu002"})
    assert list((await by_uuid.inventory()).systems) == ["gpu001"]
    assert list((await by_address.inventory()).systems) == ["gpu002"]


async def test_service_under_a_path_prefix_with_and_without_it_in_its_links(serve, hardware, capture, gb300, reply):
    whole = capture(gb300)

    def unaware(request):
        if not request.path.startswith("/dev/node7/redfish/v1"):
            return reply(404)
        request.path = request.path.removeprefix("/dev/node7")
        return whole(request)

    def aware(request):
        answer = unaware(request)
        answer.body = answer.body.replace(b'"/redfish', b'"/dev/node7/redfish')
        return answer

    for handler in (unaware, aware):
        for written in ("/dev/node7/", "/dev/node7/redfish/v1"):
            served = await serve(handler)
            inventory = await hardware(served.url + written).inventory()
            assert len(inventory.systems["System_0"].gpus) == 4


def told(node):
    """What a metric report and a resource of a capture, taken seconds apart, cannot differ in."""
    return node.power, node.health, node.serial, [(gpu.index, gpu.health, gpu.nvlinks_up) for gpu in node.gpus]


# Captures of real machines are others' data and not in this repository; the gate points at them where they are.
@pytest.mark.skipif(not MOCKUPS, reason="MEGAPOD_REDFISH_MOCKUPS names no folder of captures")
@pytest.mark.parametrize("folder", CAPTURES, ids=lambda path: path.name)
@pytest.mark.parametrize("expand", [False, True])
async def test_any_capture_nothing_crashes_and_no_node_is_invented(serve, hardware, capture, folder, expand):
    root = folder if not (folder / "redfish").is_dir() else folder / "redfish" / "v1"
    served = await serve(capture(folder, expand=expand))
    adapter = hardware(served.url)
    assert "Redfish" in await adapter.ping()
    first = await adapter.inventory()
    second = await adapter.inventory()

    assert {name: told(one) for name, one in first.systems.items()} == {
        name: told(one) for name, one in second.systems.items()
    }
    assert (first.components, first.edges, first.facts.keys()) == (second.components, second.edges, second.facts.keys())
    assert first.facts.keys() <= {one.id for one in first.components}
    listed = root / "Systems" / "index.json"
    members = json.loads(listed.read_text())["Members"] if listed.is_file() else []
    assert {facts.system for facts in first.systems.values()} <= {member["@odata.id"].rstrip("/") for member in members}
    known = {one.id for one in first.components} | {f"node:{name}" for name in first.systems}
    assert {end for edge in first.edges for end in (edge.source, edge.target)} <= known
    for facts in first.systems.values():
        assert len({gpu.index for gpu in facts.gpus}) == len(facts.gpus)
