"""`megapod hold, release, cordon, power, apply` as scripts call them, on a simulated pod in a process of its own."""

import itertools
import json
import os
import subprocess
import sys

import msgspec
import pytest

from backends.transport.child import Child
from console.exit import Exit
from console.operations.plan import Plan, digest

NODE = "austin-r1-n01"
BUSY = ("austin-r1-n02", "austin-r1-n03")
FREED = "austin-r1-n04"


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """The config of a pod of six nodes that is served as long as this module's tests run."""
    config = tmp_path_factory.mktemp("pod") / "config.toml"
    words = ["--racks=1", "--nodes=6", "--speed=10", f"--write-config={config}", "--exit-with-parent"]
    with Child([sys.executable, "-m", "console", "simulate", *words], name="the simulated pod") as child:
        child.ready(60.0)
        yield config


class Megapod:
    """The command, with a config of its own over the same pod, and the journal of the test."""

    def __init__(self, config, runs):
        self.config = config
        self.runs = runs
        self.numbers = itertools.count()
        self.environment = {**os.environ, "MEGAPOD_CONFIG": str(config)}

    def start(self, *words):
        return subprocess.Popen(
            [sys.executable, "-m", "console", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        )

    def __call__(self, *words, code=Exit.DONE):
        streams = {"env": self.environment}
        _, ended, out, error = self.runs.one(next(self.numbers), words[0], list(words), self.config, streams)
        assert ended == code, (words, out, error)
        return out if code is Exit.DONE else error

    def items(self, kind):
        return json.loads(self("get", kind, "-o", "json"))["items"]

    def jobs_on(self, node):
        return [item["id"] for item in self.items("jobs") if node in item["nodes"] and item["running"]]

    def power(self, node):
        return next(item["hardware"]["power"] for item in self.items("nodes") if item["name"] == node)


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


def test_a_hold_outlives_the_resume_of_its_rack_and_a_release_ends_it(megapod):
    megapod("hold", NODE, "--reason", "DIMM B3", "--ticket", "OPS-12", "--until", "3d", "--yes")
    said = megapod("resume", NODE, "--yes", code=Exit.REFUSED)
    assert "held by" in said
    assert "[OPS-12]: DIMM B3" in said
    elsewhere = megapod.environment | {"XDG_STATE_HOME": str(megapod.config.parent / "another host")}
    here, megapod.environment = megapod.environment, elsewhere
    assert "[OPS-12]: DIMM B3" in megapod("resume", NODE, "--yes", "--take-over", code=Exit.REFUSED), "by its mark"
    megapod.environment = here | {"LOGNAME": "zoe"}
    assert "--take-over overrules" in megapod("release", NODE, "--yes", code=Exit.CONFLICT)
    megapod.environment = here
    megapod("release", NODE, "--resume", "--yes")
    told = [json.loads(line) for line in megapod("audit", "-o", "jsonl").splitlines()]
    held, released = [one for one in told if one["kind"] in ("held", "released")]
    assert (held["kind"], held["on"], held["why"]) == ("held", f"austin: {NODE}", "DIMM B3 [OPS-12]")
    assert (released["kind"], released["evidence"]["nodes"]) == ("released", [NODE])


def test_power_wants_the_number_of_jobs_it_ends(megapod):
    node = BUSY[0]
    jobs = megapod.jobs_on(node)
    assert jobs
    force = ("power", "off", node, "--force-busy")
    tries = {
        ("power", "off", node, "--yes"): (Exit.REFUSED, "would die"),
        (*force, "--yes"): (Exit.UNCONFIRMED, "--yes is not enough"),
        (*force, "--expect", str(len(jobs) + 1)): (Exit.UNCONFIRMED, "nothing was changed"),
    }
    for process, (code, said) in [(megapod.start(*words), wanted) for words, wanted in tries.items()]:
        _, error = process.communicate(timeout=60)
        assert (process.returncode, said in error) == (code, True), error
    assert megapod.power(node) == "On"
    megapod(*force, "--expect", str(len(megapod.jobs_on(node))))
    assert megapod.power(node) == "Off"


def test_a_plan_of_an_hour_ago_does_not_end_a_job_it_never_knew(megapod, tmp_path):
    node, plan = BUSY[1], tmp_path / "plan.json"
    for words, code in (
        (("power", "off", node, "--force-busy"), Exit.CONFLICT),
        (("cordon", node, "--reason", "swap"), Exit.DONE),
    ):
        megapod(*words, "--plan-out", str(plan))
        saved = json.loads(plan.read_text())
        assert saved["blast"]["jobs"]
        saved["blast"]["jobs"] = []  # as they were before the jobs began
        saved["digest"] = digest(msgspec.convert(saved, Plan))
        plan.write_text(json.dumps(saved))
        process = megapod.start("apply", str(plan), "--yes")
        _, error = process.communicate(timeout=60)
        assert process.returncode == code, error
        assert f"on {node}: started since the plan was made" in error
    megapod("resume", node, "--yes")


def test_a_saved_plan_is_judged_again_by_the_policy_of_now(megapod, tmp_path):
    plan = tmp_path / "plan.json"
    megapod("cordon", NODE, "--reason", "swap", "--plan-out", str(plan))
    megapod.config.write_text(megapod.config.read_text() + "\n[pods.austin.policy]\nmax_out = { pod = 0 }\n")
    assert "raise max_out.pod under" in megapod("apply", str(plan), "--yes", code=Exit.REFUSED)


def test_many_nodes_want_their_number_and_a_yes_is_not_enough(megapod):
    policy = "\n[pods.austin.policy]\ntyped_count_over = 1\n"
    megapod.config.write_text(megapod.config.read_text() + policy)
    cordon = ("cordon", "austin-r1-n[05-06]", "--reason", "swap")
    assert "changes 2 nodes: give --expect 2; --yes is not enough" in megapod(*cordon, "--yes", code=Exit.UNCONFIRMED)
    megapod(*cordon, "--expect", "2")
    megapod("resume", "austin-r1-n[05-06]", "--expect", "2")


def test_any_number_may_wait_for_what_drains_already(megapod):
    node = BUSY[1]
    megapod("cordon", node, "--reason", "swap", "--yes")
    again = megapod("drain", node, "--reason", "swap", "--yes")
    assert again == f"{node} working (on its way already)\n", "told once"
    waiting = [megapod.start("drain", node, "--reason", "swap", "--timeout", "1s") for _ in range(2)]
    ended = [process.communicate(timeout=60)[1] for process in waiting]
    assert [process.returncode for process in waiting] == [Exit.DEADLINE, Exit.DEADLINE], ended
    left = [item["id"] for item in json.loads(megapod("ops", "list", "-o", "json"))["items"]]
    for word, more in (("cancel", ("--reason", "enough")), ("watch", ("--timeout", "30s"))):
        for process in [megapod.start("ops", word, operation, *more) for operation in left]:
            process.communicate(timeout=60)
            assert process.returncode == (Exit.DONE if word == "cancel" else Exit.FAILED)
    megapod("resume", node, "--yes")


def test_a_provisioning_is_reviewed_begun_watched_and_on_record(megapod, done_as_shown):
    node = FREED
    megapod("drain", node, "--reason", "new disk", "--mode", "requeue", "--yes", "--wait")
    words = ("provision", node, "--reason", "new disk", "--profile")
    assert "no profile 'podos'; did you mean 'pod-os'?" in megapod(*words, "podos", "--yes", code=Exit.USAGE)
    page = megapod(*words, "pod-os", "--dry-run")
    assert "each as profile pod-os: empty, starts once from Pxe, power off, on, booted within 3m00s" in page
    dry = json.loads(megapod(*words, "pod-os", "--dry-run", "-o", "json"))
    saved = megapod.config.parent / "plan.json"
    megapod(*words, "pod-os", "--plan-out", str(saved))
    process = megapod.start("apply", str(saved), "--yes")
    _, said = process.communicate(timeout=90)
    assert process.returncode == Exit.DONE, said
    operation = msgspec.json.decode(saved.read_bytes(), type=Plan).operation
    assert f"goes on as {operation}" in said, "it is left once its node is claimed"
    megapod("ops", "watch", operation)
    shown = json.loads(megapod("ops", "show", operation, "-o", "json"))
    done_as_shown(dry, shown)
    evidence = {step: rows[node]["text"] for step, rows in shown["steps"].items()}
    assert evidence[f"parts/{node}"] == "4 of 4 GPUs, 12 of 12 NVLinks up"
    assert evidence[f"reached/{node}"] == "its OS lets us log in by SSH"
    assert "in batch; still closed to new work" in evidence[f"joined/{node}"]
    told = [json.loads(line) for line in megapod("audit", "-o", "jsonl").splitlines()]
    assert {one["kind"] for one in told if one["operation"] == operation} >= {"begun", "intended", "closed"}
