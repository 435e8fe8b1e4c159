"""Holds on a real Slurm pod: what `scontrol` says after each word, and what a resume of all of them leaves out."""

import json
import os
import subprocess
import sys

import pytest

from console.exit import Exit

pytestmark = [pytest.mark.slurm, pytest.mark.sshd]


@pytest.fixture
def megapod(pod, tmp_path):
    keys = ("host", "port", "user", "identity", "known_hosts")
    ssh = "".join(f"{key} = {json.dumps(getattr(pod.ssh, key))}\n" for key in keys)
    config = tmp_path / "config.toml"
    config.write_text(f"[pods.lab]\nread_only = false\nscheduler = {{ interval_s = 0.5 }}\n[pods.lab.ssh]\n{ssh}")
    environment = {**os.environ, "MEGAPOD_CONFIG": str(config)}

    def run(*words, code=Exit.DONE):
        done = subprocess.run(
            [sys.executable, "-m", "console", *words],
            capture_output=True,
            text=True,
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout + done.stderr

    return run


def reason(pod, node):
    return pod.run("scontrol", "-o", "show", "node", node).partition("Reason=")[2].partition(" [")[0]


def test_a_hold_is_marked_kept_out_of_a_resume_and_released(pod, megapod):
    megapod("drain", "gpu[002,004]", "--reason", "leak", "--yes")
    pod.run("scontrol", "update", "nodename=gpu003", "state=drain", "reason=waiting for a part")
    said = megapod("hold", "gpu[001-003]", "--reason", "DIMM B3: ECC", "--ticket", "OPS-12", "--until", "3d", "--yes")
    assert "gpu003 done (held by" in said
    for node in ("gpu001", "gpu002"):
        assert "DRAIN" in pod.state(node)
        assert reason(pod, node).partition(": ")[2].startswith("hold until 20"), reason(pod, node)
        assert reason(pod, node).endswith("ticket OPS-12: DIMM B3: ECC")
    assert reason(pod, "gpu003") == "waiting for a part", "another's reason is never replaced"

    left = megapod("resume", "gpu[001-004]", "--take-over", "--yes", code=Exit.SOME_FAILED)
    assert all(f"gpu00{n} skipped (gpu00{n} is held by" in left for n in (1, 2, 3))
    assert "DRAIN" not in pod.state("gpu004")
    megapod("release", "gpu[001,003]", "--yes")
    assert reason(pod, "gpu001").endswith(", still out: DIMM B3: ECC")
    assert ("DRAIN" in pod.state("gpu001"), reason(pod, "gpu003")) == (True, "waiting for a part")
    megapod("release", "gpu002", "--resume", "--yes")
    megapod("resume", "gpu001", "--yes")
    assert all("DRAIN" not in pod.state(node) for node in ("gpu001", "gpu002"))


def test_a_cordon_leaves_the_job_running_and_waits_for_nothing(pod, megapod):
    job = pod.sbatch("-w", "gpu005", "-J", "long", script="exec sleep 300")
    megapod("wait", "gpu005", "--for", "state=mixed", "--timeout", "30s")
    megapod("cordon", "gpu005", "--reason", 'the "blue"  fabric', "--yes")
    assert ("DRAIN" in pod.state("gpu005"), reason(pod, "gpu005").partition(": ")[2]) == (True, "the 'blue' fabric")
    assert pod.run("squeue", "-h", "-j", job, "-o", "%T").strip() == "RUNNING"
    pod.run("scancel", job)
