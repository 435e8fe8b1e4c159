"""One bad resource, or a bad service, each told in one clear line; the rest goes on."""

import json

import pytest

from backends.errors import BackendError, Malformed, NotSupported, Rejected, TimedOut, Unreachable
from backends.model.node import Power
from backends.model.severity import Severity
from backends.ports import PowerAction

HTML = b"<html><body>busy</body></html>"
LOADED_S = 2.0  # what a reply of our own server may take on a loaded machine; a hang is waited for as long
SYSTEM = "/redfish/v1/Systems/System_0"


@pytest.fixture
def faulty(serve, hardware, capture, gb300, reply):
    """`await faulty({path: Reply})`: an adapter on the GB300 sample whose replies are replaced, and may be later on."""

    async def start(replaced, **endpoint):
        whole = capture(gb300)
        served = await serve(lambda request: replaced.get(request.path) or whole(request))
        return hardware(served.url, **endpoint), served

    return start


async def test_503_html_is_one_line(faulty, reply):
    page = reply(503, HTML, {"content-type": "text/html"})
    adapter, served = await faulty({"/redfish/v1/": page})
    with pytest.raises(Unreachable) as failed:
        await adapter.ping()
    assert str(failed.value) == (
        f"{served.url}: GET /redfish/v1/: 503 Service Unavailable, and the body is HTML, not Redfish "
        "(it is busy or restarting)"
    )


@pytest.mark.parametrize(
    ("body", "said"), [(HTML, "HTML, not Redfish"), (b'{"Id": "x', "not a resource"), (b"[]", "not")]
)
async def test_200_that_is_no_resource(faulty, reply, body, said):
    adapter, _ = await faulty({"/redfish/v1/": reply(200, body)})
    with pytest.raises(Malformed, match=said):
        await adapter.ping()


@pytest.mark.parametrize("status", [500, 503])
async def test_gpu_metrics_that_fail_are_named_and_the_rest_is_there(faulty, reply, status):
    path = "/redfish/v1/Systems/HGX_Baseboard_0/Processors/GPU_1/EnvironmentMetrics"
    adapter, _ = await faulty({path: reply(status)})
    inventory = await adapter.inventory()
    node = inventory.systems["System_0"]
    assert [gpu.temp_c is None for gpu in node.gpus] == [False, True, False, False]
    assert len(inventory.errors) == 1
    assert inventory.errors[0].startswith(f"{path}: {status}")


async def test_the_first_gpu_that_does_not_answer_leaves_the_others_their_numbers(faulty, reply, pauses):
    first = "/redfish/v1/Systems/HGX_Baseboard_0/Processors/GPU_0"
    replaced = {first: reply(500)}
    adapter, _ = await faulty(replaced)
    for _ in range(2):
        inventory = await adapter.inventory()
        known = {gpu.index: gpu.temp_c is not None for gpu in inventory.systems["System_0"].gpus}
        assert known == {0: False, 1: True, 2: True, 3: True}
        assert inventory.errors == (f"{first}: 500 Said",), "as long as it is missing it is told"
    replaced.clear()
    pauses.now_s += 61
    inventory = await adapter.inventory()
    assert ([gpu.temp_c is None for gpu in inventory.systems["System_0"].gpus], inventory.errors) == ([False] * 4, ())


async def test_a_gpu_that_has_gone_from_the_list_is_gone_two_rounds_later(faulty, reply, gb300, pauses):
    replaced = {}
    adapter, _ = await faulty(replaced)
    await adapter.inventory()
    processors = "/redfish/v1/Systems/HGX_Baseboard_0/Processors"
    body = json.loads((gb300 / f"{processors[1:]}/index.json").read_text())
    kept = [one for one in body["Members"] if not one["@odata.id"].endswith("GPU_2")]
    replaced |= {processors: reply(200, {**body, "Members": kept})}
    replaced |= {f"{processors}/GPU_2{below}": reply(404) for below in ("", "/EnvironmentMetrics")}
    pauses.now_s += 61
    rounds = [(await adapter.inventory()).systems["System_0"].gpus for _ in range(2)]
    assert [gpu.index for gpu in rounds[-1]] == [0, 1, 3]


async def test_hanging_and_reset_resources_do_not_sink_the_rest(faulty, reply):
    gpu = "/redfish/v1/Systems/HGX_Baseboard_0/Processors/GPU_{}/EnvironmentMetrics"
    adapter, _ = await faulty(
        {gpu.format(0): reply(fault="hang"), gpu.format(2): reply(200, {"PowerWatts": {}}, fault="truncate")},
        timeout_s=LOADED_S,
    )
    inventory = await adapter.inventory()
    assert [found.temp_c is None for found in inventory.systems["System_0"].gpus] == [True, False, True, False]
    assert len(inventory.errors) == 2


async def test_system_that_stops_answering_is_unknown_not_gone(faulty, reply):
    replaced = {}
    adapter, _ = await faulty(replaced)
    before = (await adapter.inventory()).systems["System_0"]
    replaced[SYSTEM] = reply(500)
    inventory = await adapter.inventory()
    after = inventory.systems["System_0"]
    assert (after.power, after.health, after.state) == (Power.UNKNOWN, Severity.UNKNOWN, "")
    assert (after.serial, len(after.gpus)) == (before.serial, 4)
    assert inventory.errors == (f"{SYSTEM}: 500 Said",)


async def test_host_that_does_not_answer_at_first_does_not_make_its_baseboard_a_node(faulty, reply, pauses):
    replaced = {SYSTEM: reply(503)}
    adapter, _ = await faulty(replaced)
    inventory = await adapter.inventory()
    assert inventory.systems == {}
    assert inventory.errors == (f"{SYSTEM}: 503 Service Unavailable",)
    replaced.clear()
    pauses.now_s += 61
    assert list((await adapter.inventory()).systems) == ["System_0"]


async def test_systems_that_fail_altogether_raise(faulty, reply):
    adapter, _ = await faulty({"/redfish/v1/Systems": reply(500)})
    with pytest.raises(Unreachable, match="GET /redfish/v1/Systems: 500"):
        await adapter.inventory()


async def test_service_that_hangs_altogether_ends_the_round_early(faulty, reply):
    replaced = {}
    adapter, served = await faulty(replaced, timeout_s=LOADED_S)
    await adapter.inventory()
    served.handler = lambda _: reply(fault="hang")
    before = len(served.seen)
    with pytest.raises(TimedOut):
        await adapter.inventory()
    assert len(served.seen) - before <= 2


async def test_root_that_redirects(faulty, reply, capture, gb300):
    whole = capture(gb300)
    adapter, served = await faulty({})

    def handler(request):
        if request.path == "/redfish/v1/" and request.query != "here":
            return reply(308, b"", {"Location": "/redfish/v1/?here"})
        return whole(request)

    served.handler = handler
    assert len((await adapter.inventory()).systems) == 1


async def test_fields_of_the_wrong_type_are_lost_alone(faulty, reply, gb300):
    body = json.loads((gb300 / f"{SYSTEM[1:]}/index.json").read_text())
    body |= {
        "PowerState": None,
        "SerialNumber": 17,
        "Status": {"Health": "OK", "State": 3},
        "UUID": [],
        "Model": "a\x1b]0;b",
    }
    adapter, _ = await faulty({SYSTEM: reply(200, body)})
    node = (await adapter.inventory()).systems["System_0"]
    assert (node.power, node.serial, node.health, node.uuid) == (Power.UNKNOWN, "17", Severity.OK, "")
    assert node.model == "a\ufffd]0;b"


async def test_refused_power_is_the_services_own_line(faulty, reply):
    target = f"{SYSTEM}/Actions/ComputerSystem.Reset"
    said = {"error": {"message": "x", "@Message.ExtendedInfo": [{"Message": "The lid\nis \x1b[31mopen."}]}}
    replaced = {target: reply(400, said)}
    adapter, served = await faulty(replaced)
    with pytest.raises(Rejected) as failed:
        await adapter.power(SYSTEM, PowerAction.OFF)
    assert failed.value.what == f"POST {target}: 400 Said: The lid is \ufffd[31mopen."
    assert json.loads(served.seen[-1].body) == {"ResetType": "ForceOff"}

    replaced[target] = reply(202, b"", {"Location": "/redfish/v1/TaskService/TaskMonitors/1"})
    await adapter.power(SYSTEM, PowerAction.ON)
    assert [json.loads(one.body) for one in served.seen if one.method == "POST"][-1] == {"ResetType": "On"}


async def test_power_that_is_not_answered_may_have_happened(faulty, reply):
    adapter, served = await faulty({f"{SYSTEM}/Actions/ComputerSystem.Reset": reply(fault="hang")}, timeout_s=LOADED_S)
    with pytest.raises(TimedOut, match="it may still have happened"):
        await adapter.power(SYSTEM, PowerAction.OFF)
    assert len(served.paths("POST")) == 1


async def test_action_info_says_what_is_offered(faulty, reply):
    info = {"Parameters": [{"Name": "ResetType", "AllowableValues": ["On", "GracefulShutdown"]}]}
    adapter, served = await faulty(
        {f"{SYSTEM}/ResetActionInfo": reply(200, info), f"{SYSTEM}/Actions/ComputerSystem.Reset": reply(204)}
    )
    assert (await adapter.inventory()).systems["System_0"].reset_types == ("On", "GracefulShutdown")
    await adapter.power(SYSTEM, PowerAction.OFF)
    assert json.loads(served.seen[-1].body) == {"ResetType": "GracefulShutdown"}
    with pytest.raises(NotSupported, match="it offers On, GracefulShutdown"):
        await adapter.power(SYSTEM, PowerAction.CYCLE)


async def test_system_without_a_reset_action(faulty):
    adapter, _ = await faulty({})
    with pytest.raises(NotSupported, match="no reset action"):
        await adapter.power("/redfish/v1/Systems/HGX_Baseboard_0", PowerAction.ON)
    with pytest.raises(BackendError, match="404"):
        await adapter.power("/redfish/v1/Systems/nowhere", PowerAction.ON)


async def test_system_that_appears_is_found_at_the_next_round(faulty, reply, gb300):
    replaced = {}
    adapter, _ = await faulty(replaced)
    await adapter.inventory()
    second = "/redfish/v1/Systems/System_1"
    body = json.loads((gb300 / f"{SYSTEM[1:]}/index.json").read_text())
    replaced[second] = reply(
        200, {**body, "@odata.id": second, "Id": "System_1", "Name": "System_1", "HostName": "gpu002.pod"}
    )
    members = [{"@odata.id": path} for path in (SYSTEM, second)]
    replaced["/redfish/v1/Systems"] = reply(200, {"Members": members, "Name": "s"})
    assert sorted((await adapter.inventory()).systems) == ["System_0", "gpu002"]
