"""`megapod logs --job` against real Slurm: a running job's output, from the head node."""

import json
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.slurm, pytest.mark.sshd]


def test_a_job_s_output_is_read_and_followed(pod, tmp_path):
    config = tmp_path / "config.toml"
    ssh = {"host": pod.ssh.host, "port": pod.ssh.port, "user": pod.ssh.user}
    ssh |= {"identity": pod.ssh.identity, "known_hosts": pod.ssh.known_hosts}
    config.write_text("[pods.lab.ssh]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in ssh.items()))
    script = "for i in 1 2 3; do echo step $i; done; while [ ! -e go ]; do sleep 0.1; done; echo step 4; sleep 60"
    submit = ["sbatch", "--parsable", "-D", str(pod.folder), "-o", "out-%j.txt", "--mem=10", "--wrap", script]
    job = pod.run(*submit).strip()
    logs = [sys.executable, "-m", "console", "logs", "--job", job, "--config", str(config), "-o", "jsonl", "-n", "2"]
    following = subprocess.Popen([*logs, "-f"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        said = [json.loads(following.stdout.readline())["message"]]
        (pod.folder / "go").touch()
        while said[-1] != "step 4":
            said.append(json.loads(following.stdout.readline())["message"])
    finally:
        following.terminate()
        following.communicate(timeout=20)
    assert said[-3:] == ["step 2", "step 3", "step 4"] or said == ["step 1", "step 2", "step 3", "step 4"]
    assert following.returncode == 130
    unknown = subprocess.run([*logs[:5], "99999", *logs[6:]], capture_output=True, text=True, check=False, timeout=60)
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "no pod's scheduler knows it" in unknown.stderr
