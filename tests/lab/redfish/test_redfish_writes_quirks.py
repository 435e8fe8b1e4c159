"""What services make of ETags, settings resources, tasks and old ways: small servers that do it as the field does."""

import json

import pytest

from backends.errors import Conflict, Malformed, NotSupported, Rejected, TimedOut, Unreachable
from backends.model.boot import NO_OVERRIDE, BootOverride, BootSource, BootStage, Lasting
from backends.ports import PowerAction

SYSTEM = "/redfish/v1/Systems/1"
SETTINGS = f"{SYSTEM}/Settings"
MONITOR = "/redfish/v1/TaskService/TaskMonitors/7"
HTTP = BootOverride(source=BootSource.UEFI_HTTP, lasting=Lasting.ONCE, http_uri="http://10.0.0.1/grub.efi")
PXE = BootOverride(source=BootSource.PXE, lasting=Lasting.ONCE)
BOOT = {
    "BootSourceOverrideEnabled": "Disabled",
    "BootSourceOverrideTarget": "None",
    "BootSourceOverrideMode": "UEFI",
    "BootSourceOverrideTarget@Redfish.AllowableValues": ["None", "Pxe", "UefiHttp"],
}


class Bmc:
    """A system with versions: `takes` says which If-Match a PATCH may carry, `obeys` whether it does what it takes."""

    def __init__(self, reply):
        self.reply = reply
        self.bodies = {
            "/redfish/v1/": {"Systems": {"@odata.id": "/redfish/v1/Systems"}},
            SYSTEM: {"@odata.id": SYSTEM, "Id": "1", "Boot": dict(BOOT), "AssetTag": "a"},
        }
        self.version = 1
        self.etag = lambda: f'"{self.version}"'
        self.takes = lambda given: given == f'"{self.version}"'
        self.refusal = 412
        self.obeys = True
        self.before_patch = lambda: None
        self.tried = []

    def __call__(self, request):
        body = self.bodies.get(request.path)
        if body is None:
            return self.reply(404)
        if request.method == "GET":
            return self.reply(200, body, {"ETag": self.etag()} if self.etag() else {})
        given = request.headers.get("if-match", "")
        self.tried.append(given)
        self.before_patch()
        if not self.takes(given):
            return self.reply(self.refusal)
        if self.obeys:
            self.version += 1
            asked = json.loads(request.body)
            body.update({**asked, "Boot": {**body.get("Boot", {}), **asked.get("Boot", {})}})
        return self.reply(204)


@pytest.fixture
def bmc(reply):
    return Bmc(reply)


@pytest.fixture
async def made(bmc, serve, hardware):
    return hardware((await serve(bmc)).url).provisioner


@pytest.mark.quirk("the boot mode is reset by a PATCH that does not name it")
async def test_all_three_go_together_under_the_tag_as_given(made, bmc, serve):
    after = await made.override_boot(SYSTEM, HTTP)
    assert after == HTTP
    assert bmc.tried == ['"1"']
    boot = bmc.bodies[SYSTEM]["Boot"]
    assert {name: boot[name] for name in boot if "@" not in name} == {
        "BootSourceOverrideEnabled": "Once",
        "BootSourceOverrideTarget": "UefiHttp",
        "BootSourceOverrideMode": "UEFI",
        "HttpBootUri": "http://10.0.0.1/grub.efi",
    }


@pytest.mark.quirk("a PATCH wants If-Match (428), and takes one form of the ETag only (412)")
@pytest.mark.parametrize(
    ("etag", "taken", "tried"),
    [
        ('W/"{}"', '"{}"', ['W/"1"', '"1"']),
        ('"{}-gzip"', '"{}"', ['"1-gzip"', '"1"']),
        ('W/"{}-gzip"', '"{}"', ['W/"1-gzip"', '"1"']),
        ('"{}"', "", ['"1"', ""]),
        ('W/"{}"', "", ['W/"1"', '"1"', ""]),
    ],
)
async def test_a_refused_tag_is_tried_in_its_other_forms(made, bmc, etag, taken, tried):
    bmc.etag = lambda: etag.format(bmc.version)
    bmc.takes = lambda given: given == taken.format(bmc.version)
    await made.override_boot(SYSTEM, PXE)
    assert bmc.tried == tried


@pytest.mark.quirk("a PATCH wants If-Match (428), and takes one form of the ETag only (412)")
async def test_428_wants_the_header_where_none_was_given(made, bmc):
    bmc.etag = lambda: ""
    bmc.refusal = 428
    bmc.takes = lambda given: given == "*"
    await made.override_boot(SYSTEM, PXE)
    assert bmc.tried == ["", "*"]


async def test_412_on_another_version_is_written_on_the_new_one(made, bmc):
    """Somebody changed something else of the system: nothing of theirs is undone."""

    def race():
        if bmc.version == 1:
            bmc.version = 2
            bmc.bodies[SYSTEM]["AssetTag"] = "b"

    bmc.before_patch = race
    assert (await made.override_boot(SYSTEM, PXE)).source is BootSource.PXE
    assert bmc.tried == ['"1"', '"2"']
    assert bmc.bodies[SYSTEM]["AssetTag"] == "b"


async def test_412_because_another_set_the_boot_is_a_conflict(made, bmc):
    def race():
        if bmc.version == 1:
            bmc.version = 2
            bmc.bodies[SYSTEM]["Boot"]["BootSourceOverrideTarget"] = "UefiHttp"

    bmc.before_patch = race
    with pytest.raises(Conflict, match="changed by another"):
        await made.override_boot(SYSTEM, PXE)
    assert bmc.tried == ['"1"']
    assert bmc.bodies[SYSTEM]["Boot"]["BootSourceOverrideTarget"] == "UefiHttp"


async def test_tags_that_are_never_right_end_in_an_error(made, bmc):
    """A tag of its own with every GET, and none is taken: five tries, not for ever."""
    bmc.takes = lambda _given: False
    turn = iter(range(100))
    bmc.etag = lambda: f'W/"{next(turn)}"'
    with pytest.raises(Conflict, match="412"):
        await made.override_boot(SYSTEM, PXE)
    assert len(bmc.tried) == 5


async def test_what_did_not_take_is_an_error_that_says_so(made, bmc, pauses):
    bmc.obeys = False
    with pytest.raises(Rejected, match="accepted, and the next start is still from its own order"):
        await made.override_boot(SYSTEM, PXE)
    assert pauses.slept == [1.0, 1.0, 1.0]


async def test_what_takes_a_moment_is_waited_for(bmc, serve, hardware, pauses, reply):
    old = [BOOT, BOOT]

    def late(request):
        answer = bmc(request)
        if request.method == "GET" and bmc.tried and old:
            return reply(200, {**bmc.bodies[SYSTEM], "Boot": old.pop()})
        return answer

    served = await serve(late)
    assert await hardware(served.url).provisioner.override_boot(SYSTEM, PXE) == PXE
    assert pauses.slept == [1.0, 1.0]


@pytest.mark.quirk("Boot is written in @Redfish.Settings")
async def test_settings_resource_is_written_and_read_where_there_is_one(made, bmc):
    bmc.bodies[SYSTEM]["@Redfish.Settings"] = {"SettingsObject": {"@odata.id": SETTINGS}}
    bmc.bodies[SETTINGS] = {"@odata.id": SETTINGS, "Boot": dict(BOOT)}
    assert (await made.override_boot(SYSTEM, PXE)).source is BootSource.PXE
    assert bmc.bodies[SYSTEM]["Boot"]["BootSourceOverrideTarget"] == "None"
    assert bmc.bodies[SETTINGS]["Boot"]["BootSourceOverrideTarget"] == "Pxe"
    assert (await made.boot_state(SYSTEM)).override == PXE


async def test_settings_of_something_else_are_left_alone(made, bmc):
    bmc.bodies[SYSTEM]["@Redfish.Settings"] = {"SettingsObject": {"@odata.id": SETTINGS}}
    bmc.bodies[SETTINGS] = {"@odata.id": SETTINGS, "Attributes": {}}
    await made.override_boot(SYSTEM, PXE)
    assert bmc.bodies[SYSTEM]["Boot"]["BootSourceOverrideTarget"] == "Pxe"


async def test_settings_that_do_not_answer_are_named_and_the_rest_is_there(made, bmc):
    bmc.bodies[SYSTEM] |= {"@Redfish.Settings": {"SettingsObject": {"@odata.id": SETTINGS}}, "PowerState": "On"}
    state = await made.boot_state(SYSTEM)
    assert state.power == "On"
    assert state.unread == (f"GET {SETTINGS}: 404 Not Found",)


async def test_taking_it_back_keeps_the_mode(made, bmc):
    bmc.bodies[SYSTEM]["Boot"] |= {
        "BootSourceOverrideEnabled": "Continuous",
        "BootSourceOverrideTarget": "Pxe",
        "BootSourceOverrideMode": "Legacy",
    }
    assert not (await made.override_boot(SYSTEM, NO_OVERRIDE)).set
    assert bmc.bodies[SYSTEM]["Boot"]["BootSourceOverrideMode"] == "Legacy"
    cost = len(bmc.tried)
    await made.override_boot(SYSTEM, NO_OVERRIDE)
    assert len(bmc.tried) == cost


async def test_202_is_followed_before_it_is_read_back(made, bmc, serve, hardware, reply):
    left = [reply(202), reply(202), reply(204)]

    def tasked(request):
        if request.path == MONITOR:
            return left.pop(0)
        answer = bmc(request)
        return reply(202, b"", {"Location": MONITOR}) if request.method == "PATCH" else answer

    served = await serve(tasked)
    assert await hardware(served.url).provisioner.override_boot(SYSTEM, PXE) == PXE
    assert served.paths().count(MONITOR) == 3


async def test_a_write_without_an_answer_may_have_happened(bmc, serve, hardware, reply):
    served = await serve(lambda request: reply(fault="hang") if request.method == "PATCH" else bmc(request))
    with pytest.raises(TimedOut, match="it may still have happened"):
        await hardware(served.url, timeout_s=0.3).provisioner.override_boot(SYSTEM, PXE)
    assert len(served.paths("PATCH")) == 1


async def test_a_system_that_is_no_resource_and_one_without_boot(bmc, serve, hardware, reply):
    replaced = {SYSTEM: reply(200, b"<html>")}
    served = await serve(lambda request: replaced.get(request.path) or bmc(request))
    made = hardware(served.url).provisioner
    with pytest.raises(Malformed, match="not a resource"):
        await made.boot_state(SYSTEM)
    replaced[SYSTEM] = reply(200, {"@odata.id": SYSTEM})
    with pytest.raises(NotSupported, match="cannot be overridden"):
        await made.override_boot(SYSTEM, PXE)
    assert (await made.boot_state(SYSTEM)).override is None
    replaced[SYSTEM] = reply(503)
    with pytest.raises(Unreachable, match="busy or restarting"):
        await made.boot_state(SYSTEM)


async def test_times_and_stages_that_say_nothing_are_unknown(made, bmc):
    bmc.bodies[SYSTEM] |= {
        "BootProgress": {"LastState": "Warp\x1b[2J", "LastStateTime": "0000-00-00T00:00:00Z"},
        "LastResetTime": "2026-11-24T01:02:03-06:00",
        "Oem": {"Hpe": {"PostState": "InPostDiscoveryComplete"}},
        "BiosVersion": "2.1",
    }
    state = await made.boot_state(SYSTEM)
    assert (state.stage, state.stage_at, state.post) == (BootStage.UNKNOWN, None, "InPostDiscoveryComplete")
    assert state.reset_at.isoformat() == "2026-11-24T01:02:03-06:00"
    assert state.evidence == "Unknown, InPostDiscoveryComplete"


class Drive:
    """A virtual drive below a manager. `ways`: `action`, or `patch` as on older services."""

    path = "/redfish/v1/Managers/1/VirtualMedia/CD"

    def __init__(self, reply, ways="action"):
        self.reply, self.ways = reply, ways
        self.image = ""
        self.needs_protocol = False
        self.slow = 0
        self.posted = []

    def __call__(self, request):
        if request.method == "POST":
            return self._act(request.path, json.loads(request.body))
        if request.method == "PATCH":
            self.image = json.loads(request.body)["Image"] or ""
            return self.reply(200)
        return self.reply(200, body) if (body := self._get(request.path)) else self.reply(404)

    def _act(self, path, asked):
        self.posted.append(asked)
        if path.endswith("EjectMedia"):
            self.image = ""
            return self.reply(204)
        if self.needs_protocol and "TransferProtocolType" not in asked:
            text = "The property TransferProtocolType is a required property"
            return self.reply(400, {"error": {"message": text}})
        self.image = asked["Image"]
        return self.reply(201)

    def _get(self, path):
        drive = {"@odata.id": self.path, "Id": "CD", "Name": "CD", "MediaTypes": ["CD"], "Image": self.image or None}
        drive["Inserted"] = bool(self.image) and not self.slow
        self.slow = max(0, self.slow - 1) if self.image else self.slow
        if self.ways == "action":
            names = ("InsertMedia", "EjectMedia")
            drive["Actions"] = {f"#VirtualMedia.{name}": {"target": f"{self.path}/Actions/{name}"} for name in names}
        manager = {"VirtualMedia": {"@odata.id": "/redfish/v1/Managers/1/VirtualMedia"}}
        manager["Links"] = {"ManagerForServers": [{"@odata.id": SYSTEM}]}
        return {
            "/redfish/v1/": {"Managers": {"@odata.id": "/redfish/v1/Managers"}},
            SYSTEM: {"@odata.id": SYSTEM},
            "/redfish/v1/Managers": {"Members": [{"@odata.id": "/redfish/v1/Managers/1"}]},
            "/redfish/v1/Managers/1": manager,
            "/redfish/v1/Managers/1/VirtualMedia": {"Members": [{"@odata.id": self.path}]},
            self.path: drive,
        }.get(path)


@pytest.fixture
async def drives(serve, hardware, reply):
    async def start(ways="action"):
        drive = Drive(reply, ways)
        return drive, hardware((await serve(drive)).url).provisioner

    return start


@pytest.mark.quirk("virtual media are the manager's, inserted by action or PATCH, later")
@pytest.mark.parametrize("ways", ["action", "patch"])
async def test_drives_of_the_manager_in_the_new_way_and_the_old(drives, ways):
    drive, made = await drives(ways)
    (slot,) = await made.media(SYSTEM)
    assert (slot.path, slot.insertable, slot.inserted) == (drive.path, True, False)
    drive.slow = 0
    assert (await made.insert(slot.path, "http://h/os.iso")).image == "http://h/os.iso"
    with pytest.raises(Conflict, match=r"it holds http://h/os\.iso"):
        await made.insert(slot.path, "http://other/os.iso")
    assert (await made.eject(slot.path)).inserted is False
    assert drive.image == ""


@pytest.mark.quirk("virtual media are the manager's, inserted by action or PATCH, later")
async def test_inserted_is_polled_for(drives, pauses):
    drive, made = await drives()
    drive.slow = 2
    assert (await made.insert(drive.path, "http://h/os.iso")).inserted
    assert pauses.slept == [1.0, 1.0]


async def test_a_protocol_is_named_where_it_is_missed(drives):
    drive, made = await drives()
    drive.needs_protocol = True
    await made.insert(drive.path, "https://h/os.iso")
    assert [asked.get("TransferProtocolType") for asked in drive.posted] == [None, "HTTPS"]


AGGREGATION = "/redfish/v1/AggregationService"
RACK = [f"/redfish/v1/Systems/{number}" for number in range(1, 5)]


@pytest.fixture
async def rack(serve, hardware, reply):
    """`await rack(own_reset=...)`: a service with an aggregate of four systems."""

    async def start(*, own_reset):
        def reset(owner, kind):
            return {f"#{kind}.Reset": {"target": f"{owner}/Reset", "@Redfish.ActionInfo": f"{AGGREGATION}/Info"}}

        one = f"{AGGREGATION}/Aggregates/rack"
        names = ("ResetType", "BatchSize", "DelayBetweenBatchesInSeconds", "TargetURIs")
        info = [{"Name": name} for name in names]
        info[0]["AllowableValues"] = ["On", "ForceOff"]
        bodies = {
            "/redfish/v1/": {"AggregationService": {"@odata.id": AGGREGATION}},
            AGGREGATION: {
                "Aggregates": {"@odata.id": f"{AGGREGATION}/Aggregates"},
                "Actions": reset(AGGREGATION, "AggregationService") if own_reset else {},
            },
            f"{AGGREGATION}/Aggregates": {"Members": [{"@odata.id": one}]},
            one: {"Elements": [{"@odata.id": path} for path in RACK], "Actions": reset(one, "Aggregate")},
            f"{AGGREGATION}/Info": {"Parameters": info},
        }

        def handler(request):
            if request.method == "POST":
                return reply(204)
            return reply(200, bodies[request.path]) if request.path in bodies else reply(404)

        served = await serve(handler)
        return hardware(served.url), served

    return start


async def test_an_aggregate_of_just_these_is_paced_by_the_controller(rack):
    adapter, served = await rack(own_reset=True)
    assert await adapter.power_together(RACK, PowerAction.ON, batch=2, delay_s=30)
    assert served.paths("POST") == [f"{AGGREGATION}/Aggregates/rack/Reset"]
    asked = json.loads(served.seen[-1].body)
    assert asked == {"ResetType": "On", "BatchSize": 2, "DelayBetweenBatchesInSeconds": 30}


async def test_others_of_an_aggregate_are_never_reset_with_it(rack):
    adapter, served = await rack(own_reset=True)
    assert await adapter.power_together(RACK[:2], PowerAction.OFF, batch=1, delay_s=5)
    assert served.paths("POST") == [f"{AGGREGATION}/Reset"]
    assert json.loads(served.seen[-1].body)["TargetURIs"] == RACK[:2]


async def test_what_the_controller_cannot_pace_is_not_sent(rack):
    adapter, served = await rack(own_reset=False)
    assert not await adapter.power_together(RACK[:2], PowerAction.OFF, batch=1, delay_s=5)
    assert not await adapter.power_together(RACK, PowerAction.NMI, batch=1, delay_s=5)
    assert served.paths("POST") == []


async def test_gpus_of_the_baseboard_are_the_hosts(serve, hardware, capture, gb300, reply):
    """Counted anew at each look, and not at all before the service is known: a host alone has none."""
    whole, replaced = capture(gb300), {}
    served = await serve(lambda request: replaced.get(request.path) or whole(request))
    adapter = hardware(served.url)
    system = "/redfish/v1/Systems/System_0"
    unknown = await adapter.provisioner.boot_state(system, parts=True)
    assert (unknown.gpus, unknown.links) == (None, None)
    assert "not explored" in unknown.unread[0]
    await adapter.inventory()
    assert (await adapter.provisioner.boot_state(system, parts=True)).gpus == 4

    lost = "/redfish/v1/Systems/HGX_Baseboard_0/Processors/GPU_1"
    body = json.loads((gb300 / f"{lost[1:]}/index.json").read_text())
    replaced[lost] = reply(200, {**body, "Status": {"State": "Absent"}})
    assert (await adapter.provisioner.boot_state(system, parts=True)).gpus == 3
    replaced[lost] = reply(500)
    partial = await adapter.provisioner.boot_state(system, parts=True)
    assert partial.gpus is None
    assert partial.unread[0].startswith(f"{lost}: 500")
