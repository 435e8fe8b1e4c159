"""Operations on a real Slurm pod: a rack drained by a worker that is killed, with other hands in between."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from console.exit import Exit

pytestmark = [pytest.mark.slurm, pytest.mark.sshd]


class Megapod:
    """The command, with a config and a journal of its own."""

    def __init__(self, config):
        self.environment = {**os.environ, "MEGAPOD_CONFIG": str(config)}

    def __call__(self, *words):
        return subprocess.run(  # noqa: PLW1510 - the code is what the tests look at
            [sys.executable, "-m", "console", *words],
            capture_output=True,
            text=True,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )

    def operation(self, identity):
        done = self("ops", "list", "--all", "-o", "json")
        return next(item for item in json.loads(done.stdout)["items"] if item["id"] == identity)

    def until(self, identity, question, within_s=60.0):
        end = time.monotonic() + within_s
        while not question(now := self.operation(identity)):
            assert time.monotonic() < end, now
            time.sleep(0.3)  # the worker is a process of its own: the journal is where it tells
        return now


@pytest.fixture
def megapod(pod, tmp_path):
    keys = ("host", "port", "user", "identity", "known_hosts")
    ssh = "".join(f"{key} = {json.dumps(getattr(pod.ssh, key))}\n" for key in keys)
    path = tmp_path / "config.toml"
    path.write_text(
        "[pods.lab]\nread_only = false\nscheduler = { interval_s = 0.5 }\npolicy = { max_out = { pod = 16 } }\n"
        f"[pods.lab.ssh]\n{ssh}"
    )
    return Megapod(path)


def wait_for(question, within_s=20.0):
    end = time.monotonic() + within_s
    while not question():
        assert time.monotonic() < end
        time.sleep(0.2)  # slurmctld announces nothing: asking is all there is


def reason(pod, node):
    return pod.run("scontrol", "-o", "show", "node", node).partition("Reason=")[2].partition(" [")[0]


def test_a_drain_of_every_node_outlives_its_killed_worker_and_respects_other_hands(pod, megapod):
    jobs = [
        pod.sbatch("-w", f"gpu{n:03d}", "-J", f"run{n}", script=f"exec sleep {seconds}")
        for n, seconds in ((1, 300), (2, 300), (3, 8))
    ]
    wait_for(lambda: all(pod.state(f"gpu{n:03d}") == "MIXED" for n in (1, 2, 3)))
    pod.run("scontrol", "update", "nodename=gpu016", "state=drain", "reason=waiting for a part")
    begun = megapod("drain", "gpu[001-016]", "--reason", "swap", "--max-parallel", "4", "--yes", "-o", "json")
    assert begun.returncode in (Exit.DONE, Exit.SOME_FAILED), begun.stderr
    identity = json.loads(begun.stdout)["operation"]
    assert all("DRAIN" in pod.state(f"gpu{n:03d}") for n in range(1, 17)), "the whole set is closed first"

    carrier = megapod.operation(identity)["carrier"]
    os.kill(carrier["pid"], signal.SIGKILL)
    megapod.until(identity, lambda now: now["state"] == "interrupted")
    pod.run("scontrol", "update", "nodename=gpu001", "state=resume")
    assert megapod("ops", "adopt", identity).returncode == Exit.DONE
    megapod.environment["LOGNAME"] = "zoe"  # a second operator, for a moment
    refused = megapod("drain", "gpu005", "--reason", "mine", "--yes")
    del megapod.environment["LOGNAME"]
    assert refused.returncode == Exit.CONFLICT
    assert identity in refused.stderr

    pod.run("scancel", jobs[1])
    ended = megapod.until(identity, lambda now: now["state"] not in ("running", "interrupted"))
    assert ended["state"] == "conflict"
    assert "gpu001: given back by somebody else" in ended["text"]
    assert ended["nodes"] == {"done": 14, "conflict": 1}
    assert "DRAIN" not in pod.state("gpu001"), "a resume by hand is respected"
    assert reason(pod, "gpu016") == "waiting for a part"
    assert all(identity in reason(pod, f"gpu{n:03d}") for n in range(2, 16))
    shown = megapod("ops", "show", identity)
    assert "gpu016" in shown.stdout


def test_over_budget_is_refused_with_the_rule_and_nothing_is_changed(pod, megapod, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace("pod = 16", "pod = 2"))
    refused = megapod("drain", "gpu[001-003]", "--reason", "swap", "--yes")
    assert refused.returncode == Exit.REFUSED
    assert "raise max_out.pod under [pods.lab.policy]" in refused.stderr
    assert pod.state("gpu001") == "IDLE"


def test_a_requeue_puts_the_job_back_and_the_node_is_drained(pod, megapod):
    job = pod.sbatch("-w", "gpu004", "-J", "long", script="exec sleep 300")
    wait_for(lambda: pod.state("gpu004") == "MIXED")
    done = megapod("drain", "gpu004", "--reason", "swap", "--mode", "requeue", "--wait", "--yes")
    assert done.returncode == Exit.DONE, done.stderr
    assert "PENDING" in pod.run("squeue", "-h", "-j", job, "-o", "%T")
    pod.run("scancel", job)
