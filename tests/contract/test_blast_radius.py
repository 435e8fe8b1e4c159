"""`megapod blast ENTITY` for every kind of thing, both ways, on the simulated pod; compared with its own books."""

import pytest

from backends.model.snapshot import Snapshot
from backends.model.topology import Confidence, Kind
from backends.simulator.server import ServeOptions, serve
from backends.simulator.strikes import STRIKES
from console.config import Config, PodConfig
from console.headless.blast import find
from console.headless.diagnostics import Stop
from console.insight.radius import radius
from console.state.session import Session
from console.views.radius import lines

R1 = {f"austin-r1-n0{slot}" for slot in (1, 2, 3)}
ALL = R1 | {f"austin-r2-n0{slot}" for slot in (1, 2, 3)}


@pytest.fixture
async def pod() -> tuple[Snapshot, dict[str, dict[str, tuple[int, ...]]]]:
    """The pod as the console sees it with a pump stopped, and the simulator's own running jobs with their GPUs."""
    async with serve(ServeOptions(racks=2, nodes=3, gpus=2, monotonic=lambda: 0.0)) as (served,):
        end = served.endpoints
        known = {end.pod: PodConfig(ssh=end.ssh, scheduler=end.scheduler, redfish=end.redfish)}
        world = served.clock.world()
        STRIKES["pump-fail"](world, "austin-cdu1/pump1", on=True)
        async with Session(Config(pods=known)) as session:
            now = (await session.look(20.0))[end.pod]
        jobs = {str(job.number): job.indices for job in world.scheduler.jobs.values() if job.indices}
        return now, jobs


def first(now: Snapshot, kind: Kind, word: str = "") -> str:
    return next(one.id for one in now.topology.of_kind(kind) if word in one.id)


async def test_down_from_every_kind_of_thing_to_nodes_jobs_gangs_and_users(pod) -> None:
    now, jobs = pod
    cases = {
        "pod:austin": ALL,
        first(now, Kind.RACK): R1,
        first(now, Kind.TRAY, "r1-t02"): {"austin-r1-n02"},
        "node:austin-r1-n02": {"austin-r1-n02"},
        first(now, Kind.CDU): ALL,
        first(now, Kind.PUMP): ALL,
        first(now, Kind.FILTER): ALL,
        first(now, Kind.LEAK_DETECTOR, "cdu1"): ALL,
        first(now, Kind.LEAK_DETECTOR, "r1-t02"): {"austin-r1-n02"},
        first(now, Kind.LOOP, "tcs"): ALL,
        first(now, Kind.POWER_SHELF): R1,
        first(now, Kind.POWER_SUPPLY): R1,
        first(now, Kind.PDU): R1,
        first(now, Kind.OUTLET, "pdu1"): R1,
        first(now, Kind.SWITCH, "r1-sw"): R1,
        first(now, Kind.NVLINK_DOMAIN): R1,
        first(now, Kind.FAN, "r1-t02"): {"austin-r1-n02"},
    }
    for entity, nodes in cases.items():
        found = radius(now, entity)
        assert {one.id.removeprefix("node:") for one in found.nodes} == nodes, entity
        hit = {job for job, indices in jobs.items() if nodes & set(indices)}
        assert {job.id for job in found.jobs} == hit, entity
        assert set(found.gang_nodes) == {node for job in hit for node in jobs[job]} - nodes, entity
        assert set(found.users) == {now.jobs[job].user for job in hit}, entity
        assert found.gpus == 2 * len(nodes), entity
        assert {one.confidence for one in found.nodes} <= set(Confidence)


@pytest.mark.parametrize("name", ["gpu:{}/{}", "{}/{}", "link:{}/{}/0"])
async def test_a_gpu_and_its_links_hit_the_job_that_holds_it_and_no_other(pod, name) -> None:
    now, jobs = pod
    for node in ALL:
        for index in (0, 1):
            _, entity = find(name.format(node, index), {"austin": now})
            found = radius(now, entity)
            holders = {job for job, indices in jobs.items() if index in indices.get(node, ())}
            assert ({job.id for job in found.jobs}, found.gpus) == (holders, 1)
            assert any(one.kind is Kind.RACK for one in found.above)


async def test_up_from_a_slow_job_to_the_pump_that_is_to_blame(pod) -> None:
    now, jobs = pod
    for job, indices in jobs.items():
        found = radius(now, f"job:{job}")
        assert {one.id.removeprefix("node:") for one in found.nodes} == set(indices)
        kinds = {one.kind for one in found.above}
        assert {Kind.RACK, Kind.CDU, Kind.POWER_SHELF, Kind.POWER_SUPPLY, Kind.OUTLET, Kind.SWITCH} <= kinds
        assert "pump:austin-cdu1/pump1" in {finding.entity for finding in found.findings}
        assert any("pump1" in line.text for line in lines(found))


async def test_what_is_not_there_is_a_usage_error_with_the_nearest_names(pod) -> None:
    now, _ = pod
    for words in (
        "cdu:austin-cdu9",
        "austin-r1-n09",
        "gpu:austin-r1-n01/7",
        "link:austin-r1-n01/0/99",
        "gpu:nowhere/0",
    ):
        with pytest.raises(Stop) as stopped:
            find(words, {"austin": now})
        assert stopped.value.code == 2
    with pytest.raises(Stop, match="did you mean cdu:austin-cdu1"):
        find("cdu:austin-cdu9", {"austin": now})
    with pytest.raises(Stop, match=r"node:austin-r\d-n0\d, .* or "):
        find("austin-r1-n09", {"austin": now})
