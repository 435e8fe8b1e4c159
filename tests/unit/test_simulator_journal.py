"""The journal of a simulated node and the output of its jobs: what a fault leaves there, and that the past stays."""

from datetime import UTC, datetime

import pytest

from backends.journald import parse
from backends.model.severity import Severity
from backends.simulator.commands.head import run_command
from backends.simulator.commands.jobs import workdir
from backends.simulator.commands.on_node import run_on_node
from backends.simulator.faults import parse_fault, plan_faults
from backends.simulator.shape import PodShape
from backends.simulator.world import World

EPOCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
NODE = "austin-r1-n01"
JSON = "journalctl --no-pager --quiet --utc -o json --output-fields=MESSAGE,PRIORITY"


def world(*faults, to_s=60.0):
    pod = World(PodShape(racks=1, nodes_per_rack=4, gpus_per_node=4), EPOCH)
    plan_faults([parse_fault(text) for text in faults], {"austin": pod})
    pod.advance(to_s)
    return pod


@pytest.mark.parametrize(
    ("fault", "by", "words"),
    [
        (f"gpu-xid:{NODE}/0@10", "kernel", "Xid (PCI:0008:01:00): 95"),
        (f"gpu-lost:{NODE}/2@10", "kernel", "Xid (PCI:0018:01:00): 79, GPU has fallen off the bus"),
        (f"gpu-ecc:{NODE}/1@10", "kernel", "Xid (PCI:0009:01:00): 48"),
        (f"nvlink-down:{NODE}/1@10", "kernel", "Xid (PCI:0009:01:00): 74, NVLink: fatal error detected on link 0"),
    ],
)
def test_a_fault_is_in_the_kernels_log_of_its_node_and_of_no_other(fault, by, words):
    pod = world(fault)
    said = [one for one in parse(run_on_node(pod, NODE, JSON).stdout, NODE) if words in one.message]
    assert [(one.by, one.severity, one.at) for one in said] == [(by, Severity.CRITICAL, pod.wall(10))]
    assert words not in run_on_node(pod, "austin-r1-n02", "journalctl -k").stdout


def test_heat_is_told_by_dcgm_and_a_boot_by_everybody():
    pod = world("thermal@5", to_s=400)
    text = "".join(run_on_node(pod, name, "journalctl").stdout for name in pod.nodes)
    assert "nv-hostengine: Detected clocks event due to thermal violation in GPU" in text
    assert text.count("slurmd started on") == len(pod.nodes)
    off = world(f"node-off:{NODE}@10-40", to_s=300)
    assert run_on_node(off, NODE, "journalctl").stdout.count("Linux version") == 2


def test_it_is_read_on_from_a_cursor_and_what_was_written_stays():
    pod = world(f"gpu-xid:{NODE}/0@70", to_s=50)
    before = parse(run_on_node(pod, NODE, JSON).stdout, NODE)
    pod.advance(100)
    after = parse(run_on_node(pod, NODE, f"{JSON} --after-cursor={before[-1].id}").stdout, NODE)
    assert [one.by for one in after][:1] == ["kernel"]
    assert parse(run_on_node(pod, NODE, JSON).stdout, NODE) == [*before, *after]
    since = f"{JSON} --since=@{pod.wall(70).timestamp():.0f} -n 1"
    assert parse(run_on_node(pod, NODE, since).stdout, NODE) == after[-1:]


@pytest.mark.parametrize("line", ["journalctl --since=yesterday", "journalctl --frob", "journalctl -n many"])
def test_what_it_cannot_do_it_refuses(line):
    answer = run_on_node(world(), NODE, line)
    assert (answer.status, answer.stdout) == (1, "")
    assert answer.stderr.startswith("journalctl: ")


def test_a_jobs_output_grows_and_says_of_what_it_died():
    pod = world()
    node = next(node for node in pod.nodes.values() if node.jobs)
    job = pod.scheduler.jobs[next(iter(node.jobs))]
    path = f"{workdir(job)}/slurm-{job.number}.out"
    first = run_command(pod, f"tail -n +1 -- {path}").stdout.splitlines()
    assert run_command(pod, f"wc -l {path}").stdout == f"{len(first)} {path}\n"
    plan_faults([parse_fault(f"gpu-xid:{node.name}/{node.jobs[job.number][0]}@61")], {"austin": pod})
    pod.advance(90)
    last = run_command(pod, f"tail -n +1 -- {path}").stdout.splitlines()
    assert last[: len(first)] == first
    assert last[-1].startswith("RuntimeError: CUDA error")
    assert run_command(pod, f"tail -n 1 -- {path}").stdout.splitlines() == last[-1:]
    assert "No such file" in run_command(pod, "tail -n 1 -- /home/eve/none.out").stderr
