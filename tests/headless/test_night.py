"""The scripted night of `tests/night.sh` on a simulated pod: a GPU's Xid, from the finding to the node in service."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backends.transport.child import Child

ROOT = Path(__file__).parents[2]
NODE = "austin-r1-n03"


@pytest.fixture
def night(tmp_path):
    """Runs the script, and megapod itself, on a pod where a GPU has had an Xid; eight seconds pass in one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "megapod"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m console "$@"\n')
    command.chmod(0o700)
    config = tmp_path / "config.toml"
    environment = os.environ | {
        "MEGAPOD_CONFIG": str(config),
        "PATH": f"{folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    words = ["--racks=1", "--nodes=4", "--gpus=2", "--speed=8", "--fault", f"gpu-xid:{NODE}/0@1"]
    simulate = [sys.executable, "-m", "console", "simulate", *words, f"--write-config={config}", "--exit-with-parent"]

    def run(*argv):
        return subprocess.run(
            argv, check=False, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL, timeout=240
        )

    with Child(simulate, name="the simulated pod") as child:
        child.ready(60.0)
        yield run


def test_what_a_finding_hits_is_drained_cycled_checked_and_given_back(night):
    assert night("megapod", "check", "austin", "--write-expected").returncode == 0
    done = night(str(ROOT / "tests/night.sh"), "austin", "gpu-health")
    assert done.returncode == 0, done.stderr
    assert f"night: {NODE} are back" in done.stderr
    began = [line for line in done.stdout.splitlines() if " began " in line]
    first, second, *others = [line.split(" began ")[1].split("  ")[0] for line in began]
    assert (first, second) == ("drain", "power cycle")
    # Twice where Slurm took the node down for a boot that it saw only after the node had been given back.
    assert others in (["resume"], ["resume", "resume"])
    assert "night: gpu-health" in began[0]
    assert "is on it" in done.stdout
    node = night("megapod", "get", "nodes", NODE, "-o", "jsonpath={.items[0].health}")
    assert node.stdout == "OK\n"
    again = night(str(ROOT / "tests/night.sh"), "austin", "gpu-health")
    assert (again.returncode, again.stdout) == (0, "")
    assert "night: nothing is wrong" in again.stderr
