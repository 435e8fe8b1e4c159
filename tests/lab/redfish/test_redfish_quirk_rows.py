"""Each row of the quirk table over real HTTP: a service that has the quirk, and the adapter that bears with it."""

import asyncio
import json
import re
from contextlib import aclosing
from pathlib import Path

import pytest

from backends.errors import BackendError, Malformed, Unreachable
from backends.model.measurement import Quantity
from backends.model.node import Power
from backends.model.severity import Severity
from backends.model.stream import StreamState
from backends.ports import Hint, StreamMoved
from backends.redfish.adapter import RedfishHardware
from backends.redfish.events import EventFeed
from backends.redfish.quirks import QUIRKS

V1 = "/redfish/v1"
HOST = f"{V1}/Systems/System_0"
BOARD = f"{V1}/Systems/HGX_Baseboard_0"
GPU = f"{BOARD}/Processors/GPU_0"
SESSIONS = f"{V1}/SessionService/Sessions"
REPORT = f"{V1}/TelemetryService/MetricReports/All"


def test_each_row_has_a_test_of_its_own():
    """Tests of rows stand here, and beside what else they show: they are marked."""
    marked = re.compile(r'^@pytest\.mark\.quirk\("(.+)"\)$', re.MULTILINE)
    shown = {row for file in Path(__file__).parent.glob("test_*.py") for row in marked.findall(file.read_text())}
    assert {quirk.what for quirk in QUIRKS} == shown


class Quirky:
    """The GB300 sample with changes by path: a Reply instead, properties on top, or a function of the request."""

    def __init__(self, inner, reply):
        self.inner, self.reply, self.changed = inner, reply, {}

    def __call__(self, request):
        path = request.path.rstrip("/")
        change = self.changed.get(path)
        if callable(change):
            return change(request)
        if not isinstance(change, dict):
            return change or self.inner(request)
        original = self.inner(request)
        body = json.loads(original.body) if original.status == 200 and not isinstance(original.body, dict) else {}
        return self.reply(200, {**body, **change})

    def without(self, path, *names):
        """The resource without some properties."""

        def handler(request):
            body = json.loads(self.inner(request).body)
            return self.reply(200, {name: value for name, value in body.items() if name not in names})

        self.changed[path] = handler


@pytest.fixture
async def quirky(serve, capture, gb300, reply):
    made = Quirky(capture(gb300), reply)
    made.server = await serve(made)
    made.url = made.server.url
    return made


def telemetry(quirky, **row):
    """A service with one report: the power of the first GPU, as the row says it."""
    quirky.changed |= {
        V1: {"TelemetryService": {"@odata.id": f"{V1}/TelemetryService"}},
        f"{V1}/TelemetryService": {"MetricReports": {"@odata.id": f"{V1}/TelemetryService/MetricReports"}},
        f"{V1}/TelemetryService/MetricReports": {"Members": [{"@odata.id": REPORT}]},
        REPORT: {
            "Id": "All",
            "Name": "All",
            "MetricValues": [
                {"MetricProperty": f"{GPU[:-1]}{number}/EnvironmentMetrics#/{name}/Reading", "MetricValue": "1", **row}
                for number in range(4)
                for name in ("PowerWatts", "TemperatureCelsius")
            ],
        },
    }


async def second_round(quirky, hardware):
    adapter = hardware(quirky.url)
    await adapter.inventory()
    return (await adapter.inventory()).systems["System_0"].gpus[0]


class Places:
    """A session service with so many places; past them it answers 503, as an iDRAC does (RAC0218)."""

    def __init__(self, quirky, places):
        self.live, self.opened, self.places = set(), 0, places
        self.refused = self.most = 0
        quirky.changed[SESSIONS] = self.opens
        self._quirky, self._inner = quirky, quirky.inner
        quirky.inner = self.guarded

    def opens(self, _):
        if len(self.live) >= self.places:
            self.refused += 1
            return self._quirky.reply(503, {"error": {"code": "RAC0218", "message": "too many sessions"}})
        self.opened += 1
        self.live.add(str(self.opened))
        self.most = max(self.most, len(self.live))
        return self._quirky.reply(201, {}, {"X-Auth-Token": str(self.opened), "Location": f"{SESSIONS}/{self.opened}"})

    def guarded(self, request):
        if request.method == "DELETE":
            self.live.discard(request.path.rpartition("/")[2])
            return self._quirky.reply(204)
        if request.path.rstrip("/") != V1 and request.headers.get("x-auth-token") not in self.live:
            return self._quirky.reply(401)
        return self._inner(request)


@pytest.mark.quirk("sessions run out (8 and fewer)")
async def test_one_place_is_enough_and_is_given_back(quirky, hardware):
    places = Places(quirky, 1)
    for _ in range(3):
        adapter = hardware(quirky.url, user="admin", password="secret")
        await asyncio.gather(adapter.inventory(), adapter.inventory(), adapter.ping())
        await adapter.close()
    assert (places.opened, places.most, places.refused, places.live) == (3, 1, 0, set())


@pytest.mark.quirk("sessions run out (8 and fewer)")
async def test_no_place_left_is_one_clear_line(quirky, hardware):
    Places(quirky, 0)
    adapter = hardware(quirky.url, user="admin", password="secret")
    with pytest.raises(BackendError, match=r"opening a session: 503 .*too many sessions"):
        await adapter.inventory()


@pytest.mark.quirk("good tokens answer 401 while it restarts")
async def test_stray_401s_cost_one_new_session_a_minute_and_no_lock_out(quirky, hardware, pauses):
    places = Places(quirky, 8)
    adapter = hardware(quirky.url, user="admin", password="secret")
    await adapter.inventory()
    place = quirky.inner
    quirky.inner = lambda request: place(request) if request.method == "DELETE" else quirky.reply(401)
    for _ in range(5):
        with pytest.raises(BackendError, match="401"):
            await adapter.inventory()
    assert places.opened == 2, "one more login, however often it is asked"
    pauses.now_s += 61
    quirky.inner = place
    assert (await adapter.inventory()).systems
    await adapter.close()
    assert places.live == set()


@pytest.mark.quirk("HTML or no JSON with a 503 or a 200")
@pytest.mark.parametrize("status", [503, 200])
@pytest.mark.parametrize("body", [b"<html><body>starting</body></html>", b"starting", b"", b'{"Reading": '])
async def test_a_resource_that_is_no_json_is_named_and_the_rest_is_read(quirky, hardware, reply, status, body):
    quirky.changed[f"{GPU}/EnvironmentMetrics"] = reply(status, body, {"content-type": "text/html"})
    inventory = await hardware(quirky.url).inventory()
    gpus = inventory.systems["System_0"].gpus
    assert [gpu.temp_c is None for gpu in gpus] == [True, False, False, False]
    assert [f"{GPU}/EnvironmentMetrics" in error for error in inventory.errors] == [True]


@pytest.mark.quirk("too many readers at once end in 504")
async def test_however_many_read_there_are_four_at_once(quirky, hardware, reply):
    quirky.server.delay_s = 0.01
    normal = quirky.server.handler
    quirky.server.handler = lambda request: reply(504) if quirky.server._now > 4 else normal(request)
    adapter = hardware(quirky.url)
    # Whoever reads, the inventory, a boot's progress or a log, reads through the one service of the controller.
    found = await asyncio.gather(adapter.inventory(), *(adapter._service.fetch(HOST) for _ in range(30)))
    assert found[0].errors == ()
    assert {answer.status for answer in found[1:]} == {200}
    assert quirky.server.most_at_once == 4


@pytest.mark.quirk("$expand loses required properties")
@pytest.mark.parametrize("lost", ["Id", "Name", "ProcessorType"])
async def test_what_is_lost_when_expanded_is_read_by_itself(serve, hardware, capture, gb300, reply, lost):
    whole = capture(gb300, expand=True)

    def lossy(request):
        answer = whole(request)
        if request.query.startswith("$expand") and isinstance(answer.body, dict):
            members = [{name: part for name, part in one.items() if name != lost} for one in answer.body["Members"]]
            return reply(200, {**answer.body, "Members": members})
        return answer

    plain = await hardware((await serve(capture(gb300))).url).inventory()
    expanded = await hardware((await serve(lossy)).url).inventory()
    assert expanded.systems == plain.systems
    assert len(expanded.systems["System_0"].gpus) == 4


@pytest.mark.quirk("not ready yet is said with a 400 (SWC0700)")
@pytest.mark.parametrize("status", [400, 503])
async def test_not_ready_is_no_refusal(quirky, hardware, reply, status):
    said = {"MessageId": "IDRAC.2.8.SWC0700", "Message": "iDRAC is not ready. Wait until it is."}
    body = {"error": {"code": "Base.1.12.GeneralError", "@Message.ExtendedInfo": [said]}}
    quirky.changed[f"{V1}/Systems"] = reply(status, body)
    adapter = hardware(quirky.url)
    with pytest.raises(Unreachable, match=rf"{status}.*iDRAC is not ready.*\(it is busy or restarting\)"):
        await adapter.inventory()
    quirky.changed.clear()
    assert (await adapter.inventory()).systems


@pytest.mark.quirk("$expand comes with an error in the body")
async def test_members_beside_an_error_are_read_one_by_one(serve, hardware, capture, gb300, reply):
    whole = capture(gb300, expand=True)
    error = {"error": {"@Message.ExtendedInfo": [{"MessageId": "IDRAC.2.8.LIC501", "Message": "no licence"}]}}

    def unlicensed(request):
        if not request.query.startswith("$expand"):
            return whole(request)
        bare = json.loads(whole(_get(request.path)).body)
        return reply(200, {**error, **bare})

    plain = await hardware((await serve(capture(gb300))).url).inventory()
    found = await hardware((await serve(unlicensed)).url).inventory()
    assert (found.systems, found.errors) == (plain.systems, ())


@pytest.mark.quirk("FirmwareInventory takes minutes")
@pytest.mark.quirk("the UEFI's version is in BiosVersion alone")
async def test_the_version_comes_with_the_system_and_no_inventory_of_firmware_is_read(quirky, hardware, reply):
    quirky.changed |= {
        V1: {"UpdateService": {"@odata.id": f"{V1}/UpdateService"}},
        f"{V1}/UpdateService": reply(fault="hang"),
        f"{V1}/UpdateService/FirmwareInventory": reply(fault="hang"),
        HOST: {"BiosVersion": "2.4.1"},
    }
    adapter = hardware(quirky.url)
    for _ in range(2):
        assert (await adapter.inventory()).systems["System_0"].bios == "2.4.1"
    assert not [request.path for request in quirky.server.seen if "UpdateService" in request.path]


@pytest.mark.quirk("a fan's PWM duty is listed beside its speeds, as SpeedRPM")
async def test_what_a_fan_is_driven_with_is_no_speed_of_it(quirky, hardware):
    metrics = f"{V1}/Chassis/Chassis_0/EnvironmentMetrics"
    thermal = f"{V1}/Chassis/Chassis_0/ThermalSubsystem"
    sensors = f"{V1}/Chassis/Chassis_0/Sensors"
    speeds = {"FAN_1_PWM": 40.0, "FAN_1_FRONT": 11_843.0, "FAN_1_REAR": 9_830.0}
    listed = [{"DataSourceUri": f"{sensors}/{name}", "SpeedRPM": value} for name, value in speeds.items()]
    quirky.changed |= {
        f"{V1}/Chassis/Chassis_0": {"ThermalSubsystem": {"@odata.id": thermal}},
        thermal: {"Id": "T", "Name": "T", "Fans": {"@odata.id": f"{thermal}/Fans"}},
        f"{thermal}/Fans": {"Members": []},
        metrics: {"FanSpeedsPercent": listed},
    }
    adapter = hardware(quirky.url)
    for _ in range(2):
        facts = (await adapter.inventory()).facts
        read = {fan.rpartition("/")[2]: told.measurements[0] for fan, told in facts.items() if fan.startswith("fan:")}
        assert {name: (one.quantity, one.value) for name, one in read.items()} == {
            "FAN_1_FRONT": (Quantity.ROTATION, 11_843.0),
            "FAN_1_REAR": (Quantity.ROTATION, 9_830.0),
        }
        listed.reverse()  # they change places, and stay who they are


@pytest.mark.quirk("HGX_Baseboard_0 answers 503 while its host is off")
async def test_a_board_whose_host_is_off_is_not_ill(quirky, hardware, reply):
    adapter = hardware(quirky.url)
    assert (await adapter.inventory()).systems["System_0"].health is Severity.OK
    quirky.changed |= {HOST: {"PowerState": "Off"}, BOARD: reply(503, b"HMCCommuicationFailed")}
    before = len(quirky.server.seen)
    inventory = await adapter.inventory()
    node = inventory.systems["System_0"]
    assert inventory.errors == ()
    assert (node.power, node.health, len(node.gpus)) == (Power.OFF, Severity.OK, 4)
    assert {gpu.temp_c for gpu in node.gpus} == {None}
    asked = [request.path for request in quirky.server.seen[before:]]
    assert not [path for path in asked if path.startswith(f"{BOARD}/")]


@pytest.mark.quirk("members are null")
async def test_null_members_are_passed_over(quirky, hardware):
    for path in (f"{V1}/Systems", f"{V1}/Chassis", f"{BOARD}/Processors"):
        real = json.loads(quirky.inner(_get(path)).body)["Members"]
        quirky.changed[path] = {"Members": [None, *real, None]}
    inventory = await hardware(quirky.url).inventory()
    assert (inventory.errors, len(inventory.systems["System_0"].gpus)) == ((), 4)
    quirky.changed[f"{BOARD}/Processors"] = {"Members": None, "Members@odata.count": 0}
    inventory = await hardware(quirky.url).inventory()
    assert (inventory.errors, inventory.systems["System_0"].gpus) == ((), ())


@pytest.mark.parametrize("members", [None, {"@odata.id": HOST}, "none", 7])
async def test_a_collection_that_lists_nothing_is_not_an_empty_one(quirky, hardware, members):
    for path in (f"{BOARD}/Processors", f"{V1}/Systems"):
        quirky.changed[path] = {"Members": members}
        known = hardware(quirky.url)
        if path.endswith("Systems"):
            with pytest.raises(Malformed, match="without a list of members"):
                await known.inventory()
        else:
            (error,) = (await known.inventory()).errors
            assert error == f"{path}: a collection without a list of members"


@pytest.mark.quirk("UUID is empty")
async def test_an_empty_uuid_names_nobody(quirky, hardware):
    quirky.changed |= {HOST: {"UUID": ""}, BOARD: {"UUID": None}}
    inventory = await hardware(quirky.url, names={"": "somebody-else"}).inventory()
    assert list(inventory.systems) == ["System_0"]
    assert inventory.systems["System_0"].uuid == ""


@pytest.mark.quirk("times are 0000-00-00")
async def test_a_value_of_no_time_is_read_where_it_is(quirky, hardware):
    telemetry(quirky, Timestamp="0000-00-00T00:00:00Z")
    quirky.changed[HOST] = {"LastResetTime": "0000-00-00T00:00:00Z"}
    gpu = await second_round(quirky, hardware)
    assert gpu.power_w != 1.0
    assert gpu.temp_c != 1.0


@pytest.mark.quirk("a report marks its own values as stale")
@pytest.mark.parametrize("stale", [True, False])
async def test_a_value_that_is_stale_by_its_own_word_is_read_where_it_is(quirky, hardware, stale):
    row = {"Timestamp": "2026-03-01T00:00:00Z", "Oem": {"Nvidia": {"MetricValueStale": stale}}}
    telemetry(quirky, **row)
    gpu = await second_round(quirky, hardware)
    assert (gpu.power_w == 1.0, gpu.temp_c == 1.0) == (not stale, not stale)


@pytest.mark.quirk("no Systems in the root")
async def test_a_shelf_has_no_systems_and_is_shown(quirky, hardware):
    quirky.without(V1, "Systems")
    inventory = await hardware(quirky.url).inventory()
    assert (inventory.systems, inventory.errors) == ({}, ())
    assert inventory.components
    assert not [request for request in quirky.server.seen if "/Systems" in request.path]


@pytest.mark.quirk("links lead to 404")
async def test_a_link_to_nowhere_is_no_error_and_is_not_followed_again(quirky, hardware, reply):
    paths = [f"{GPU[:-1]}{number}/EnvironmentMetrics" for number in range(4)]
    quirky.changed |= dict.fromkeys(paths, reply(404))
    adapter = hardware(quirky.url)
    inventory = await adapter.inventory()
    assert inventory.errors == ()
    assert {gpu.temp_c for gpu in inventory.systems["System_0"].gpus} == {None}
    assert set(paths) <= {request.path for request in quirky.server.seen}
    before = len(quirky.server.seen)
    assert (await adapter.inventory()).errors == ()
    assert not set(paths) & {request.path for request in quirky.server.seen[before:]}


@pytest.mark.quirk("throttle reasons only in Oem.Nvidia, `NA` for none")
@pytest.mark.parametrize(("reasons", "told"), [(["NA"], ()), (["HWSlowdown"], ("HWSlowdown",)), ([], ()), (None, ())])
async def test_throttling_is_told_by_whom_tells_it(quirky, hardware, reasons, told):
    metrics = {"Id": "Metrics", "Name": "Metrics", "Oem": {"Nvidia": {"ThrottleReasons": reasons}}}
    quirky.changed |= {GPU: {"Metrics": {"@odata.id": f"{GPU}/ProcessorMetrics"}}, f"{GPU}/ProcessorMetrics": metrics}
    gpu = (await hardware(quirky.url).inventory()).systems["System_0"].gpus[0]
    assert gpu.throttle == told


@pytest.mark.quirk("utilisation only in Oem.Nvidia")
async def test_utilisation_is_that_of_the_cores(quirky, hardware):
    metrics = {"Id": "M", "Name": "M", "BandwidthPercent": 3, "Oem": {"Nvidia": {"SMUtilizationPercent": 91}}}
    quirky.changed |= {GPU: {"Metrics": {"@odata.id": f"{GPU}/ProcessorMetrics"}}, f"{GPU}/ProcessorMetrics": metrics}
    gpu = (await hardware(quirky.url).inventory()).systems["System_0"].gpus[0]
    assert gpu.utilisation_pct == 91


@pytest.mark.quirk("SpeedRPM in place of a fan's percentage")
@pytest.mark.parametrize("spelling", ["SpeedRPM", "SpeedRpm"])
async def test_a_fan_turns_so_many_times_a_minute(quirky, hardware, spelling):
    thermal = f"{V1}/Chassis/Chassis_0/ThermalSubsystem"
    quirky.changed |= {
        f"{V1}/Chassis/Chassis_0": {"ThermalSubsystem": {"@odata.id": thermal}},
        thermal: {"Id": "T", "Name": "T", "Fans": {"@odata.id": f"{thermal}/Fans"}},
        f"{thermal}/Fans": {"Members": [{"@odata.id": f"{thermal}/Fans/1"}]},
        f"{thermal}/Fans/1": {
            "@odata.id": f"{thermal}/Fans/1",
            "Id": "1",
            "Name": "1",
            "SpeedPercent": {spelling: 9000},
        },
    }
    inventory = await hardware(quirky.url).inventory()
    readings = [one for facts in inventory.facts.values() for one in facts.measurements]
    assert [one.value for one in readings if one.quantity is Quantity.ROTATION] == [9000]
    assert not [one for one in readings if one.quantity is Quantity.SPEED]


@pytest.mark.quirk("/redfish/v1 without its slash answers 308")
async def test_a_redirect_on_the_service_itself_is_followed(quirky, hardware, client, reply):
    inner = quirky.server.handler
    moved = reply(308, b"", {"location": f"{V1}/"})
    quirky.server.handler = lambda request: moved if request.path == V1 else inner(request)
    adapter = hardware(f"{quirky.url}{V1}")
    assert "Redfish 1.17.0" in await adapter.ping()
    assert (await adapter.inventory()).systems
    at_host = next(request.path for request in quirky.server.seen if request.path.startswith(V1))
    assert at_host == f"{V1}/", "the root is asked with its slash: one request spared"
    assert (await client(quirky.url).get(V1)).status == 200


def _get(path):
    class Request:
        method, query = "GET", ""

    Request.path = path
    return Request


class Streams:
    """A service whose stream says what the test says and then nothing more, on a connection that stays open."""

    def __init__(self, *said):
        self.said, self.asked, self.connections = said, 0, set()

    async def start(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self):
        self._server.close()
        for task in self.connections:
            task.cancel()
        await asyncio.gather(*self.connections, return_exceptions=True)

    async def _serve(self, reader, writer):
        self.connections.add(asyncio.current_task())
        try:
            while True:
                path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
                if path.startswith("/SSE"):
                    self.asked += 1
                    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
                    for said in self.said:
                        writer.write(b"data: " + said + b"\n\n")
                    await asyncio.Event().wait()
                link = b'{"EventService": {"@odata.id": "/events"}, "ServerSentEventUri": "/SSE"}'
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(link), link))
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def streams():
    made = []

    async def start(*said):
        made.append(Streams(*said))
        await made[-1].start()
        return made[-1]

    yield start
    for one in made:
        await one.stop()


async def changes(adapter, count):
    async with asyncio.timeout(10), aclosing(adapter.changes()) as found:
        return [await anext(found) for _ in range(count)]


@pytest.mark.quirk("an event stream falls silent and stays open")
async def test_a_silent_stream_is_opened_anew(streams, hardware, pauses):
    silent = await streams()
    adapter = hardware(silent.url)
    adapter._events = EventFeed(adapter._service, clock=lambda: 0.0, sleep=pauses.sleep, draw=lambda: 0.0, silent_s=0.1)
    found = await changes(adapter, 4)
    assert [moved.state for moved in found] == [StreamState.LIVE, StreamState.LOST] * 2
    assert "nothing on the stream for 0.1 s" in found[1].why
    assert silent.asked == 2


@pytest.mark.quirk("an event stream is advertised and refused")
async def test_a_refused_stream_is_polled_and_asked_for_much_later(quirky, hardware, reply, pauses):
    quirky.changed |= {
        V1: {"EventService": {"@odata.id": f"{V1}/EventService"}},
        f"{V1}/EventService": {"ServerSentEventUri": f"{V1}/EventService/SSE"},
        f"{V1}/EventService/SSE": reply(503),
    }
    adapter = hardware(quirky.url)
    found = await changes(adapter, 2)
    assert {moved.state for moved in found if isinstance(moved, StreamMoved)} == {StreamState.LOST}
    assert pauses.slept[-1] >= 30
    assert (await adapter.inventory()).systems


@pytest.mark.quirk("events have no MemberId, EventType or @odata.id, and times with -0600")
async def test_events_as_they_are_sent(streams, hardware):
    record = {
        "MessageId": "X.1.0.Y",
        "Message": "hot",
        "Severity": "Warning",
        "OriginOfCondition": "/redfish/v1/Chassis/1",
    }
    bare = json.dumps({"Events": [{**record, "EventTimestamp": "2026-03-01T03:00:00-0600"}]}).encode()
    adapter: RedfishHardware = hardware((await streams(bare)).url)
    _, hint = await changes(adapter, 2)
    assert isinstance(hint, Hint)
    assert (hint.message, hint.severity, hint.origin) == ("hot", Severity.WARNING, "/redfish/v1/Chassis/1")
    assert hint.at is not None
    assert hint.at.isoformat() == "2026-03-01T09:00:00+00:00"
