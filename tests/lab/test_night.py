"""The scripted night of `tests/night.sh` on real Slurm, with simulated controllers beside it."""

import json
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from backends.transport.child import Child

pytestmark = [pytest.mark.slurm, pytest.mark.sshd]

ROOT = Path(__file__).parents[2]
NODE = "gpu003"
SYSTEM = "austin-r1-n03"


@pytest.fixture
def simulated(tmp_path):
    """The controllers of four nodes, one with a GPU that has had an Xid; eight seconds pass in one. Their endpoint."""
    path = tmp_path / "simulated.toml"
    words = ["--racks=1", "--nodes=4", "--gpus=8", "--speed=8", "--fault", f"gpu-xid:{SYSTEM}/0@1"]
    simulate = [sys.executable, "-m", "console", "simulate", *words, f"--write-config={path}", "--exit-with-parent"]
    with Child(simulate, name="the simulated controllers") as child:
        child.ready(60.0)
        # Their own scheduler would give those GPUs work, which Slurm knows nothing of: it parks them.
        park = ["drain", SYSTEM, "--reason", "parked", "--mode", "requeue", "--yes", "--wait", f"--config={path}"]
        subprocess.run([sys.executable, "-m", "console", *park], check=True, capture_output=True, timeout=60)
        yield tomllib.loads(path.read_text())["pods"]["austin"]["redfish"][0]


@pytest.fixture
def night(pod, simulated, tmp_path):
    """Runs the script, and megapod itself, with a config that joins Slurm's nodes with the controllers' systems."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "megapod"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m console "$@"\n')
    command.chmod(0o700)
    ssh = {key: getattr(pod.ssh, key) for key in ("host", "port", "user", "identity", "known_hosts")}
    names = ", ".join(f'"austin-r1-n{at:02d}" = "gpu{at:03d}"' for at in range(1, 5))
    secret = json.dumps(simulated["secret"]["password_command"])
    told = {key: simulated[key] for key in ("url", "user", "fingerprint")}
    lines = ["[pods.lab]", "read_only = false", "scheduler = { interval_s = 0.5 }", f"node_names = {{ {names} }}"]
    lines += ["[pods.lab.ssh]", *(f"{key} = {json.dumps(value)}" for key, value in ssh.items())]
    lines += ["[pods.lab.redfish]", *(f"{key} = {json.dumps(value)}" for key, value in told.items())]
    lines += [f"secret = {{ password_command = {secret} }}", ""]
    config = tmp_path / "config.toml"
    config.write_text("\n".join(lines))
    environment = os.environ | {
        "MEGAPOD_CONFIG": str(config),
        "PATH": f"{folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }

    def run(*argv):
        return subprocess.run(
            argv, check=False, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL, timeout=200
        )

    return run


@pytest.mark.timeout(240)
def test_a_node_somebody_else_has_is_left_to_them_and_given_back_when_it_is_ours(pod, night):
    script = str(ROOT / "tests/night.sh")
    assert night("megapod", "check", "lab", "--write-expected").returncode == 0
    pod.run("scontrol", "update", f"nodename={NODE}", "state=drain", "reason=waiting for a part")
    theirs = night(script, "lab", "gpu-health")
    assert theirs.returncode == 1, theirs.stderr
    assert f"somebody else has {NODE}" in theirs.stderr
    assert "power" not in theirs.stdout
    assert "Reason=waiting for a part" in pod.run("scontrol", "-o", "show", "node", NODE)
    pod.run("scontrol", "update", f"nodename={NODE}", "state=resume")

    job = pod.sbatch("-w", NODE, "--requeue", "-J", "train", script="exec sleep 600")
    end = time.monotonic() + 20
    while pod.state(NODE) != "MIXED":
        assert time.monotonic() < end
        time.sleep(0.2)  # slurmctld announces nothing: asking is all there is
    done = night(script, "lab", "gpu-health")
    assert done.returncode == 0, done.stderr
    began = [line for line in done.stdout.splitlines() if " began " in line]
    assert [line.split(" began ")[1].split("  ")[0] for line in began] == ["drain", "power cycle", "resume"]
    assert "DRAIN" not in pod.state(NODE)
    assert pod.run("scontrol", "-o", "show", "job", job).partition("Restarts=")[2].split()[0] == "1", "requeued, once"
