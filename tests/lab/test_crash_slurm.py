"""A handful of the crash matrix's points on a real Slurm: a write that is cut off at its effect happens once.

The worker SIGKILLs itself at the event (see `dying.py` beside the whole matrix) and is taken up. Of a requeue
slurmctld's own count of a job's restarts tells what happened, of what is written to a node its log.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from console.exit import Exit
from console.headless.apply import read
from console.operations import event as ev
from console.operations.hold import text_of
from console.operations.identity import user
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
        asked |= {"after": 0, "before": 0, "noted": 0, "at": "", "step": "", **point}
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


REASON = ("--reason", "swap")
CLOSED = {"reason": 1, "state": 1}
WRITES = {
    "drain": (REASON, ("gpu001", "gpu002"), CLOSED),
    "cordon": (REASON, ("gpu003", "gpu004"), CLOSED),
    "hold": (REASON, ("gpu005", "gpu006"), CLOSED),
    "release": ((), ("gpu007", "gpu008"), CLOSED),
    "resume": ((), ("gpu009", "gpu010"), {"state": 1}),
}
"""The words of each verb, its two nodes, and what slurmctld says once of each: what of the node was set."""
INTENDED_BY = {"hold": 6, "release": 6}
"""The number of the event before the write, 2 where no hold is written down before it; its record is the next."""


class Ctld:
    """What slurmctld has logged since the test began."""

    def __init__(self, pod):
        self.log = pod.folder / "log" / "slurmctld.log"
        self.begun = self.log.stat().st_size

    def updates(self, node):
        """What was set of a node, and how often; refusals, too."""
        said = self.log.read_bytes()[self.begun :].decode(errors="replace")
        return Counter(re.findall(rf"update_node(?:: node| for) {node}:? (\w+)", said))


async def test_a_node_s_write_that_was_cut_off_happens_once(pod, tmp_path, forkers, monkeypatch):
    config = Megapod(pod, tmp_path).config
    monkeypatch.setenv("MEGAPOD_CONFIG", str(config))
    where = place("")
    journal = Journal.at(where, lambda: datetime.now(UTC))
    journal.append("op-older0", ev.Held(pod="lab", nodes=WRITES["release"][1], reason="leak"))
    for verb, text in (("release", text_of("leak", "", None)), ("resume", "leak")):
        nodes, mark = ",".join(WRITES[verb][1]), f"megapod:op-older0 {user()}: {text}"
        pod.run("scontrol", "update", f"nodename={nodes}", "state=drain", f"reason={mark}")
    jobs = {node: pod.sbatch("-w", node) for verb in ("drain", "cordon") for node in WRITES[verb][1]}
    end = time.monotonic() + 20
    while any(pod.state(node) != "MIXED" for node in jobs):
        assert time.monotonic() < end
        await asyncio.sleep(0.2)  # slurmctld announces nothing: asking is all there is
    ctld = Ctld(pod)

    async def point(verb, node, **dies):
        words, _, once = WRITES[verb]
        saved = tmp_path / f"{node}.json"
        run = partial(forkers.run, log=saved.with_suffix(".log"))
        assert await run(verb, node, *words, "--plan-out", str(saved)) == Exit.DONE
        plan = read(saved)
        journal.begin(plan.operation, ev.Begun(plan=plan, config=str(config), take=plan.nodes))
        carry = ("carry", plan.operation, "--journal", str(where.journal))
        assert await run(*carry, **dies) == -signal.SIGKILL
        assert ctld.updates(node) == (once if "before" in dies else {}), (verb, dies)
        if verb == "drain":
            pod.run("scancel", jobs[node])  # it was cut off while work ran, and goes on to the end of it
        journal.append(plan.operation, ev.Adopted())
        assert await run(*carry) == Exit.DONE
        assert ctld.updates(node) == once, (verb, dies)
        assert ("DRAIN" in pod.state(node)) is (verb != "resume")

    points = [point(verb, nodes[0], after=INTENDED_BY.get(verb, 2)) for verb, (_, nodes, _) in WRITES.items()]
    points += [point(verb, nodes[1], before=INTENDED_BY.get(verb, 2) + 1) for verb, (_, nodes, _) in WRITES.items()]
    async with asyncio.timeout(60):
        await asyncio.gather(*points)
    journal.close()
    assert pod.run("squeue", "-h", "-t", "running", "-o", "%N").split() == [*WRITES["cordon"][1]]
    pod.run("scancel", *jobs.values())
    out = ",".join(node for verb, (_, nodes, _) in WRITES.items() if verb != "resume" for node in nodes)
    pod.run("scontrol", "update", f"nodename={out}", "state=resume")  # at rest for the next test without a restart
