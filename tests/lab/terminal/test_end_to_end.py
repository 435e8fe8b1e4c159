"""A round at a real terminal on the real-Slurm lab: find a job, go to its nodes, drain one, watch it, take it back."""

import json

import pytest

pytestmark = [pytest.mark.slurm, pytest.mark.sshd]
SETTLES_S = 40.0


@pytest.fixture
def config(pod, tmp_path):
    """The lab's pod, written to, as a config file."""
    path = tmp_path / "config.toml"
    keys = ("host", "port", "user", "identity", "known_hosts")
    ssh = "".join(f"{key} = {json.dumps(getattr(pod.ssh, key))}\n" for key in keys)
    path.write_text(
        f"journal = {json.dumps(str(tmp_path / 'journal.db'))}\n"
        f"[pods.lab]\nread_only = false\nscheduler = {{ interval_s = 0.5 }}\n[pods.lab.ssh]\n{ssh}"
    )
    path.chmod(0o600)
    return path


def row(text, name):
    """The line of a node."""
    return next((line for line in text.splitlines() if line.split()[:1] == [name]), "")


def test_find_a_job_drain_one_of_its_nodes_watch_it_and_undo(pod, config, terminals):
    job = pod.sbatch("-N2", "-w", "gpu[005-006]", "-J", "wanted", script="exec sleep 300")
    pod.sbatch("-w", "gpu009", "-J", "other")
    terminal = terminals("-m", "console", MEGAPOD_CONFIG=str(config))
    terminal.press("6")
    terminal.shows("wanted", "other", within_s=30.0)
    terminal.press("/", *"wanted", "Enter")
    terminal.until(lambda text: "gpu[005-006]" in text and "other" not in text)  # it runs: it has nodes to go to
    terminal.press("Enter")
    terminal.until(lambda text: row(text, "gpu005") and row(text, "gpu006") and not row(text, "gpu009"))
    terminal.press("D")
    terminal.shows("drain gpu005, reason:")
    terminal.type("tray leak")
    terminal.press("Enter")
    terminal.shows("drain gpu005?", f"{job} wanted")
    assert pod.state("gpu005") == "ALLOCATED" or "MIXED" in pod.state("gpu005"), "a preview changes nothing"
    terminal.press("y")
    terminal.until(lambda text: "drain" in row(text, "gpu005"))
    assert "DRAIN" in pod.state("gpu005")
    assert "tray leak" in pod.run("scontrol", "-o", "show", "node", "gpu005")
    terminal.press("7")
    terminal.shows("draining", f"job {job} runs")
    pod.run("scancel", job)
    terminal.until(lambda text: "drained" in text and "working" not in text, SETTLES_S)
    terminal.press("5", "/", *"gpu005", "Enter")
    terminal.until(lambda text: "drained" in row(text, "gpu005"), SETTLES_S)
    terminal.press("U")
    terminal.shows("resume gpu005?")
    terminal.press("y")
    terminal.until(lambda text: "idle" in row(text, "gpu005"), SETTLES_S)
    back = ("IDLE", "IDLE+NOT_RESPONDING")  # given back, a node is so until slurmctld's next ping
    assert pod.state("gpu005") in back
    assert pod.state("gpu006") == "IDLE"
