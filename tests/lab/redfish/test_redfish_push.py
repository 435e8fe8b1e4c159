"""Events of the simulated pod: each alarm tells itself, destinations get theirs, and a cut stream loses nothing."""

import asyncio
import contextlib
import json
from pathlib import Path

import httpx
import pytest

from backends.simulator.faults import parse_fault
from backends.simulator.server import ServeOptions, serve
from backends.transport.tls import client_context

ROOT = "/redfish/v1"
EVENTS = f"{ROOT}/EventService"
SUBSCRIPTIONS = f"{EVENTS}/Subscriptions"
STREAM = f"{EVENTS}/SSE"
TEST = f"{EVENTS}/Actions/EventService.SubmitTestEvent"
WITHIN_S = 10.0


class Pod:
    """One small pod, a client of its controller, and the clock they share."""

    def __init__(self) -> None:
        self.now_s = 0.0

    @contextlib.asynccontextmanager
    async def open(self, *faults):
        parsed = tuple(map(parse_fault, faults))
        async with serve(ServeOptions(racks=1, nodes=2, gpus=2, faults=parsed, monotonic=lambda: self.now_s)) as pods:
            end = pods[0].endpoints.redfish[0]
            file = Path(end.secret.password_command[-1])
            password = (await asyncio.to_thread(file.read_text)).strip()
            verify = client_context(fingerprint=end.fingerprint)
            async with httpx.AsyncClient(base_url=end.url, auth=("admin", password), timeout=5, verify=verify) as one:
                self.client = one
                yield one

    async def subscribe(self, url, **more):
        asked = {"Destination": url, "Protocol": "Redfish", **more}
        answer = await self.client.post(SUBSCRIPTIONS, json=asked)
        assert answer.status_code == 201
        return answer.headers["Location"]

    async def retry(self, attempts, interval_s=0):
        wanted = {"DeliveryRetryAttempts": attempts, "DeliveryRetryIntervalSeconds": interval_s}
        answer = await self.client.patch(EVENTS, json=wanted)
        assert wanted.items() <= answer.json().items()

    async def told(self, since=0):
        """What is in the controller's log after an event, oldest first."""
        entries = (await self.client.get(f"{ROOT}/Managers/controller/LogServices/Events/Entries?$expand=.")).json()
        return [one for one in entries["Members"] if int(one["EventId"]) > since]


@pytest.fixture
def pod():
    return Pod()


async def until(condition):
    async with asyncio.timeout(WITHIN_S):
        while not (found := await condition()):  # noqa: ASYNC110 - what the pod does has no event to wait on
            await asyncio.sleep(0.01)
    return found


def posted(server):
    return [json.loads(request.body) for request in server.seen if request.method == "POST"]


@pytest.mark.parametrize(
    ("fault", "raised", "settled", "origin"),
    [
        ("pump-fail", "Environmental.1.1.PumpFailed", "Environmental.1.1.PumpRestored", "CDUs/austin-cdu1/Pumps/pump1"),
        ("cdu-leak", "Environmental.1.1.LeakDetectedCritical", "Environmental.1.1.LeakDetectedNormal", "LeakDetectors"),
        ("psu-lost", "Power.1.0.PowerSupplyFailed", "Power.1.0.PowerSupplyRestored", "PowerSupplies/psu1"),
        (
            "gpu-lost",
            "ResourceEvent.1.4.ResourceStatusChangedCritical",
            "ResourceEvent.1.4.ResourceStatusChangedOK",
            "Processors/GPU_0",
        ),
    ],
)
async def test_an_alarm_is_told_when_it_is_raised_and_when_it_is_settled(pod, fault, raised, settled, origin):
    async with pod.open(f"{fault}@5-6"):
        pod.now_s = 20.0  # it came and went while nobody looked
        told = [
            (one["MessageId"], one["Severity"])
            for one in await pod.told()
            if origin in one["Links"]["OriginOfCondition"]["@odata.id"]
        ]
        assert (raised, "Critical") in told
        assert told.index((raised, "Critical")) < told.index((settled, "OK"))


async def test_a_destination_gets_each_event_with_its_context_and_headers(pod, serve, reply):
    server = await serve(lambda _: reply(204))
    async with pod.open("pump-fail@5") as client:
        path = await pod.subscribe(
            f"{server.url}/events", Context="rack 7", HttpHeaders=[{"X-Key": "secret"}], Severities=["Critical"]
        )
        subscription = (await client.get(path)).json()
        assert (subscription["HttpHeaders"], subscription["Status"]["State"]) == ([], "Enabled")
        pod.now_s = 6.0
        await server.asked("POST")
        event = posted(server)[0]
        assert (event["Context"], event["Events"][0]["MessageId"]) == ("rack 7", "Environmental.1.1.PumpFailed")
        assert event["Events"][0]["OriginOfCondition"]["@odata.id"].endswith("/Pumps/pump1")
        assert {request.headers["x-key"] for request in server.seen} == {"secret"}
        assert {one["MessageSeverity"] for sent in posted(server) for one in sent["Events"]} == {"Critical"}
        assert (await client.delete(path)).status_code in (200, 204)


@pytest.mark.parametrize("policy", ["TerminateAfterRetries", "SuspendRetries", "RetryForever"])
async def test_what_does_not_arrive_is_tried_again_as_the_policy_says(pod, serve, reply, policy):
    works = False
    server = await serve(lambda _: reply(204 if works else 500))
    async with pod.open() as client:
        await pod.retry(attempts=2)
        path = await pod.subscribe(server.url, DeliveryRetryPolicy=policy)
        await client.post(TEST, json={"MessageId": "Own.1.0.First"})

        async def state():
            answer = await client.get(path)
            return answer.json()["Status"]["State"] if answer.status_code == 200 else "gone"

        async def gave_up():
            return await state() in ("gone", "Disabled") or len(posted(server)) > 6

        await until(gave_up)
        assert await state() == {"SuspendRetries": "Disabled", "RetryForever": "Enabled"}.get(policy, "gone")
        assert (len(posted(server)) == 3) is (policy != "RetryForever")
        works = True
        if policy == "SuspendRetries":
            await client.post(TEST, json={"MessageId": "Own.1.0.Missed"})
            answer = await client.post(f"{path}/Actions/EventDestination.ResumeSubscription", json={})
            assert answer.status_code == 204
            await client.post(TEST, json={"MessageId": "Own.1.0.Second"})

        async def arrived():
            return [one["Events"][0]["MessageId"] for one in posted(server)][-1:]

        wanted = {"SuspendRetries": "Own.1.0.Second"}.get(policy, "Own.1.0.First")
        await until(lambda: _is(arrived, [wanted]))


async def _is(read, wanted):
    return await read() == wanted


async def test_nothing_is_sent_to_other_machines(pod):
    async with pod.open() as client:
        path = await pod.subscribe("https://192.0.2.7/events")
        assert (await client.get(path)).json()["Status"]["State"] == "Disabled"
        refused = await client.post(SUBSCRIPTIONS, json={"Destination": "ftp://127.0.0.1", "Protocol": "Redfish"})
        assert refused.status_code == 400


async def test_a_test_event_is_told_as_it_was_asked_for(pod):
    async with pod.open() as client:
        asked = {
            "MessageId": "Alert.1.0.FanStopped",
            "MessageArgs": ["Fan 3"],
            "Message": "Fan 3 stopped",
            "MessageSeverity": "Warning",
            "OriginOfCondition": f"{ROOT}/Chassis/austin-r1-t01",
        }
        assert (await client.post(TEST, json=asked)).status_code == 204
        (entry,) = [one for one in await pod.told() if one["MessageId"] == asked["MessageId"]]
        assert (entry["Message"], entry["Severity"], entry["MessageArgs"]) == ("Fan 3 stopped", "Warning", ["Fan 3"])
        assert entry["Links"]["OriginOfCondition"]["@odata.id"] == asked["OriginOfCondition"]


async def test_dropped_streams_are_cut_refused_and_lose_nothing(pod):
    async with pod.open("sse-drop@5-10", "pump-fail@7") as client:
        async with client.stream("GET", STREAM) as stream:
            assert stream.status_code == 200
            lines = stream.aiter_lines()
            assert await anext(lines) == ": open"
            pod.now_s = 6.0
            async with asyncio.timeout(WITHIN_S):
                rest = [line async for line in lines if line]
            assert rest == []
        refused = await client.get(STREAM)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        pod.now_s = 8.0
        assert (await client.get(f"{ROOT}/Systems/austin-r1-n01")).status_code == 200
        pod.now_s = 11.0
        async with client.stream("GET", STREAM, headers={"Last-Event-ID": "0"}) as stream:
            async with asyncio.timeout(WITHIN_S):
                async for line in stream.aiter_lines():
                    if "Environmental.1.1.PumpFailed" in line:
                        break
