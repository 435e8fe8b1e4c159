"""`megapod logs` of a controller: the simulated pod's log services, over TLS."""

import json
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def pod(tmp_path_factory):
    """Four nodes: one has lost a GPU, one is off."""
    config = tmp_path_factory.mktemp("logs") / "config.toml"
    simulator = subprocess.Popen(
        [
            *(sys.executable, "-m", "console", "simulate", "--racks=1", "--nodes=4", "--exit-with-parent"),
            *("--fault=gpu-lost:austin-r1-n02/1", "--fault=node-off:austin-r1-n03", f"--write-config={config}"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert simulator.stdout.readline()
        yield config
    finally:
        simulator.stdin.close()
        simulator.wait(20)
        simulator.stdout.close()


def logs(*words):
    return subprocess.run(
        [sys.executable, "-m", "console", "logs", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_logs_of_nodes_stand_together_by_time_and_can_be_filtered(pod):
    done = logs("austin-r1-n[01-02]", "--config", pod, "-o", "jsonl")
    entries = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert {entry["node"] for entry in entries} == {"austin-r1-n01", "austin-r1-n02"}
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)
    bad = [entry for entry in entries if entry["severity"] == "Critical"]
    assert {entry["node"] for entry in bad} == {"austin-r1-n02"}
    found = logs("austin-r1-n[01-02]", "--config", pod, "--grep", "powered on", "-n", "1")
    assert found.stdout.count("\n") == 1
    assert "has powered on" in found.stdout
    assert logs("austin-r1-n01", "--config", pod, "--since", "1h", "--grep", "powered on").stdout == ""


def test_what_cannot_be_read_is_said_and_is_no_empty_log(pod):
    journal = logs("austin-r1-n03", "--config", pod, "--from", "journal")
    assert (journal.returncode, journal.stdout) == (3, "")
    assert "austin-r1-n03" in journal.stderr
    assert logs("austin-r1-n99", "--config", pod).returncode == 2
    assert logs("--config", pod).returncode == 2
    assert logs("austin-r1-n01", "--config", pod, "--grep", "(").returncode == 2


@pytest.mark.parametrize("origin", ["bmc", "journal"])
def test_what_was_told_is_told_once_by_its_cursor(pod, tmp_path, origin):
    words = ("austin-r1-n01", "--config", pod, "--from", origin, "--cursor", tmp_path / "seen.json", "-n", "2")
    first = logs(*words)
    assert (first.returncode, first.stderr, bool(first.stdout)) == (0, "", True)
    again = logs(*words)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
