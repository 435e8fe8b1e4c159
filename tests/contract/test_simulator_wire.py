"""The simulated pod over the wire: raw asyncssh and httpx, and the adapters of the product."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh
import httpx
import pytest

from backends.model.node import Power, Service
from backends.model.severity import Severity
from backends.ports import PowerAction
from backends.registry import open_adapters
from backends.simulator.faults import FAULTS, parse_fault
from backends.simulator.server import ServedPod, ServeOptions, serve
from backends.transport.tls import client_context

ROOT = "/redfish/v1"


class HandClock:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@asynccontextmanager
async def one_pod(*faults: str, clock: HandClock | None = None) -> AsyncIterator[ServedPod]:
    parsed = tuple(map(parse_fault, faults))
    options = ServeOptions(racks=2, nodes=4, faults=parsed, monotonic=clock or HandClock())
    async with serve(options) as pods:
        yield pods[0]


@asynccontextmanager
async def ssh(pod: ServedPod) -> AsyncIterator[asyncssh.SSHClientConnection]:
    end = pod.endpoints.ssh
    assert end is not None
    async with asyncssh.connect(
        end.host, end.port, username=end.user, client_keys=[end.identity], known_hosts=end.known_hosts, config=None
    ) as connection:
        yield connection


def password(pod: ServedPod) -> str:
    return Path(pod.endpoints.redfish[0].secret.password_command[-1]).read_text().strip()


@asynccontextmanager
async def http(pod: ServedPod, user: str = "operator", *, known: bool = True) -> AsyncIterator[httpx.AsyncClient]:
    end = pod.endpoints.redfish[0]
    auth = (user, password(pod)) if known else None
    async with httpx.AsyncClient(
        base_url=end.url, auth=auth, timeout=5, verify=client_context(fingerprint=end.fingerprint)
    ) as client:
        yield client


def links(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(links, value))
    if isinstance(value, dict):
        own = {value["@odata.id"].partition("#")[0]} if isinstance(value.get("@odata.id"), str) else set()
        return own.union(*map(links, value.values()))
    return set()


async def test_every_redfish_link_answers_to_who_is_known_and_to_nobody_else() -> None:
    async with one_pod() as pod, http(pod, "admin") as client, http(pod, known=False) as stranger:
        found, queue = {f"{ROOT}/"}, [f"{ROOT}/"]
        while queue:
            path = queue.pop()
            answer = await client.get(path)
            assert answer.status_code == 200, path
            assert answer.headers["OData-Version"] == "4.0"
            body = answer.json()
            if path != f"{ROOT}/":
                assert body["@odata.id"] == path
                assert (await stranger.get(path)).status_code == 401, path
            new = links(body) - found
            found |= new
            queue += new
        assert len(found) > 8 * 13
        for path in ("/redfish", ROOT, f"{ROOT}/", f"{ROOT}/odata", f"{ROOT}/$metadata"):
            assert (await stranger.get(path)).status_code == 200, path


async def test_redfish_answers_what_it_does_not_have_with_redfish_errors() -> None:
    async with one_pod() as pod, http(pod) as client:
        missing = await client.get(f"{ROOT}/Systems/nobody")
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "Base.1.18.ResourceMissingAtURI")
        wrong = await client.patch(f"{ROOT}/Chassis", json={})
        assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, HEAD")
        assert (await client.get(f"{ROOT}/Systems", params={"$filter": "Name"})).status_code == 501
        assert (await client.get(f"{ROOT}/Systems", params={"$expand": "!"})).status_code == 400
        expanded = await client.get(f"{ROOT}/Systems", params={"$expand": ".($levels=1)"})
        assert all("PowerState" in member for member in expanded.json()["Members"])
        again = await client.get(
            f"{ROOT}/Systems", headers={"If-None-Match": (await client.get(f"{ROOT}/Systems")).headers["ETag"]}
        )
        assert again.status_code == 304


async def test_sessions_are_made_used_listed_and_ended() -> None:
    async with one_pod() as pod, http(pod, known=False) as client:
        sessions = f"{ROOT}/SessionService/Sessions"
        refused = await client.post(sessions, json={"UserName": "operator", "Password": "wrong"})
        assert refused.status_code == 401
        made = await client.post(sessions, json={"UserName": "operator", "Password": password(pod)})
        assert made.status_code == 201
        token = {"X-Auth-Token": made.headers["X-Auth-Token"]}
        listed = await client.get(sessions, headers=token)
        assert links(listed.json()["Members"]) == {made.headers["Location"]}
        assert (await client.delete(made.headers["Location"], headers=token)).status_code == 204
        assert (await client.get(sessions, headers=token)).status_code == 401
        assert not pod.service.sessions.users()


async def test_reset_takes_its_time_and_slurm_notices() -> None:
    clock = HandClock()
    async with one_pod(clock=clock) as pod, http(pod) as client, ssh(pod) as head:
        path = f"{ROOT}/Systems/austin-r2-n04"
        target = (await client.get(path)).json()["Actions"]["#ComputerSystem.Reset"]["target"]
        assert (await client.post(target, json={"ResetType": "Explode"})).status_code == 400
        assert (await client.post(target, json={"ResetType": "ForceOff"})).status_code == 204
        assert (await client.get(path)).json()["PowerState"] == "PoweringOff"
        clock.now_s = 3
        assert (await client.get(path)).json()["PowerState"] == "Off"
        clock.now_s = 50
        state = str((await head.run("scontrol -o show node austin-r2-n04")).stdout)
        assert "State=DOWN+NOT_RESPONDING " in state
        assert "Reason=Not responding [slurm@" in state
        assert (await client.post(target, json={"ResetType": "ForceRestart"})).status_code == 409
        await client.post(target, json={"ResetType": "On"})
        clock.now_s = 100
        assert (await client.get(path)).json()["PowerState"] == "On"
        assert "State=DOWN" not in str((await head.run("scontrol -o show node austin-r2-n04")).stdout)


async def test_a_drain_over_ssh_lets_the_job_run_and_a_resume_gives_the_node_back() -> None:
    clock = HandClock()
    async with one_pod(clock=clock) as pod, ssh(pod) as head:

        async def run(line: str) -> tuple[int | None, str, str]:
            done = await head.run(line)
            return done.exit_status, str(done.stdout), str(done.stderr)

        world = pod.clock.world()
        node = next(node for node in world.nodes.values() if node.jobs)
        ends_s = max(world.scheduler.jobs[job].request.runs_s for job in node.jobs)
        update = f"scontrol update nodename={node.name}"
        assert await run(f"{update} state=drain") == (
            1,
            "",
            "You must specify a reason when DOWNING or DRAINING a node. Request denied\n",
        )
        assert await run(f"{update},nope state=drain reason='bad \"gpu\" 3'") == (
            1,
            "",
            "slurm_update error: Invalid node name specified\n",
        )
        shown = (await run(f"scontrol -o show node {node.name}"))[1]
        assert "State=MIXED+DRAIN " in shown or "State=ALLOCATED+DRAIN " in shown
        assert 'Reason=bad "gpu" 3 [root@' in shown
        clock.now_s = ends_s + 10.0
        assert "State=IDLE+DRAIN " in (await run(f"scontrol -o show node {node.name}"))[1]
        assert await run(f"{update} state=resume") == (0, "", "")
        assert "DRAIN" not in (await run(f"sinfo -h -N -n {node.name} -o %T"))[1].upper()
        idle = next(other.name for other in world.nodes.values() if not other.drain and not other.down)
        assert await run(f"scontrol update nodename={idle} state=resume") == (
            1,
            "",
            "slurm_update error: Invalid node state specified\n",
        )


async def test_ssh_lets_in_its_own_key_only_and_has_no_shell() -> None:
    async with one_pod() as pod:
        end = pod.endpoints.ssh
        assert end is not None
        stranger = asyncssh.generate_private_key("ssh-ed25519")
        with pytest.raises(asyncssh.PermissionDenied):
            await asyncssh.connect(
                end.host, end.port, username=end.user, client_keys=[stranger], known_hosts=end.known_hosts, config=None
            )
        async with ssh(pod) as head:
            assert (await head.run("rm -rf / ; true")).exit_status == 127
            assert (await head.run("hostname")).stdout == "austin-head\n"


async def test_the_services_fail_as_their_faults_say() -> None:
    async with one_pod("slurmctld-down") as pod, ssh(pod) as head:
        pinged = await head.run("scontrol ping")
        assert (pinged.exit_status, str(pinged.stdout).splitlines()[0]) == (
            1,
            "Slurmctld(primary) at austin-head is DOWN",
        )
    async with one_pod("bmc-503") as pod, http(pod) as client:
        answer = await client.get(f"{ROOT}/")
        assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    async with one_pod("bmc-hang") as pod, http(pod) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get(f"{ROOT}/", timeout=0.3)
    clock = HandClock()
    async with one_pod("ssh-down@5", clock=clock) as pod, ssh(pod) as head:
        assert (await head.run("true")).exit_status == 0
        clock.now_s = 6
        await asyncio.wait_for(head.wait_closed(), 5)
        with pytest.raises(OSError, match=r"refused|Connect call failed"):
            async with ssh(pod):
                pass


async def test_the_hardware_faults_show_on_redfish() -> None:
    clock = HandClock()
    gpu = f"{ROOT}/Systems/austin-r1-n03/Processors/GPU_1"
    async with (
        one_pod("gpu-lost:austin-r1-n03/1@1", "node-off:austin-r1-n04@1", clock=clock) as pod,
        http(pod) as client,
    ):
        assert (await client.get(gpu)).json()["Status"]["Health"] == "OK"
        clock.now_s = 2
        body = (await client.get(gpu)).json()
        assert body["Status"]["Health"] == "Critical"
        assert (await client.get(f"{gpu}/EnvironmentMetrics")).json()["TemperatureCelsius"]["Reading"] is None
        assert (await client.get(f"{ROOT}/Systems/austin-r1-n03")).json()["Status"]["Health"] == "Critical"
        assert (await client.get(f"{ROOT}/Chassis/austin-r1")).json()["Status"]["HealthRollup"] == "Critical"
        assert (await client.get(f"{ROOT}/Systems/austin-r1-n04")).json()["PowerState"] == "Off"


async def test_the_key_files_are_private_and_go_with_the_run() -> None:
    async with one_pod() as pod:
        assert pod.endpoints.ssh is not None
        identity = Path(pod.endpoints.ssh.identity)
        folder = identity.parent.parent
        assert [path.stat().st_mode & 0o777 for path in (identity, folder)] == [0o600, 0o700]
    assert not os.path.lexists(folder)  # noqa: ASYNC240 - one look, when nothing else runs


async def test_the_adapters_read_and_change_it_as_any_pod() -> None:
    clock = HandClock()
    async with one_pod(clock=clock) as pod:
        adapters = open_adapters(pod.endpoints)
        try:
            scheduler = adapters.scheduler
            assert scheduler is not None
            assert await scheduler.ping() == "24.11.5"
            world = pod.clock.world()
            nodes = (await scheduler.nodes()).nodes
            jobs = (await scheduler.jobs()).jobs
            layout = await scheduler.layout()
            assert {name: facts.gpu_indices_used for name, facts in nodes.items()} == {
                name: node.indices_used for name, node in world.nodes.items()
            }
            running = {str(job.number): job for job in world.scheduler.jobs.values() if job.state == "RUNNING"}
            assert {name: job.nodes for name, job in jobs.items() if job.running} == {
                name: job.nodes for name, job in running.items()
            }
            assert all(jobs[name].gpus == job.gpus for name, job in running.items())
            assert (layout.cluster, set(layout.partitions)) == ("austin", {"batch", "debug"})
            busy = next(name for name, node in world.nodes.items() if node.jobs)
            await scheduler.drain([busy], "a contract test")
            drained = (await scheduler.nodes()).nodes[busy]
            assert drained.service is Service.DRAINING
            assert drained.reason is not None
            assert drained.reason.text == "a contract test"
            await scheduler.resume([busy])
            assert (await scheduler.nodes()).nodes[busy].service is not Service.DRAINING
            hardware = adapters.hardware["redfish"]
            inventory = await hardware.inventory()
            assert inventory.errors == ()
            assert set(inventory.systems) == set(world.nodes)
            facts = inventory.systems[busy]
            assert (facts.power, facts.health, len(facts.gpus)) == (Power.ON, Severity.OK, 4)
            await hardware.power(facts.system, PowerAction.OFF)
            assert world.nodes[busy].power == "PoweringOff"
        finally:
            await adapters.close()
        assert not pod.service.sessions.users()


async def test_a_thousand_nodes_start_and_answer_quickly() -> None:
    begun_s = time.monotonic()
    async with serve(ServeOptions(racks=10, nodes=100)) as pods, ssh(pods[0]) as head:
        assert time.monotonic() - begun_s < 5
        begun_s = time.monotonic()
        shown = str((await head.run("scontrol -d -o show nodes")).stdout)
        assert time.monotonic() - begun_s < 1
        assert len(shown.splitlines()) == 1_000


def test_every_fault_has_a_line_of_its_own() -> None:
    assert len({kind.does for kind in FAULTS.values()}) == len(FAULTS)
