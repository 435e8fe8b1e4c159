"""Power limits, resets and boots in the simulated world: what they do to heat, jobs and counts, and nothing else."""

from datetime import UTC, datetime

import pytest

from backends.simulator.faults import parse_fault, plan_faults
from backends.simulator.gpu import SimGpu
from backends.simulator.gpu_reset import RESET_S, reset_gpu
from backends.simulator.node import SimNode
from backends.simulator.power import Reset
from backends.simulator.shape import PodShape
from backends.simulator.stopwatch import Stopwatch
from backends.simulator.world import World

EPOCH = datetime(2026, 3, 1, 12, tzinfo=UTC)


def world(*faults: str) -> World:
    pod = World(PodShape(racks=1, nodes_per_rack=4, gpus_per_node=4), EPOCH)
    plan_faults([parse_fault(text) for text in faults], {"austin": pod})
    return pod


def hardest(pod: World) -> tuple[SimNode, SimGpu]:
    pairs = [(node, gpu) for node in pod.nodes.values() for gpu in node.gpus]
    return max(pairs, key=lambda pair: pair[1].heat.run)


def limit(pod: World, node: SimNode, gpu: SimGpu, watts: float) -> None:
    gpu.limit_w = watts
    pod.refresh_heat(node)


@pytest.mark.parametrize("watts", [200.0, 350.0, 700.0, 1_000.0])
def test_no_gpu_draws_more_than_its_limit_once_it_has_come_down(watts: float) -> None:
    pod = world()
    node, gpu = hardest(pod)
    limit(pod, node, gpu, watts)
    pod.advance(40)
    drawn = []
    for second in range(40, 140):
        pod.advance(second)
        if gpu.heat.load:
            drawn.append(gpu.heat.power_w(pod.now_s))
    assert len(drawn) > 30
    assert max(drawn) <= watts


def test_the_default_limit_holds_nobody_back() -> None:
    pod = world()
    pod.advance(300)
    assert all(not gpu.heat.causes for node in pod.nodes.values() for gpu in node.gpus)


def test_a_capped_pod_runs_its_jobs_longer_and_the_same_way_each_time_in_whatever_steps() -> None:
    ends = []
    for step in (1, 7, 60):
        pod = world()
        node, gpu = hardest(pod)
        job = pod.scheduler.jobs[gpu.job or 0]
        limit(pod, node, gpu, 400.0)
        for second in range(0, 7_200, step):
            pod.advance(second)
        pod.advance(7_200)
        ends.append((job.state, job.ended_s, round(node.energy_j(7_200), 3)))
    assert ends[0] == ends[1] == ends[2]
    free = world()
    job = free.scheduler.jobs[hardest(free)[1].job or 0]
    free.advance(7_200)
    assert job.ended_s is not None
    assert ends[0][1] is None or ends[0][1] > job.ended_s or job.state == "TIMEOUT"


def test_a_reset_clears_an_xid_and_a_lost_gpu_cannot_be_reset() -> None:
    pod = world("gpu-xid:austin-r1-n03/1@1", "gpu-lost:austin-r1-n02/0@1")
    pod.advance(5)
    node = pod.nodes["austin-r1-n03"]
    assert reset_gpu(pod, node, node.gpus[1])
    assert not reset_gpu(pod, pod.nodes["austin-r1-n02"], pod.nodes["austin-r1-n02"].gpus[0])
    assert node.gpus[1].heat.load is None
    pod.advance(5 + RESET_S + 1)
    assert (node.gpus[1].fault, node.gpus[1].heat.load is None) == ("", False)
    assert {alarm.topic for alarm in pod.alarms.active.values()} == {"lost"}


def test_a_power_cycle_mends_what_a_reset_does_and_a_lost_gpu_stays_lost() -> None:
    pod = world("gpu-xid:austin-r1-n03/1@1", "gpu-lost:austin-r1-n03/0@1", "node-off:austin-r1-n02@1")
    pod.advance(5)
    assert {alarm.topic for alarm in pod.alarms.active.values()} == {"xid", "lost", "power"}
    for name in ("austin-r1-n02", "austin-r1-n03"):
        pod.power.reset(pod.nodes[name], Reset.FORCE_OFF)
    pod.advance(10)
    for name in ("austin-r1-n02", "austin-r1-n03"):
        pod.power.reset(pod.nodes[name], Reset.ON)
    pod.advance(20)
    assert {alarm.topic for alarm in pod.alarms.active.values()} == {"lost"}


def test_a_node_that_loses_power_forgets_what_it_counted_since_it_came_up() -> None:
    pod = world("gpu-ecc:austin-r1-n03/0@1")
    pod.advance(60)
    node = pod.nodes["austin-r1-n03"]
    assert node.gpus[0].recent(60)[1] == 1
    pod.power.reset(node, Reset.FORCE_OFF)
    pod.advance(70)
    assert node.gpus[0].recent(70) == (0, 0)
    assert node.gpus[0].uncorrectable == 1


def test_a_late_boot_is_an_alarm_until_the_next_one_begins() -> None:
    pod = world("node-never-boots@5")
    node = pod.nodes["austin-r1-n03"]
    pod.advance(94)
    assert not pod.alarms.active
    pod.advance(96)
    assert (node.late, pod.alarms.health("Systems/austin-r1-n03")) == (True, "Critical")
    pod.power.reset(node, Reset.FORCE_RESTART)
    assert not pod.alarms.active
    pod.advance(190)
    assert node.late


def test_a_stopwatch_adds_up_and_does_not_begin_again_while_it_runs() -> None:
    watch = Stopwatch()
    watch.run(10, on=True)
    watch.run(12, on=True)
    assert watch.total_s(15) == 5
    watch.run(20, on=False)
    watch.run(25, on=False)
    assert watch.total_s(99) == 10
    watch.run(30, on=True)
    assert watch.total_s(33) == 13
