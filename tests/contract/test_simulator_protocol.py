"""What the simulated controller's protocol does beyond what DMTF's validators look at."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from backends.simulator.faults import parse_fault
from backends.simulator.server import ServedPod, ServeOptions, serve
from backends.transport.tls import client_context

ROOT = "/redfish/v1"
NODE = f"{ROOT}/Systems/austin-r1-n01"
RESET = f"{NODE}/Actions/ComputerSystem.Reset"
STREAM = f"{ROOT}/EventService/SSE"
TEST_EVENT = f"{ROOT}/EventService/Actions/EventService.SubmitTestEvent"


class HandClock:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def hand() -> HandClock:
    return HandClock()


@asynccontextmanager
async def one_pod(hand: HandClock, *faults: str, plain: bool = False) -> AsyncIterator[ServedPod]:
    parsed = tuple(map(parse_fault, faults))
    async with serve(ServeOptions(racks=1, nodes=2, gpus=2, faults=parsed, monotonic=hand, plain=plain)) as pods:
        yield pods[0]


def password(pod: ServedPod) -> str:
    return Path(pod.endpoints.redfish[0].secret.password_command[-1]).read_text().strip()


@asynccontextmanager
async def client(pod: ServedPod, user: str = "admin") -> AsyncIterator[httpx.AsyncClient]:
    end = pod.endpoints.redfish[0]
    verify = client_context(fingerprint=end.fingerprint) if end.fingerprint else True
    async with httpx.AsyncClient(base_url=end.url, auth=(user, password(pod)), timeout=5, verify=verify) as one:
        yield one


async def read_events(one: httpx.AsyncClient, count: int, headers: dict[str, str], query: str = "") -> list[dict]:
    """The first events of a new stream; the stream is closed then."""
    events = []
    async with asyncio.timeout(5), one.stream("GET", STREAM + query, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                events.append(json.loads(line.removeprefix("data: ")))
                if len(events) == count:
                    break
    return events


async def test_each_role_may_do_what_its_privileges_say(hand) -> None:
    async with one_pod(hand) as pod:
        tried = {}
        for user in ("monitor", "operator", "admin"):
            async with client(pod, user) as one:
                tried[user] = [
                    (await one.get(NODE)).status_code,
                    (await one.patch(NODE, json={"AssetTag": user})).status_code,
                    (await one.get(f"{ROOT}/AccountService/Accounts")).status_code,
                    (await one.patch(f"{ROOT}/SessionService", json={"SessionTimeout": 600})).status_code,
                ]
        assert tried == {
            "monitor": [200, 403, 403, 403],
            "operator": [200, 200, 403, 403],
            "admin": [200, 200, 200, 200],
        }


async def test_basic_is_for_tls_only_and_a_session_works_without(hand) -> None:
    async with one_pod(hand, plain=True) as pod, client(pod) as one:
        assert pod.endpoints.redfish[0].url.startswith("http://")
        assert (await one.get(NODE)).status_code == 401
        asked = {"UserName": "operator", "Password": password(pod)}
        made = await one.post(f"{ROOT}/SessionService/Sessions", json=asked)
        token = {"X-Auth-Token": made.headers["X-Auth-Token"]}
        assert (await one.get(NODE, headers=token)).status_code == 200
        hand.now_s = 1_801
        assert (await one.get(NODE, headers=token)).status_code == 401
        assert pod.service.sessions.users() == []


async def test_a_boot_override_for_once_is_used_up_by_a_boot(hand) -> None:
    async with one_pod(hand) as pod, client(pod, "operator") as one:
        boot = {"BootSourceOverrideEnabled": "Once", "BootSourceOverrideTarget": "Pxe"}
        before = await one.get(NODE)
        assert (await one.patch(NODE, json={"Boot": boot})).status_code == 200
        stale = await one.patch(NODE, json={"AssetTag": "x"}, headers={"If-Match": before.headers["ETag"]})
        assert stale.status_code == 412
        assert boot.items() <= (await one.get(NODE)).json()["Boot"].items()
        assert (await one.post(RESET, json={"ResetType": "ForceRestart"})).status_code == 204
        after = (await one.get(NODE)).json()["Boot"]
        assert (after["BootSourceOverrideEnabled"], after["BootSourceOverrideTarget"]) == ("Disabled", "None")
        bad = await one.patch(NODE, json={"AssetTag": "y", "Boot": {"BootSourceOverrideTarget": "Floppy"}})
        assert bad.status_code == 400
        assert (await one.get(NODE)).json()["AssetTag"] == ""


async def test_a_stream_tells_what_happens_and_replays_what_was_missed(hand) -> None:
    async with one_pod(hand) as pod, client(pod) as one, client(pod) as other:
        listening = asyncio.create_task(read_events(one, 2, {"Last-Event-ID": "0"}))
        assert (await other.post(RESET, json={"ResetType": "ForceOff"})).status_code == 204
        hand.now_s = 5
        await other.get(NODE)
        told = [each["Events"][0] for each in await listening]
        assert [each["MessageId"].rpartition(".")[2] for each in told] == ["ResourcePoweringOff", "ResourcePoweredOff"]
        assert all(each["OriginOfCondition"] == {"@odata.id": NODE} for each in told)
        assert (await other.post(TEST_EVENT, json={})).status_code == 204
        first = int(told[-1]["EventId"])
        replayed = await read_events(
            one, 1, {"Last-Event-ID": str(first)}, "?$filter=MessageId eq 'ResourceEvent.1.4.TestMessage'"
        )
        assert int(replayed[0]["Id"]) > first
        async with asyncio.timeout(5):
            # The service notices a closed connection in its own time, and has nobody to tell.
            while (await other.get(f"{ROOT}/EventService/Subscriptions")).json()["Members"]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert (await one.get(f"{STREAM}?$filter=nonsense")).status_code == 400


async def test_a_log_is_collected_by_a_task_and_an_entry_acknowledged(hand) -> None:
    async with one_pod(hand, "gpu-xid") as pod, client(pod) as one:
        hand.now_s = 1
        log = f"{ROOT}/Managers/controller/LogServices/Events"
        entries = (await one.get(f"{log}/Entries", params={"$expand": "."})).json()["Members"]
        entry = next(each for each in entries if each["Severity"] == "Critical")
        assert (await one.patch(entry["@odata.id"], json={"Resolved": True})).json()["Resolved"] is True
        target = f"{log}/Actions/LogService.CollectDiagnosticData"
        begun = await one.post(target, json={"DiagnosticDataType": "Manager"})
        assert (begun.status_code, begun.json()["TaskState"]) == (202, "Running")
        monitor = begun.headers["Location"]
        assert (await one.get(monitor)).status_code == 202
        hand.now_s = 10
        done = await one.get(monitor)
        assert done.status_code == 204
        assert entry["Message"] in (await one.get(done.headers["Location"])).text
        assert (await one.get(begun.json()["@odata.id"])).json()["TaskState"] == "Completed"


async def test_an_image_goes_into_a_drive_and_out_again(hand) -> None:
    async with one_pod(hand) as pod, client(pod, "operator") as one:
        drive = f"{NODE}/VirtualMedia/CD1"
        insert, eject = f"{drive}/Actions/VirtualMedia.InsertMedia", f"{drive}/Actions/VirtualMedia.EjectMedia"
        assert (await one.post(insert, json={})).status_code == 400
        assert (await one.post(insert, json={"Image": "not a place"})).status_code == 400
        assert (await one.post(insert, json={"Image": "http://host/os.iso"})).status_code == 204
        assert (await one.get(drive)).json()["ImageName"] == "os.iso"
        assert (await one.post(insert, json={"Image": "http://host/two.iso"})).status_code == 409
        assert (await one.post(eject, json={})).status_code == 204
        assert (await one.get(drive)).json()["Inserted"] is False


async def test_queries_select_page_and_refuse(hand) -> None:
    async with one_pod(hand) as pod, client(pod) as one:
        systems = f"{ROOT}/Systems"
        page = (await one.get(systems, params={"$top": "1"})).json()
        assert (len(page["Members"]), page["Members@odata.count"]) == (1, 2)
        rest = (await one.get(page["Members@odata.nextLink"])).json()
        assert len(rest["Members"]) == 1
        assert "Members@odata.nextLink" not in rest
        assert rest["Members"] != page["Members"]
        chosen = (await one.get(NODE, params={"$select": "Status/State"})).json()
        assert chosen["Status"] == {"State": "Enabled"}
        assert "PowerState" not in chosen
        assert (await one.get(f"{ROOT}/Managers?only")).json()["Id"] == "controller"
        for query, status in (("$top=x", 400), ("only=1", 400), ("$select=", 400), ("$nope=1", 501), ("nope=1", 200)):
            assert (await one.get(f"{systems}?{query}")).status_code == status, query
        assert (await one.post(RESET, content=b"{", headers={"Content-Type": "application/json"})).status_code == 400
