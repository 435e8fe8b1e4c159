"""`megapod ops`, `apply`, `audit` as people and scripts call them: real processes and workers on a simulated pod."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from backends.transport.child import Child
from console.exit import Exit

WITHIN_S = 60.0
AUDIT = {"seq", "at", "operation", "user", "host", "pid", "origin", "kind", "what", "on", "why", "result", "evidence"}
LISTED = {
    *("id", "verb", "pod", "targets", "reason", "state", "outcome", "text", "nodes"),
    *("begun_at", "begun_by", "by", "carrier", "deadline_at", "clear_at", "ended_at", "told_at"),
}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """The config of a small pod, at the speed of a real one: its jobs outlive the tests."""
    config = tmp_path_factory.mktemp("pod") / "config.toml"
    words = ["--racks=1", "--nodes=8", "--gpus=1", f"--write-config={config}", "--exit-with-parent"]
    with Child([sys.executable, "-m", "console", "simulate", *words], name="the simulated pod") as child:
        child.ready(60.0)
        yield config


class Megapod:
    """The command, with the journal of the test; and another hand at the pod."""

    def __init__(self, config, runs):
        self.config = config
        self.runs = runs
        self.numbers = itertools.count()
        self.environment = {**os.environ, "MEGAPOD_CONFIG": str(config)}

    def start(self, *words, **more):
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        return subprocess.Popen([sys.executable, "-m", "console", *words], text=True, env=self.environment, **streams)

    def __call__(self, *words, code=Exit.DONE):
        streams = {"env": self.environment}
        _, ended, out, error = self.runs.one(next(self.numbers), words[0], list(words), self.config, streams)
        assert ended == code, (words, out, error)
        return out if code is Exit.DONE else error

    def json(self, *words):
        return json.loads(self(*words, "-o", "json"))

    def operation(self, identity):
        return next(item for item in self.json("ops", "list", "--all")["items"] if item["id"] == identity)

    def until(self, identity, state):
        end = time.monotonic() + WITHIN_S
        while (now := self.operation(identity))["state"] != state:
            assert time.monotonic() < end, now
            time.sleep(0.1)  # its worker is a process of its own: the journal is where it tells
        return now

    def worker(self, identity):
        """The process of its worker; until that has signed, whoever started it stands there, and is gone."""
        end = time.monotonic() + WITHIN_S
        while True:
            carrier = self.operation(identity)["carrier"]
            if carrier and Path(f"/proc/{carrier['pid']}").exists():
                return carrier["pid"]
            assert time.monotonic() < end, carrier
            time.sleep(0.1)  # as above

    def busy(self):
        jobs = [item for item in self.json("get", "jobs")["items"] if item["running"]]
        nodes = {item["name"]: item for item in self.json("get", "nodes")["items"]}
        for job in jobs:
            (name, *others) = job["nodes"]
            if not others and "DRAIN" not in nodes[name]["scheduler"]["state"]:
                return name
        raise AssertionError(jobs)

    def by_hand(self, *argv):
        """Another operator at the head node, who does not use megapod."""
        ssh = tomllib.loads(self.config.read_text())["pods"]["austin"]["ssh"]
        way = ["-F", "none", "-p", str(ssh["port"]), "-i", ssh["identity"]]
        way += ["-o", f"UserKnownHostsFile={ssh['known_hosts']}", "-o", "BatchMode=yes"]
        subprocess.run(["ssh", *way, f"{ssh['user']}@{ssh['host']}", " ".join(argv)], check=True, timeout=30)

    def drain(self, node):
        """A drain that waits for a job, begun; its id."""
        said = self.json("drain", node, "--reason", "swap", "--yes")
        return said["operation"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory, forks):
    """Runs a command for the price of a fork, where nothing is asked of it while it runs."""
    made = forks(tmp_path_factory.mktemp("runs"), at_once=1)
    yield made
    made.close()


@pytest.fixture
def megapod(simulated, runs, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text(simulated.read_text())
    config.chmod(0o600)
    return Megapod(config, runs)


def test_the_words_to_an_operation(megapod):
    node = megapod.busy()
    one = megapod.drain(node)
    (listed,) = [json.loads(line) for line in megapod("ops", "list", "-o", "jsonl").splitlines()]
    assert set(listed) == LISTED
    assert (listed["id"], listed["state"], listed["nodes"], listed["reason"]) == (
        one,
        "running",
        {"working": 1},
        "swap",
    )
    megapod("ops", "pause", one, "--reason", "fire drill")
    assert megapod.operation(one)["state"] == "paused"
    megapod("ops", "resume", one)
    assert "cancel needs --reason" in megapod("ops", "cancel", one, code=Exit.USAGE)
    assert "has not ended" in megapod("ops", "retry", one, code=Exit.CONFLICT)
    assert "no operation 'op-nosuch'" in megapod("ops", "show", "op-nosuch", code=Exit.USAGE)
    shown = megapod.json("ops", "show", one)
    assert (shown["kind"], shown["state"], shown["nodes"][0]["stage"]) == ("Operation", "running", "empty")
    assert shown["carrier"]["actor"]["pid"] == listed["carrier"]["pid"]
    megapod("ops", "cancel", one, "--reason", "wrong rack")
    megapod("ops", "watch", one, "--timeout", "30s", code=Exit.FAILED)
    assert megapod.operation(one)["text"] == f"cancelled: wrong rack; {node} as before"
    assert "has ended" in megapod("ops", "cancel", one, "--reason", "again", code=Exit.CONFLICT)
    assert "not among the nodes" in megapod("ops", "retry", one, "--nodes", "gpu099", code=Exit.USAGE)
    megapod("ops", "retry", one)
    assert megapod.until(one, "running")["nodes"] == {"working": 1}
    megapod("ops", "cancel", one, "--reason", "enough")
    megapod("ops", "watch", one, "--timeout", "30s", code=Exit.FAILED)
    told = [json.loads(line) for line in megapod("audit", "--operation", one, "-o", "jsonl").splitlines()]
    assert all(set(item) == AUDIT for item in told)
    assert [item["seq"] for item in told] == sorted(item["seq"] for item in told)
    by_kind = {item["kind"]: item for item in told}
    assert set(by_kind) >= {"begun", "started", "intended", "applied", "ended", "paused", "continued", "cancelling"}
    assert set(by_kind) >= {"retried", "closed"}
    begun, paused, closed = (by_kind[kind] for kind in ("begun", "paused", "closed"))
    assert (begun["what"], begun["on"], begun["why"]) == ("began drain", f"austin: {node}", "swap")
    assert begun["evidence"]["plan"]["operation"] == one
    assert (paused["what"], paused["why"]) == ("paused it", "fire drill")
    assert closed["result"].startswith("cancelled: ")
    assert by_kind["applied"]["result"] == "accepted"


def test_the_second_operator_is_told_who_and_since_when_and_can_adopt(megapod):
    node = megapod.busy()
    one = megapod.drain(node)
    mine = megapod.operation(one)
    megapod.environment["LOGNAME"] = "zoe"
    tries = [
        ("drain", node, "--reason", "mine", "--yes"),
        ("resume", node, "--take-over", "--yes"),
        ("power", "off", node, "--force-busy", "--expect", "1"),
    ]
    for process in [megapod.start(*words) for words in tries]:
        _, error = process.communicate(timeout=WITHIN_S)
        assert process.returncode == Exit.CONFLICT, error
        assert one in error or "root: swap" in error
    (refused,) = [line for line in megapod(*tries[1], code=Exit.CONFLICT).splitlines() if "taken by" in line]
    who = f"{mine['by']['user']}@{mine['by']['host']} since {mine['begun_at'][:10]} {mine['begun_at'][11:19]}Z"
    assert f"austin/{node}: taken by {one} of {who}" in refused
    assert f"`megapod ops adopt {one}`" in refused
    megapod("ops", "adopt", one)
    worker = megapod.worker(one)
    assert worker != mine["carrier"]["pid"], "another process carries it"
    os.kill(worker, signal.SIGKILL)
    lost = megapod.until(one, "interrupted")
    assert lost["carrier"] is None
    watching = megapod.start("ops", "watch", one)
    assert f"{one} was interrupted: `megapod ops adopt {one}`" in "".join(itertools.islice(watching.stderr, 2))
    watching.terminate()
    watching.communicate(timeout=WITHIN_S)
    megapod("ops", "cancel", one, "--reason", "enough")
    megapod("ops", "watch", one, "--timeout", "30s", code=Exit.FAILED)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_who_waits_may_leave_and_the_operation_goes_on(megapod, number):
    waiting = megapod.start("drain", megapod.busy(), "--reason", "swap", "--yes", "--wait")
    for line in waiting.stderr:
        if "draining" in line:
            break
    waiting.send_signal(number)
    _, error = waiting.communicate(timeout=WITHIN_S)
    assert (waiting.returncode, "detached" in error) == (Exit.INTERRUPTED, True), error
    (item,) = megapod.json("ops", "list")["items"]
    assert item["state"] == "running"
    megapod("ops", "cancel", item["id"], "--reason", "enough")
    megapod("ops", "watch", item["id"], "--timeout", "30s", code=Exit.FAILED)


def test_a_progress_line_is_said_once(megapod):
    node = megapod.busy()
    waiting = megapod.start("drain", node, "--reason", "swap", "--yes", "--wait")
    said = []
    for line in waiting.stderr:
        said.append(line)
        if "draining" in line:
            megapod.by_hand("scontrol", "update", f"nodename={node}", "state=resume")
            break
    out, error = waiting.communicate(timeout=WITHIN_S)
    assert waiting.returncode == Exit.CONFLICT
    assert out == f"{node} conflict (given back by somebody else)\n"
    said += error.splitlines(keepends=True)
    texts = [line.partition(" (op-")[0].strip() for line in said]
    assert len(texts) == len(set(texts)), said
    assert sum("given back by somebody else" in text for text in texts) == 1


def test_a_watch_whose_reader_is_gone_ends_and_the_operation_goes_on(megapod):
    one = megapod.drain(megapod.busy())
    reader, writer = os.pipe()
    os.close(reader)
    watching = megapod.start("ops", "watch", one, stdout=writer)
    os.close(writer)
    _, error = watching.communicate(timeout=WITHIN_S)
    assert (watching.returncode, error) == (Exit.DONE, "")
    assert megapod.operation(one)["state"] == "running"
    megapod("ops", "cancel", one, "--reason", "enough")
    megapod("ops", "watch", one, "--timeout", "30s", code=Exit.FAILED)
