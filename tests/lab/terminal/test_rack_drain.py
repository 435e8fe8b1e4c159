"""The drain of a whole rack on real Slurm, with everything in between that a night brings."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from console.exit import Exit

pytestmark = [pytest.mark.slurm, pytest.mark.sshd]

GRACE_S = 6
AT_ONCE = 4
LONG = ("gpu001", "gpu002", "gpu004", "gpu007", "gpu009", "gpu011")
SHORT = "gpu003"
BY_HAND, ANOTHERS = "gpu009", "gpu016"


class Megapod:
    """The command over the lab's pod, with a config and a journal of its own."""

    def __init__(self, pod, folder):
        self.config = folder / "config.toml"
        self.journal = folder / "journal.db"
        self._ssh = "".join(
            f"{key} = {json.dumps(getattr(pod.ssh, key))}\n"
            for key in ("host", "port", "user", "identity", "known_hosts")
        )

    def budget(self, most):
        self.config.write_text(
            f"journal = {json.dumps(str(self.journal))}\n[pods.lab]\nread_only = false\n"
            f'racks = {{ r1 = "gpu[001-016]" }}\nscheduler = {{ interval_s = 0.5 }}\n'
            f"policy = {{ max_out = {{ rack = {most} }} }}\n[pods.lab.ssh]\n{self._ssh}"
        )
        self.config.chmod(0o600)

    def __call__(self, *words, **environment):
        return subprocess.run(  # noqa: PLW1510 - the code is what is looked at
            [sys.executable, "-m", "console", *words],
            capture_output=True,
            text=True,
            env={**os.environ, "MEGAPOD_CONFIG": str(self.config), **environment},
            stdin=subprocess.DEVNULL,
            timeout=60,
        )

    def operation(self, identity):
        listed = json.loads(self("ops", "list", "--all", "-o", "json").stdout)["items"]
        return next(item for item in listed if item["id"] == identity)

    def told(self, identity):
        lines = self("audit", "--operation", identity, "-o", "jsonl").stdout.splitlines()
        return [json.loads(line)["evidence"] for line in lines]


def wait_for(question, within_s=60.0):
    end = time.monotonic() + within_s
    while not question():
        assert time.monotonic() < end
        time.sleep(0.2)  # slurmctld announces nothing: asking is all there is


def restarts(pod, job):
    return int(re.search(r"Restarts=(\d+)", pod.run("scontrol", "-o", "show", "job", job))[1])


def reason(pod, node):
    return pod.run("scontrol", "-o", "show", "node", node).partition("Reason=")[2].partition(" [")[0].strip()


def most_at_once(events):
    """How many nodes were being emptied at one time, at the most: from their first word until they are empty."""
    open_, most = set(), 0
    for event in events:
        step, _, node = event.get("step", "").partition("/")
        if step not in ("requeue", "empty"):
            continue
        ended = {end["node"]: end["outcome"] for end in event.get("ends", ())}
        if step == "empty" or ended.get(node, "done") != "done":
            open_ = open_ - set(ended)
        if not ended:
            open_.add(node)
        most = max(most, len(open_))
    return most


def check_journal(events):
    """Never more than AT_ONCE nodes in work, taken over once, closed once."""
    kinds = [event["kind"] for event in events]
    assert (most_at_once(events), kinds.count("adopted"), kinds.count("closed")) == (AT_ONCE, 1, 1)


@pytest.mark.timeout(240)
def test_a_rack_is_drained_four_at_a_time_though_the_console_is_killed_and_others_have_a_hand_in_it(
    pod, tmp_path, terminals
):
    megapod = Megapod(pod, tmp_path)
    jobs = {node: pod.sbatch("-w", node, "--requeue", "-J", f"on-{node}", script="exec sleep 600") for node in LONG}
    short = pod.sbatch("-w", SHORT, "--requeue", "-J", "short", script=f"exec sleep {GRACE_S + 12}")
    wait_for(lambda: all(pod.state(node) == "MIXED" for node in (*LONG, SHORT)))
    pod.run("scontrol", "update", f"nodename={ANOTHERS}", "state=drain", "reason=waiting for a part")

    drain = ("drain", "@rack:r1", "--reason", "swap", "--mode", "requeue", "--grace", f"{GRACE_S}s")
    drain += ("--max-parallel", str(AT_ONCE), "--expect", "15")
    megapod.budget(15)
    refused = megapod(*drain)
    assert refused.returncode == Exit.REFUSED
    assert "16 of 16 nodes of rack r1 out with this (1 are); 15 allowed" in refused.stderr
    assert "raise max_out.rack under [pods.lab.policy]" in refused.stderr
    assert pod.state("gpu005") == "IDLE", "nothing was changed"
    megapod.budget(16)
    begun = megapod(*drain, "-o", "json")
    assert begun.returncode == Exit.SOME_FAILED, begun.stderr
    identity = json.loads(begun.stdout)["operation"]
    assert all("DRAIN" in pod.state(f"gpu{at:03d}") for at in range(1, 17)), "the whole set is closed first"

    console = terminals("-m", "console", MEGAPOD_CONFIG=str(megapod.config))
    console.press("7")
    console.shows(identity, "requeueing")
    wait_for(lambda: restarts(pod, jobs["gpu001"]) == 1)
    os.kill(megapod.operation(identity)["carrier"]["pid"], signal.SIGKILL)
    os.kill(console.pid, signal.SIGKILL)
    assert megapod.operation(identity)["state"] == "interrupted"
    pod.run("scontrol", "update", f"nodename={BY_HAND}", "state=resume")
    second = megapod("resume", "gpu005", "--take-over", "--yes", LOGNAME="zoe")
    assert second.returncode == Exit.CONFLICT, "it is leased, carried or not"
    taken = rf"lab/gpu005: taken by {identity} of \S+@\S+ since \S+ \S+Z;.*`megapod ops adopt {identity}`"
    assert re.search(taken, second.stderr), second.stderr

    again = terminals("-m", "console", MEGAPOD_CONFIG=str(megapod.config))
    again.shows("interrupted: carry on it?", identity)
    again.press("y", "7")
    again.until(lambda text: "conflict" in text and "interrupted" not in text, 90.0)
    again.press("q")

    wait_for(lambda: megapod.operation(identity)["state"] != "running", 90.0)
    ended = megapod.operation(identity)
    assert (ended["state"], ended["nodes"]) == ("conflict", {"done": 14, "conflict": 1})
    assert f"{BY_HAND}: given back by somebody else" in ended["text"]
    assert f"{ANOTHERS} is out already: 'waiting for a part'" in megapod("ops", "show", identity).stdout
    assert {node: restarts(pod, job) for node, job in jobs.items()} == {node: int(node != BY_HAND) for node in LONG}
    assert restarts(pod, short) == 1 or "COMPLETED" in pod.run("scontrol", "-o", "show", "job", short)
    assert pod.state(BY_HAND) == "MIXED", "given back, and its job has never been touched"
    assert reason(pod, ANOTHERS) == "waiting for a part"
    ours = [f"gpu{at:03d}" for at in range(1, 17) if f"gpu{at:03d}" not in (BY_HAND, ANOTHERS)]
    assert {node: pod.state(node) for node in ours} == dict.fromkeys(ours, "IDLE+DRAIN")
    assert all(reason(pod, node).startswith(f"megapod:{identity} ") for node in ours)
    check_journal(megapod.told(identity))
    pod.run("scancel", *jobs.values(), short)
