"""A handful of the crash matrix's points on a real Slurm: a requeue that is cut off at its effect happens once.

The worker SIGKILLs itself at the event (see `dying.py` beside the whole matrix); `megapod ops adopt` takes it up, and
slurmctld's own count of a job's restarts tells what happened.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.exit import Exit
from console.headless.apply import read
from console.operations import event as ev
from console.operations.journal import Journal
from console.operations.place import place

pytestmark = [pytest.mark.slurm, pytest.mark.sshd]

DYING = Path(__file__).parents[1] / "ops" / "dying.py"
INTENDED, APPLIED = 5, 6
POINTS = {
    "gpu001": {"after": INTENDED},
    "gpu002": {"before": APPLIED},
    "gpu003": {"after": APPLIED},
    "gpu004": {"before": APPLIED},
}
CANCELLED = "gpu004"


class Megapod:
    """The command, with a config and a journal of its own."""

    def __init__(self, pod, folder):
        keys = ("host", "port", "user", "identity", "known_hosts")
        ssh = "".join(f"{key} = {json.dumps(getattr(pod.ssh, key))}\n" for key in keys)
        self.config = folder / "config.toml"
        self.config.write_text(
            f"[pods.lab]\nread_only = false\nscheduler = {{ interval_s = 0.5 }}\n[pods.lab.ssh]\n{ssh}"
        )
        self.folder = folder
        self.environment = {**os.environ, "MEGAPOD_CONFIG": str(self.config)}

    def start(self, *words):
        return subprocess.Popen(
            [sys.executable, "-m", "console", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environment,
        )

    def dies(self, node, point):
        """Begin a requeueing drain of a node whose worker dies there; its id."""
        saved = self.folder / f"{node}.json"
        words = ("drain", node, "--reason", "swap", "--mode", "requeue", "--plan-out", str(saved))
        assert self.start(*words).wait(60) == Exit.DONE
        plan, where = read(saved), place("")
        journal = Journal.at(where, lambda: datetime.now(UTC))
        journal.begin(plan.operation, ev.Begun(plan=plan, config=str(self.config), take=plan.nodes))
        journal.close()
        carry = ["carry", plan.operation, "--journal", str(where.journal)]
        asked = {"words": carry, "env": self.environment, "log": str(self.folder / f"{node}.log")}
        asked |= {"after": 0, "before": 0, "noted": 0, "at": "", **point}
        done = subprocess.run(
            [sys.executable, DYING], input=f"{json.dumps(asked)}\n", stdout=subprocess.PIPE, text=True, check=True
        )
        assert int(done.stdout) == -signal.SIGKILL, (node, point)
        return plan.operation


def restarts(pod, job):
    return int(re.search(r"Restarts=(\d+)", pod.run("scontrol", "-o", "show", "job", job))[1])


def test_a_requeue_that_was_cut_off_happens_once(pod, tmp_path):
    megapod = Megapod(pod, tmp_path)
    jobs = {node: pod.sbatch("-w", node, script="exec sleep 600") for node in POINTS}
    end = time.monotonic() + 20
    while any(pod.state(node) != "MIXED" for node in POINTS):
        assert time.monotonic() < end
        time.sleep(0.2)  # slurmctld announces nothing: asking is all there is
    operations = {node: megapod.dies(node, point) for node, point in POINTS.items()}
    assert {node: restarts(pod, job) for node, job in jobs.items()} == {
        **dict.fromkeys(POINTS, 1),
        "gpu001": 0,
    }, "killed before its effect, and after it"
    words = [
        megapod.start("ops", "cancel", one, "--reason", "enough")
        if node == CANCELLED
        else megapod.start("ops", "adopt", one)
        for node, one in operations.items()
    ]
    assert [one.wait(60) for one in words] == [Exit.DONE] * len(words)
    watching = {node: megapod.start("ops", "watch", one, "--timeout", "40s") for node, one in operations.items()}
    codes = {node: one.wait(60) for node, one in watching.items()}
    assert codes == {**dict.fromkeys(POINTS, Exit.DONE), CANCELLED: Exit.FAILED}
    assert {node: restarts(pod, job) for node, job in jobs.items()} == dict.fromkeys(POINTS, 1)
    assert all("DRAIN" in pod.state(node) for node in POINTS if node != CANCELLED)
    assert "DRAIN" not in pod.state(CANCELLED), "given back"
    pod.run("scancel", *jobs.values())
