"""`megapod get, describe, watch, wait` as scripts call them: a pod that answers beside one that never does."""

import json
import os
import socket
import subprocess
import sys
import time

import jsonschema
import pytest

from backends.transport.child import Child
from console.exit import Exit
from console.headless.kinds import schema

NODE = "austin-r1-n01"
SLACK_S = 2.0
"""What a busy machine may add to a deadline; the alarm itself is held to 0.1 s where nobody else runs."""


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """The config of a pod of four nodes that is served as long as this module's tests run."""
    config = tmp_path_factory.mktemp("pod") / "config.toml"
    words = ["--racks=1", "--nodes=4", "--gpus=2", f"--write-config={config}", "--exit-with-parent"]
    with Child([sys.executable, "-m", "console", "simulate", *words], name="the simulated pod") as child:
        child.ready(60.0)
        yield config


@pytest.fixture(scope="module")
def silent():
    """A port that takes connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(64)
        yield server.getsockname()[1]


@pytest.fixture
def megapod(simulated, tmp_path):
    """Starts a command on the pod that answers."""
    environment = os.environ | {"MEGAPOD_CONFIG": str(simulated), "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def start(*words, config=None):
        env = environment | ({"MEGAPOD_CONFIG": str(config)} if config else {})
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([sys.executable, "-m", "console", *words], **pipes, text=True, env=env)

    return start


@pytest.fixture
def run(megapod):
    """The code, stdout and stderr of a command."""

    def finished(*words, config=None):
        process = megapod(*words, config=config)
        out, error = process.communicate(timeout=60)
        return process.returncode, out, error

    return finished


@pytest.fixture
def two_pods(simulated, silent, tmp_path):
    """A config with the pod that answers after one that does not."""
    config = tmp_path / "config.toml"
    dark = f'[pods.dark.ssh]\nhost = "127.0.0.1"\nport = {silent}\n'
    dark += f'[pods.dark.redfish]\nurl = "https://127.0.0.1:{silent}/redfish/v1"\n'
    config.write_text(dark + simulated.read_text())
    config.chmod(0o600)
    return config


def test_rows_of_a_pod_that_answers_do_not_wait_for_one_that_does_not(megapod, two_pods):
    process = megapod("get", "nodes", "--timeout", "30s", config=two_pods)
    try:
        rows = [process.stdout.readline() for _ in range(5)]
        assert rows[0].startswith("POD     NODE")
        assert [row.split()[:2] for row in rows[1:]] == [["austin", f"austin-r1-n0{at}"] for at in range(1, 5)]
        assert process.poll() is None
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == Exit.INTERRUPTED


def test_who_reads_of_nodes_does_not_wait_for_a_pod_that_is_silent_and_who_changes_them_does(megapod, two_pods):
    words = (
        ["wait", NODE, "--for", "health=ok"],
        ["cordon", NODE, "--reason", "swap", "--dry-run"],
        ["exec", NODE, "--", "true"],
    )
    began_s = time.monotonic()
    read, *changes = [megapod(*each, config=two_pods) for each in words]
    said = read.communicate(timeout=60)
    assert read.returncode == Exit.DONE, said
    assert time.monotonic() - began_s < 9.0, "the silent pod alone takes 10 s to be given up"
    for process in changes:
        said = process.communicate(timeout=60)[1]
        assert process.returncode == Exit.DONE, said
        assert f"whether {NODE} is there, too, is not known; --pod austin asks austin alone" in str(said)


@pytest.mark.parametrize("kind", ["nodes", "racks"])
def test_a_list_of_nodes_asks_the_scheduler_three_questions_and_says_all_the_same(run, kind):
    brief, whole = (
        json.loads(run("get", kind, "-o", "json", *more)[1]) for more in ((), ("--select", f"{kind[:-1]}=*"))
    )
    asked = {source["name"]: source["requests"] for source in brief["sources"]}
    assert [asked[f"slurm.{question}"] for question in ("nodes", "jobs", "layout")] == [1, 1, 1]
    for one in (brief, whole):
        for item in one["items"]:
            item.pop("scheduler", None), item.pop("hardware", None)  # when they were seen, and how warm
    assert brief["items"] == whole["items"]
    assert brief["items"]


def test_a_deadline_ends_the_run_with_what_is_known(run, two_pods):
    began_s = time.monotonic()
    code, out, error = run("--deadline", "5s", "get", "nodes", "-o", "json", config=two_pods)
    assert time.monotonic() - began_s < 5.0 + SLACK_S
    whole = json.loads(out)
    assert code == Exit.PARTIAL
    assert whole["partial"]
    assert [item["name"] for item in whole["items"]] == [f"austin-r1-n0{at}" for at in range(1, 5)]
    said = error.splitlines()
    assert said == [f"megapod: {problem}" for problem in whole["errors"]]
    # On a busy machine a controller that answers may be as late as one that does not.
    assert {problem.partition(":")[0] for problem in whole["errors"] if "no answer in time" not in problem} <= {"dark"}
    assert any(line.startswith("megapod: dark: slurm.nodes") for line in said)
    jsonschema.validate(whole, schema("NodeList"))


@pytest.mark.parametrize("words", [("watch", "nodes"), ("wait", NODE, "--for", "state=down"), ("events", "--follow")])
def test_a_deadline_ends_what_would_go_on(run, words):
    began_s = time.monotonic()
    code, _, error = run("--deadline", "2s", *words)
    assert time.monotonic() - began_s < 2.0 + SLACK_S
    assert code == Exit.DEADLINE
    assert error.splitlines()[-1].startswith("megapod: the deadline passed")


def test_what_is_watched_is_told_once_by_its_cursor(run, megapod, tmp_path):
    cursor = str(tmp_path / "seen.json")
    watching = megapod("watch", "racks", "--cursor", cursor)
    first = json.loads(watching.stdout.readline())
    watching.terminate()
    assert (watching.communicate(timeout=30)[1], watching.returncode) == ("", Exit.INTERRUPTED)
    assert {name: first[name] for name in ("change", "kind", "name")} == {
        "change": "added", "kind": "racks", "name": "r1"
    }  # fmt: skip
    code, out, _ = run("watch", "racks", "--for", "6s", "--cursor", cursor)
    assert code == Exit.DONE
    assert "added" not in {json.loads(line)["change"] for line in out.splitlines()}
    code, out, error = run("watch", "nodes", "--for", "1s", "--cursor", cursor)
    assert (code, out) == (Exit.USAGE, "")
    assert "the cursor of racks, not of nodes" in error
    code, out, error = run("watch", "racks", "--cursor", "/proc/none/seen.json")
    assert (code, out) == (Exit.FAILED, ""), "told before anything is printed that could not be remembered"
    assert "cannot write /proc/none/seen.json" in error


def test_a_wait_for_health_and_for_a_job(run):
    code, out, _ = run("wait", NODE, "--for", "health=ok", "--timeout", "20s", "-o", "json")
    whole = json.loads(out)
    assert (code, whole["there"], whole["nodes"][0]["health"]) == (Exit.DONE, True, "OK")
    jsonschema.validate(whole, schema("Wait"))
    code, out, error = run("wait", "--for", "job=987654:ended")
    assert (code, out) == (Exit.DONE, "987654 gone\n")
    assert "it has ended, or there was none" in error
    code, out, error = run("wait", "--for", "job=987654:started")
    assert (code, out) == (Exit.FAILED, "")
    assert error == "megapod: job 987654 is not in the queue of austin: if it ran, it has ended\n"
    assert run("wait", NODE, "--for", "job=987654:ended")[0] == Exit.USAGE
    code, out, error = run("wait", NODE, "--for", "state=down", "--timeout", "1s")
    assert code == Exit.DEADLINE
    assert f"not state=down: {NODE}" in error


def test_a_description_says_what_each_source_says(run):
    code, out, _ = run("describe", NODE)
    assert code == Exit.DONE
    assert {"slurm.nodes", "redfish", "GPUs"} <= {line.split(" (")[0] for line in out.splitlines()}
    code, out, _ = run("describe", NODE, "-o", "jsonpath=.item.hardware.power")
    assert (code, out) == (Exit.DONE, "On\n")
    code, out, error = run("describe", "austin-r1-n09")
    assert (code, out) == (Exit.USAGE, "")
    assert "did you mean node:austin-r1-n0" in error


def test_views_are_written_as_pictures_without_a_terminal(run, tmp_path):
    code, out, error = run("screenshots", "nodes", "jobs", "--size", "100x30", "--to", str(tmp_path))
    assert (code, out, error) == (Exit.DONE, "", f"megapod: 2 views of austin written to {tmp_path}\n")
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == ["jobs.svg", "nodes.svg"]
    assert NODE in (tmp_path / "nodes.svg").read_text()
    for words in (["nodez"], ["--size", "9x9"], ["--to", str(tmp_path / "none")]):
        code, out, error = run("screenshots", *words)
        assert (code, out, error.count("\n")) == (Exit.USAGE, "", 1)


def test_who_follows_events_hears_at_once_that_a_stream_is_not_open(megapod, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('[pods.dark.redfish]\nurl = "https://127.0.0.1:1/redfish/v1"\n')
    following = megapod("events", "--follow", config=config)
    assert following.stderr.readline().startswith("megapod: dark: redfish: connection refused")
    following.terminate()
    assert (following.communicate(timeout=30), following.returncode) == (("", ""), Exit.INTERRUPTED)
