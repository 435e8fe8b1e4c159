"""The simulated world: the same every time, and true to its own rules."""

from datetime import UTC, datetime

import pytest

from backends.simulator.commands.head import run_command
from backends.simulator.faults import FaultError, parse_fault, plan_faults
from backends.simulator.shape import PodShape
from backends.simulator.thermal import CRITICAL_C
from backends.simulator.world import World

EPOCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
COMMANDS = ("scontrol -d -o show nodes", "scontrol -d -o show jobs", "squeue --json", "sinfo")


def world(**size: int) -> World:
    return World(PodShape(**size), EPOCH)


def everything(pod: World) -> list[str]:
    return [run_command(pod, command).stdout for command in COMMANDS]


def check(pod: World) -> None:
    jobs = pod.scheduler.jobs
    for node in pod.nodes.values():
        held = [index for indices in node.jobs.values() for index in indices]
        assert len(held) == len(set(held)) == node.gpus_used
        assert {gpu.index: gpu.job for gpu in node.gpus if gpu.job is not None} == {
            index: job for job, indices in node.jobs.items() for index in indices
        }
        assert all(jobs[number].state == "RUNNING" for number in node.jobs)
    for job in jobs.values():
        assert (job.state == "RUNNING") == any(job.number in node.jobs for node in pod.nodes.values())
        if job.state == "RUNNING":
            assert len(job.nodes) == job.request.node_count
            assert all(pod.nodes[name].base in ("MIXED", "ALLOCATED") for name in job.nodes)
            assert pod.now_s <= (job.started_s or 0) + job.request.runs_s


def test_same_seed_and_time_are_the_same_bytes_whatever_the_steps() -> None:
    at_once, in_steps = world(), world()
    at_once.advance(1_800)
    for second in range(1_801):
        in_steps.advance(second)
    assert everything(at_once) == everything(in_steps)


def test_another_seed_is_another_history() -> None:
    assert everything(world(seed=1)) != everything(world(seed=2))


@pytest.mark.parametrize("seed", [1, 7, 42])
def test_half_an_hour_keeps_the_rules(seed: int) -> None:
    pod = world(seed=seed)
    assert 0.55 < sum(node.gpus_used for node in pod.nodes.values()) / pod.shape.gpu_count <= 0.75
    assert pod.scheduler.pending
    first = set(pod.scheduler.jobs)
    started_later = False
    for second in range(0, 1_800, 5):
        pod.advance(second)
        check(pod)
        started_later |= any((job.started_s or 0) > 0 for job in pod.scheduler.jobs.values())
    assert started_later
    assert first - set(pod.scheduler.jobs)


def test_a_node_that_loses_power_is_noticed_late_and_its_job_is_requeued() -> None:
    pod = world()
    plan_faults([parse_fault("node-off@10")], {"austin": pod})
    node = pod.nodes["austin-r1-n03"]
    job = pod.scheduler.jobs[next(iter(node.jobs))]
    pod.advance(20)
    assert (node.power, node.base, node.responding) == ("Off", "ALLOCATED", True)
    pod.advance(35)
    assert not node.responding
    pod.advance(56)
    assert (node.base, node.jobs, job.restarts) == ("DOWN", {}, 1)
    check(pod)


def test_hot_coolant_makes_busy_gpus_critical_and_leaves_the_other_rack_alone() -> None:
    pod = world()
    plan_faults([parse_fault("thermal:austin-r1@0")], {"austin": pod})
    pod.advance(120)
    busy = [gpu for node in pod.racks[0] for gpu in node.gpus if (gpu.heat.load or 0) > 0.9]
    assert busy
    assert max(gpu.heat.temp_c(pod.now_s) for gpu in busy) > CRITICAL_C - 5
    assert any("ThermalLimit" in gpu.heat.causes for gpu in busy)
    assert pod.alarms.rollup("austin-r1") == "Critical"
    assert pod.alarms.rollup("austin-r2") == "OK"
    assert all(not gpu.heat.causes for node in pod.racks[1] for gpu in node.gpus)


def test_an_xid_fails_the_job_on_its_gpu() -> None:
    pod = world()
    gpu = pod.nodes["austin-r1-n03"].gpus[0]
    job = pod.scheduler.jobs[gpu.job or 0]
    plan_faults([parse_fault("gpu-xid")], {"austin": pod})
    pod.advance(6)
    assert (pod.alarms.rollup("austin-r1-n03"), job.state) == ("Critical", "FAILED")


def test_a_healthy_pod_is_all_ok() -> None:
    pod = world()
    for second in range(0, 3_600, 60):
        pod.advance(second)
        assert not pod.alarms.active
        assert {gpu.heat.level(pod.now_s) for node in pod.nodes.values() for gpu in node.gpus} == {"OK"}


@pytest.mark.parametrize("text", ["thermals", "thermal@x", "thermal@-1", "thermal@nan", "thermal@"])
def test_a_fault_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(FaultError):
        parse_fault(text)


def test_a_fault_names_what_was_meant_and_its_target_must_exist() -> None:
    with pytest.raises(FaultError, match="did you mean thermal"):
        parse_fault("thermals")
    with pytest.raises(FaultError, match="no node is called 'austin-r9-n01'"):
        plan_faults([parse_fault("node-off:austin-r9-n01")], {"austin": world()})


def test_squeue_takes_any_format() -> None:
    pod = world()
    line = run_command(pod, "squeue -h -j 1001 -o '<%i> a|b;%.12P|%3j|é%T%!x'")
    assert line.stdout.startswith("<1001> a|b;       batch|")
    assert line.stdout.endswith("|éRUNNING%!x\n")
    assert (line.status, line.stderr) == (0, "squeue: error: Invalid job format specification: !\n")
    assert run_command(pod, "squeue -Z").status == 1
    zone = run_command(pod, "env TZ=America/Chicago squeue -h -j 1001 -o %V").stdout
    assert zone != run_command(pod, "squeue -h -j 1001 -o %V").stdout
