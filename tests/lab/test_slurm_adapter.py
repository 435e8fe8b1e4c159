import time

import pytest

from backends.errors import Rejected, Unreachable
from backends.model.node import Service
from backends.model.topology import Kind, Relation
from backends.slurm.adapter import SlurmScheduler

pytestmark = [pytest.mark.slurm, pytest.mark.sshd]

EVIL = "\x1b[2J\x1b]0;owned\a[red]x[/]|a\nb Nodes=gpu001 CPU_IDs=0 Mem=1 GRES=gpu:h100:8(IDX:0-7) \u202e<0>"


async def job_by_name(scheduler, name):
    jobs = (await scheduler.jobs()).jobs.values()
    return next((job for job in jobs if job.name.startswith(name)), None)


def running(scheduler, job_id):
    async def ask():
        job = (await scheduler.jobs()).jobs.get(job_id)
        return job if job and job.running else None

    return ask


def serving(scheduler, node, *services):
    async def ask():
        return (await scheduler.nodes()).nodes[node].service in services

    return ask


async def test_nodes_are_all_there_and_idle(pod, scheduler):
    found = (await scheduler.nodes()).nodes
    assert list(found) == pod.names
    node = found["gpu001"]
    assert node.service is Service.IDLE
    assert (node.gpus, node.gpus_used, node.gpu_model, node.cpus) == (8, 0, "h100", 64)
    assert node.partitions == ("batch", "debug")
    assert node.responding
    assert node.boot_at is not None


async def test_layout_has_partitions_switches_and_the_version(pod, scheduler):
    layout = await scheduler.layout()
    assert layout.cluster == "lab"
    assert layout.version == await scheduler.ping()
    assert {name: len(partition.nodes) for name, partition in layout.partitions.items()} == {"batch": 16, "debug": 4}
    assert layout.partitions["debug"].time_limit_s == 3600
    assert layout.partitions["batch"].default
    assert [part.name for part in layout.components if part.kind is Kind.SWITCH] == [
        "leaf1",
        "leaf2",
        "leaf3",
        "leaf4",
        "spine",
    ]
    links = {(edge.source, edge.target) for edge in layout.edges if edge.relation is Relation.CONNECTS}
    assert ("switch:leaf2", "node:gpu005") in links
    assert ("switch:spine", "switch:leaf4") in links
    assert ("switch:spine", "node:gpu001") not in links


async def test_a_reservation_is_read_in_utc(pod, scheduler):
    pod.run(
        *("scontrol", "create", "reservation", "reservationname=m", "starttime=now", "duration=60"),
        *("user=root", "flags=maint,ignore_jobs", "nodes=gpu[015-016]"),
    )
    reservation = (await scheduler.layout()).reservations["m"]
    assert reservation.nodes == ("gpu015", "gpu016")
    assert reservation.active
    assert "MAINT" in reservation.flags
    # The login's own zone is Tokyo: nine hours away from the truth.
    assert abs(reservation.starts_at.timestamp() - time.time()) < 120


async def test_a_job_is_shown_on_its_node_with_its_gpus_and_which(pod, scheduler, eventually):
    submitted_at = time.time()
    first = pod.sbatch("--gres=gpu:4", "-w", "gpu003", "-J", "four")
    job = await eventually(running(scheduler, first), 5.0)
    assert (job.name, job.nodes, job.gpus, job.gpu_indices) == ("four", ("gpu003",), 4, {"gpu003": (0, 1, 2, 3)})
    assert abs(job.started_at.timestamp() - submitted_at) < 60
    second = pod.sbatch("--gres=gpu:h100:2", "-w", "gpu003")
    assert (await eventually(running(scheduler, second))).gpu_indices == {"gpu003": (4, 5)}
    node = (await scheduler.nodes()).nodes["gpu003"]
    assert (node.service, node.gpus_used, node.gpu_indices_used) == (Service.MIXED, 6, (0, 1, 2, 3, 4, 5))


async def test_gpus_are_counted_however_they_are_asked_for(pod, scheduler, eventually):
    asked = {
        pod.sbatch("-N2", "--gres=gpu:h100:2"): 4,
        pod.sbatch("-N2", "-G", "6"): 6,
        pod.sbatch("-n3", "-N1", "--gpus-per-task=1"): 3,
        pod.sbatch("-N1"): 0,
    }
    for job_id, gpus in asked.items():
        job = await eventually(running(scheduler, job_id))
        assert job.gpus == gpus
        assert sum(map(len, job.gpu_indices.values())) == gpus
        assert set(job.gpu_indices) == (set(job.nodes) if gpus else set())


async def test_pending_jobs_say_what_they_ask_for_and_why_they_wait(pod, scheduler, eventually):
    pod.sbatch("-N16", "--gres=gpu:8", "-J", "all")
    late = pod.sbatch("-N4", "-G", "32", "-J", "late", "--hold")

    async def held():
        return (await scheduler.jobs()).jobs[late].pending_reason

    await eventually(held)
    job = (await scheduler.jobs()).jobs[late]
    assert (job.state, job.gpus, job.node_count, job.nodes) == (("PENDING",), 32, 4, ())
    assert job.pending_reason == "JobHeldUser"
    assert not job.running
    assert job.started_at is None


async def test_array_elements_and_het_components_are_jobs_of_their_own(pod, scheduler, eventually):
    array = pod.sbatch("--array=0-2", "--gres=gpu:1", "-w", "gpu007")
    het = pod.run(
        *("sbatch", "--parsable", "-D", "/", "-o", "/dev/null", "--gres=gpu:1", "--mem=10", ":", "--gres=gpu:2"),
        *("--mem=10", "--wrap", "exec sleep 600"),
    ).strip()
    for element in range(3):
        job = await eventually(running(scheduler, f"{array}_{element}"))
        assert (job.gpus, len(job.gpu_indices["gpu007"])) == (1, 1)
    for component, gpus in ((0, 1), (1, 2)):
        job = await eventually(running(scheduler, f"{het}+{component}"))
        assert job.gpus == gpus


async def test_suspended_and_completing_jobs_stay_in_the_queue(pod, scheduler, eventually):
    job_id = pod.sbatch("--gres=gpu:1")
    await eventually(running(scheduler, job_id))
    pod.run("scontrol", "suspend", job_id)
    job = (await scheduler.jobs()).jobs[job_id]
    assert job.state == ("SUSPENDED",)
    assert job.running


async def test_known_jobs_cost_one_command_a_round(pod, scheduler, eventually):
    for _ in range(3):
        job_id = pod.sbatch("--gres=gpu:1")
    pod.sbatch("-N1")
    await eventually(running(scheduler, job_id))

    async def settled():
        return all(job.state == ("RUNNING",) for job in (await scheduler.jobs()).jobs.values())

    await eventually(settled)
    await scheduler.jobs()
    await scheduler.ping()
    before = scheduler.requests
    await scheduler.jobs()
    assert scheduler.requests - before == 1


async def test_a_hostile_name_changes_nothing_but_its_own_cell(pod, scheduler, eventually):
    good = pod.sbatch("--gres=gpu:1", "-J", "good")
    evil = pod.sbatch("--gres=gpu:1", "-J", EVIL, f"--comment={EVIL}")
    await eventually(running(scheduler, evil))
    jobs = (await scheduler.jobs()).jobs
    assert set(jobs) == {good, evil}
    assert jobs[good].name == "good"
    name = jobs[evil].name
    assert name.isprintable()
    assert "[red]x[/]|a" in name
    assert len(jobs[evil].nodes) == 1
    assert jobs[evil].gpus == 1
    # Its forged allocation cannot be told from the true one, so neither is believed.
    assert jobs[evil].gpu_indices == {}


async def test_a_hostile_name_on_a_job_without_gpus_earns_it_none(pod, scheduler, eventually):
    evil = pod.sbatch("-J", EVIL, f"--comment={EVIL}")
    job = await eventually(running(scheduler, evil))
    assert (job.gpus, job.gpu_indices) == (0, {})


async def test_drain_waits_for_the_job_and_resume_brings_the_node_back(pod, scheduler, eventually):
    job_id = pod.sbatch("--gres=gpu:2", "-w", "gpu009")
    await eventually(running(scheduler, job_id))
    reason = "megapod:op-1 ops: it's 'odd' $(x) \"q\" | ü"
    await scheduler.drain(["gpu009"], reason)
    node = (await scheduler.nodes()).nodes["gpu009"]
    assert node.service is Service.DRAINING
    assert "DRAIN" in node.state
    assert node.reason.by == "root"
    assert node.reason.mark.operation == "op-1"
    assert node.reason.mark.text == "it's 'odd' $(x) 'q' | ü"
    assert abs(node.reason.at.timestamp() - time.time()) < 120
    assert "Reason=megapod:op-1 ops: it's" in pod.run("scontrol", "show", "node", "gpu009")
    pod.run("scancel", job_id)
    await eventually(serving(scheduler, "gpu009", Service.DRAINED))
    await scheduler.resume(["gpu009"])
    node = (await scheduler.nodes()).nodes["gpu009"]
    assert node.service is Service.IDLE
    assert node.reason is None


async def test_resume_of_nodes_already_in_service_is_no_error(pod, scheduler):
    await scheduler.drain(["gpu011"], "test")
    await scheduler.resume(["gpu010", "gpu011", "gpu012"])
    await scheduler.resume(["gpu010", "gpu011", "gpu012"])
    assert pod.state("gpu011").startswith("IDLE")
    assert "DRAIN" not in pod.state("gpu011")


async def test_an_unknown_node_in_a_list_says_that_the_others_changed(pod, scheduler):
    with pytest.raises(Rejected, match="those it knows are changed"):
        await scheduler.drain(["gpu001", "gpu002", "gpu999"], "test")
    found = (await scheduler.nodes()).nodes
    assert found["gpu001"].service is found["gpu002"].service is Service.DRAINED
    with pytest.raises(Rejected):
        await scheduler.resume(["gpu999"])


@pytest.mark.parametrize("nodes", [[], ["ALL"], ["all"], ["gpu001,gpu002"], ["gpu[001-016]"], ["-x"], ["a b"]])
async def test_what_is_not_a_list_of_node_names_reaches_nobody(pod, scheduler, nodes):
    for write in (scheduler.drain(nodes, "test"), scheduler.resume(nodes)):
        with pytest.raises(Rejected):
            await write
    assert scheduler.requests == 0
    assert {pod.state(name) for name in pod.names} == {"IDLE"}


async def test_the_equivalent_commands_do_the_same_when_typed(pod, scheduler):
    (line,) = scheduler.equivalent("drain", ["gpu005", "gpu006"], "it's broken")
    assert "gpu[005-006]" in line
    pod.run("sh", "-c", line)
    assert (await scheduler.nodes()).nodes["gpu006"].reason.text == "it's broken"
    (line,) = scheduler.equivalent("resume", ["gpu005", "gpu006"])
    pod.run("sh", "-c", line)
    assert (await scheduler.nodes()).nodes["gpu006"].service is Service.IDLE


async def test_a_stopped_slurmctld_is_unreachable_at_once_and_recovers(pod, shell, eventually):
    now = [0.0]
    scheduler = SlurmScheduler(shell, clock=lambda: now[0])
    await scheduler.nodes()
    pod.ctl("stop", "slurmctld")
    now[0] += 1.5
    for ask in (scheduler.nodes, scheduler.jobs, scheduler.layout):
        began = time.monotonic()
        with pytest.raises(Unreachable, match="slurmctld on lab-head is not responding"):
            await ask()
        assert time.monotonic() - began < 2.0
    pod.ctl("start", "slurmctld")
    assert len((await scheduler.nodes()).nodes) == 16


async def test_a_hung_slurmctld_costs_less_than_its_own_time_out(pod, scheduler):
    pod.ctl("pause", "slurmctld")
    began = time.monotonic()
    with pytest.raises(Unreachable, match="does not answer a ping within"):
        await scheduler.nodes()
    assert time.monotonic() - began < 6.0
    pod.ctl("cont", "slurmctld")


async def test_a_node_that_has_not_registered_yet_is_unknown_not_idle(pod, scheduler, eventually):
    pod.ctl("stop", "gpu016")
    pod.ctl("stop", "slurmctld")
    pod.ctl("start", "slurmctld")
    node = (await scheduler.nodes()).nodes["gpu016"]
    assert node.service is Service.UNKNOWN


async def test_sshd_killed_is_one_line_and_the_adapter_recovers(pod, scheduler, eventually):
    await scheduler.nodes()
    pod.ctl("kill", "sshd")
    with pytest.raises(Unreachable):
        await scheduler.nodes()
    pod.ctl("start", "sshd")

    async def recovered():
        try:
            return (await scheduler.nodes()).nodes
        except Unreachable:
            return None

    assert len(await eventually(recovered)) == 16
