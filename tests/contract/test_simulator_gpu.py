"""GPUs and boots of the simulated pod as a client manages them: power limits, resets, boot progress, logs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from backends.model.endpoint import RedfishEndpoint, SecretRef
from backends.redfish.adapter import RedfishHardware
from backends.simulator.faults import parse_fault
from backends.simulator.gpu import SimGpu
from backends.simulator.node import SimNode
from backends.simulator.redfish.listener import HOST, HttpListener
from backends.simulator.redfish.service import RedfishService
from backends.simulator.server import ServedPod, ServeOptions, serve
from backends.simulator.shape import PodShape
from backends.simulator.world import World
from backends.transport.http import HttpClient
from backends.transport.tls import client_context

ROOT = "/redfish/v1"


class HandClock:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@asynccontextmanager
async def one_pod(*faults: str) -> AsyncIterator[tuple[ServedPod, HandClock]]:
    clock = HandClock()
    options = ServeOptions(racks=1, nodes=4, faults=tuple(map(parse_fault, faults)), monotonic=clock)
    async with serve(options) as pods:
        yield pods[0], clock


def _line(path: Path) -> str:
    return path.read_text().strip()


@asynccontextmanager
async def http(pod: ServedPod, user: str = "operator") -> AsyncIterator[httpx.AsyncClient]:
    end = pod.endpoints.redfish[0]
    password = await asyncio.to_thread(_line, Path(end.secret.password_command[-1]))
    async with httpx.AsyncClient(
        base_url=end.url, auth=(user, password), timeout=5, verify=client_context(fingerprint=end.fingerprint)
    ) as client:
        yield client


def busy(pod: ServedPod) -> tuple[SimNode, SimGpu, str]:
    """A GPU that works hard, its node and its path."""
    nodes = pod.clock.world().nodes.values()
    node, gpu = max(((node, gpu) for node in nodes for gpu in node.gpus), key=lambda pair: pair[1].heat.run)
    assert gpu.heat.run > 0.6
    return node, gpu, f"{ROOT}/Systems/{node.name}/Processors/GPU_{gpu.index}"


async def test_a_power_limit_that_is_set_lowers_draw_clock_and_pace_and_is_lifted_again() -> None:
    async with one_pod() as (pod, clock), http(pod) as client:
        node, gpu, path = busy(pod)
        place = f"{path}/EnvironmentMetrics"
        before = (await client.get(place)).json()
        assert before["PowerLimitWatts"]["SetPoint"] == before["PowerLimitWatts"]["DefaultSetPoint"] == 1_400
        assert before["PowerWatts"]["Reading"] > 700
        tray = f"{ROOT}/Chassis/{node.name.replace('-n', '-t')}/EnvironmentMetrics"
        tray_w = (await client.get(tray)).json()["PowerWatts"]["Reading"]
        etag = before["@odata.etag"]
        stale = await client.patch(place, json={"PowerLimitWatts": {"SetPoint": 500}}, headers={"If-Match": '"x"'})
        assert stale.status_code == 412
        done = await client.patch(place, json={"PowerLimitWatts": {"SetPoint": 500}}, headers={"If-Match": etag})
        assert (done.status_code, done.json()["PowerLimitWatts"]["SetPoint"]) == (200, 500)
        for second in range(20, 120, 7):
            clock.now_s = second
            assert (await client.get(place)).json()["PowerWatts"]["Reading"] <= 500
        held = (await client.get(path)).json()
        assert held["ThrottleCauses"] == ["PowerLimit"]
        assert held["OperatingSpeedMHz"] < held["MaxSpeedMHz"]
        metrics = (await client.get(f"{path}/ProcessorMetrics")).json()
        assert float(metrics["PowerLimitThrottleDuration"].strip("PTS")) == pytest.approx(clock.now_s, abs=1.1)
        assert (await client.get(tray)).json()["PowerWatts"]["Reading"] < tray_w - 200
        job = pod.clock.world().scheduler.jobs[gpu.job or 0]
        assert job.pace == pytest.approx(gpu.pace)
        assert job.pace < 0.5
        mode = await client.patch(place, json={"PowerLimitWatts": {"ControlMode": "Disabled"}})
        assert mode.status_code == 200
        assert (await client.get(path)).json()["ThrottleCauses"] == []
        assert job.pace == 1


@pytest.mark.parametrize("value", [1_500, 100, "500", True, None])
async def test_a_power_limit_out_of_bounds_is_refused_and_changes_nothing(value: object) -> None:
    async with one_pod() as (pod, _), http(pod) as client, http(pod, "monitor") as reader:
        _, gpu, path = busy(pod)
        answer = await client.patch(f"{path}/EnvironmentMetrics", json={"PowerLimitWatts": {"SetPoint": value}})
        assert answer.status_code == 400
        assert (await reader.patch(f"{path}/EnvironmentMetrics", json={"PowerLimitWatts": {}})).status_code == 403
        assert gpu.limit_w == 1_400


async def test_a_gpu_that_is_reset_is_silent_for_a_while_and_costs_its_job() -> None:
    async with one_pod() as (pod, clock), http(pod) as client:
        node, gpu, path = busy(pod)
        job = pod.clock.world().scheduler.jobs[gpu.job or 0]
        action = (await client.get(path)).json()["Actions"]["#Processor.Reset"]
        assert (await client.post(action["target"], json={"ResetType": "Nmi"})).status_code == 400
        assert (await client.post(action["target"], json={"ResetType": "ForceRestart"})).status_code == 204
        clock.now_s = 6
        assert (await client.get(path)).json()["Status"]["State"] == "Starting"
        environment = (await client.get(f"{path}/EnvironmentMetrics")).json()
        assert environment["PowerWatts"]["Reading"] is None
        sensor = (await client.get(environment["PowerWatts"]["DataSourceUri"])).json()
        assert (sensor["Reading"], sensor["Status"]["State"]) == (None, "UnavailableOffline")
        assert (await client.get(f"{path}/Ports/NVLink_0")).json()["LinkStatus"] == "NoLink"
        assert job.state == "FAILED"
        clock.now_s = 9
        assert (await client.get(path)).json()["Status"]["State"] == "Enabled"
        assert (await client.get(f"{path}/Ports/NVLink_0")).json()["LinkStatus"] == "LinkUp"
        await client.post(f"{ROOT}/Systems/{node.name}/Actions/ComputerSystem.Reset", json={"ResetType": "ForceOff"})
        clock.now_s = 20
        assert (await client.post(action["target"], json={"ResetType": "ForceRestart"})).status_code == 409


async def test_a_reset_maps_out_bad_memory_and_begins_the_counts_since_then_anew() -> None:
    async with one_pod("gpu-ecc@1") as (pod, clock), http(pod) as client:
        clock.now_s = 100
        path = f"{ROOT}/Systems/austin-r1-n03/Processors/GPU_0"
        counts = f"{ROOT}/Systems/austin-r1-n03/Memory/GPU_0_DRAM_0/MemoryMetrics"
        assert (await client.get(path)).json()["Status"]["Health"] == "Warning"
        before = (await client.get(counts)).json()
        assert before["CurrentPeriod"]["CorrectableECCErrorCount"] > 50
        await client.post(f"{path}/Actions/Processor.Reset", json={"ResetType": "ForceRestart"})
        clock.now_s = 200
        after = (await client.get(counts)).json()
        assert (await client.get(path)).json()["Status"]["Health"] == "OK"
        assert after["CurrentPeriod"] == {"CorrectableECCErrorCount": 0, "UncorrectableECCErrorCount": 0} or (
            after["CurrentPeriod"]["CorrectableECCErrorCount"] <= 6
        )
        assert after["LifeTime"]["UncorrectableECCErrorCount"] == 1


async def test_a_boot_that_hangs_stays_where_it_is_and_becomes_a_condition() -> None:
    async with one_pod("node-never-boots@5-200") as (pod, clock), http(pod) as client:
        path = f"{ROOT}/Systems/austin-r1-n03"
        clock.now_s = 4
        assert (await client.get(path)).json()["BootProgress"]["LastState"] == "OSRunning"
        seen = []
        for second in (6, 11, 15, 20, 60, 94):
            clock.now_s = second
            system = (await client.get(path)).json()
            seen.append(system["BootProgress"]["LastState"])
            assert system["Status"]["Health"] == "OK"
        assert len(set(seen)) >= 3
        assert seen[-3:] == ["OSBootStarted"] * 3
        since = system["BootProgress"]["LastStateTime"]
        clock.now_s = 120
        late = (await client.get(path)).json()
        assert late["BootProgress"] == {"LastState": "OSBootStarted", "LastStateTime": since}
        assert late["Status"]["Health"] == "Critical"
        assert "OSBootStarted" in late["Status"]["Conditions"][0]["Message"]
        conditions = (await client.get(f"{ROOT}/ServiceConditions")).json()["Conditions"]
        assert [each["OriginOfCondition"]["@odata.id"] for each in conditions] == [path]
        clock.now_s = 210
        await client.post(f"{path}/Actions/ComputerSystem.Reset", json={"ResetType": "ForceRestart"})
        clock.now_s = 260
        again = (await client.get(path)).json()
        assert (again["BootProgress"]["LastState"], again["Status"]["Health"]) == ("OSRunning", "OK")
        entries = (await client.get(f"{path}/LogServices/EventLog/Entries")).json()["Members"]
        assert [each["Severity"] for each in entries] == ["OK", "OK", "Critical", "OK", "OK"]
        boots = [each for each in entries if "AdditionalDataURI" in each]
        logs = [(await client.get(each["AdditionalDataURI"])).text.splitlines() for each in boots]
        assert [lines[-1].split()[1] for lines in logs] == ["OSRunning", "OSBootStarted", "OSRunning"]


async def test_the_certificate_that_is_shown_is_the_one_on_the_wire_and_no_image_is_taken() -> None:
    async with one_pod() as (pod, _), http(pod, "admin") as client:
        where = f"{ROOT}/Managers/controller/NetworkProtocol/HTTPS/Certificates/1"
        shown = (await client.get(where)).json()
        assert shown["Fingerprint"].replace(":", "") == pod.endpoints.redfish[0].fingerprint
        service = (await client.get(f"{ROOT}/UpdateService")).json()
        assert service["ServiceEnabled"] is False
        assert (await client.post(service["HttpPushUri"], content=b"image")).status_code == 503
        assert (await client.get(service["HttpPushUri"])).status_code == 405


@pytest.mark.parametrize("nodes", [2, 6])
async def test_the_console_reads_none_of_what_it_does_not_need(nodes: int) -> None:
    world = World(PodShape(racks=1, nodes_per_rack=nodes, gpus_per_node=2), datetime(2026, 3, 1, tzinfo=UTC))
    service = RedfishService(lambda: world, "secret", HandClock())
    asked: list[str] = []

    async def noted(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(scope["path"])
        await service.app(scope, receive, send)

    listener = HttpListener(noted)
    await listener.open()
    secret = SecretRef(password_command=("echo", "secret"))
    end = RedfishEndpoint(url=f"http://{HOST}:{listener.port}", user="operator", secret=secret)
    adapter = RedfishHardware(HttpClient(end), end)
    await adapter.inventory()
    await adapter.close()
    service.close()
    await listener.close()
    assert len(asked) > 20
    words = ("PCIeDevices", "Assembly", "/LogServices", "Certificate", "Inventory", "Sensors/GPU", "Sensors/CPU")
    assert [path for path in asked if any(word in path for word in words)] == []
    # Where $expand is tried for the first time one resource of a kind is read alone as well, whatever the pod's size.
    assert len({path for path in asked if "/CPU_" in path}) <= 6
