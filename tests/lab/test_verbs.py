"""`megapod` as scripts call it, against a real Slurm pod: what it prints, and with which code it ends."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from console.exit import Exit

pytestmark = [pytest.mark.slurm, pytest.mark.sshd]


@dataclass
class Megapod:
    """The command, with a config of its own."""

    config: Path

    def __call__(self, *words):
        env = {**os.environ, "MEGAPOD_CONFIG": str(self.config)}
        return subprocess.run(  # noqa: PLW1510 - the code is what the tests look at
            [sys.executable, "-m", "console", *words],
            capture_output=True,
            text=True,
            env=env,
            stdin=subprocess.DEVNULL,
            timeout=90,
        )

    def items(self, *words):
        done = self("get", *words, "-o", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["items"]


def write_config(path, ssh, *, read_only=False, more=""):
    table = {
        "host": ssh.host,
        "port": ssh.port,
        "user": ssh.user,
        "identity": ssh.identity,
        "known_hosts": ssh.known_hosts,
    }
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
    path.write_text(f"[pods.lab]\nread_only = {str(read_only).lower()}\n{more}\n[pods.lab.ssh]\n{lines}")


@pytest.fixture
def megapod(pod, tmp_path):
    path = tmp_path / "config.toml"
    write_config(path, pod.ssh)
    return Megapod(path)


@pytest.fixture
def html_503() -> Iterator[str]:
    """The address of a controller that answers everything with 503 and a page of HTML, as busy ones do."""

    class Busy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<html><body><h1>503 Service Unavailable</h1></body></html>"
            self.send_response(503)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Busy) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def until(question, within_s=10.0):
    deadline = time.monotonic() + within_s
    while not (answer := question()):
        assert time.monotonic() < deadline, "it did not come about in time"
    return answer


def only_line(text):
    assert text.count("\n") == 1, text
    return text.strip()


def test_a_job_is_there_within_five_seconds(pod, megapod):
    job = pod.sbatch("--gres=gpu:4", "-w", "gpu003", "-J", "train")
    started = time.monotonic()
    found = until(lambda: [item for item in megapod.items("jobs") if item["id"] == job and item["running"]], 5.0)
    assert time.monotonic() - started < 5.0
    assert (found[0]["nodes"], found[0]["gpus"]) == (["gpu003"], 4)
    assert found[0]["gpu_indices"] == {"gpu003": [0, 1, 2, 3]}


def test_every_kind_has_a_table_and_a_document(pod, megapod):
    pod.sbatch("--gres=gpu:2", "-w", "gpu002", "-J", "kinds")
    for kind in ("pods", "racks", "nodes", "gpus", "jobs"):
        table = megapod("get", kind)
        assert table.returncode == 0
        document = json.loads(megapod("get", kind, "-o", "json").stdout)
        assert document["apiVersion"] == "megapod/v1"
        assert (document["partial"], document["errors"]) == (False, [])
        assert len(document["items"]) == len(table.stdout.splitlines()) - 1


def test_drain_waits_for_the_job_and_resume_brings_it_back(pod, megapod):
    job = pod.sbatch("--gres=gpu:8", "-w", "gpu005", "-J", "shorty", script="exec sleep 5")
    until(lambda: pod.state("gpu005") == "MIXED")
    drained = megapod("drain", "gpu[005-006]", "--reason", "pump swap", "--wait", "--yes")
    assert drained.returncode == Exit.DONE
    witness = "reported by the scheduler, not confirmed: no GPU telemetry"
    assert drained.stdout == "".join(f"{node} done (drained; {witness})\n" for node in ("gpu005", "gpu006"))
    assert f"draining; job {job} runs" in drained.stderr
    assert pod.state("gpu005") == "IDLE+DRAIN"
    shown = pod.run("scontrol", "-o", "show", "node", "gpu005")
    assert "Reason=megapod:op-" in shown
    assert ": pump swap [" in shown
    resumed = megapod("resume", "gpu[005-006]", "--yes", "--wait")
    assert resumed.returncode == Exit.DONE
    assert "DRAIN" not in pod.state("gpu005")  # Slurm says NOT_RESPONDING beside IDLE until its next ping


def test_a_deadline_ends_the_wait_and_not_the_drain(pod, megapod):
    pod.sbatch("-w", "gpu007")
    until(lambda: pod.state("gpu007") == "MIXED")
    done = megapod("drain", "gpu007", "--reason", "x", "--timeout", "2s", "--yes")
    assert done.returncode == Exit.DEADLINE
    assert done.stdout.startswith(("gpu007 working (draining; job ", "gpu007 working (close)"))  # as fast as it was
    assert "op-" in done.stderr.splitlines()[-1]
    until(lambda: pod.state("gpu007") == "MIXED+DRAIN")
    waited = megapod("wait", "gpu007", "--for", "state=drained", "--timeout", "1s")
    assert waited.returncode == Exit.DEADLINE


def test_an_unknown_node_changes_nothing(pod, megapod):
    done = megapod("drain", "gpu[001-002],gpu999", "--reason", "x", "--yes")
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert "gpu999: no such node" in only_line(done.stderr)
    assert pod.state("gpu001") == "IDLE"


def test_a_foreign_drain_is_left_alone(pod, megapod):
    pod.run("scontrol", "update", "nodename=gpu009", "state=drain", "reason=waiting for a part")
    alone = megapod("drain", "gpu009", "--reason", "x", "--yes")
    assert (alone.returncode, alone.stdout) == (Exit.CONFLICT, "")
    assert "'waiting for a part' by root" in only_line(alone.stderr)
    done = megapod("drain", "gpu[009-010]", "--reason", "x", "--yes", "--wait")
    assert done.returncode == Exit.SOME_FAILED
    assert "gpu009" in done.stdout
    assert pod.state("gpu010") == "IDLE+DRAIN"
    back = megapod("resume", "gpu009", "--yes")
    assert back.returncode == Exit.CONFLICT
    assert "--take-over" in only_line(back.stderr)
    assert pod.state("gpu009") == "IDLE+DRAIN"
    assert megapod("resume", "gpu009", "--take-over", "--yes").returncode == Exit.DONE


def test_a_read_only_pod_refuses(pod, megapod):
    write_config(megapod.config, pod.ssh, read_only=True)
    done = megapod("drain", "gpu001", "--reason", "x", "--yes")
    assert done.returncode == Exit.REFUSED
    assert "read_only = false" in only_line(done.stderr)
    assert pod.state("gpu001") == "IDLE"


def test_nobody_to_ask_and_no_yes(pod, megapod):
    done = megapod("drain", "gpu001", "--reason", "x")
    assert done.returncode == Exit.UNCONFIRMED
    assert "--yes" in only_line(done.stderr)
    assert pod.state("gpu001") == "IDLE"


def test_a_dry_run_names_what_it_would_hit(pod, megapod):
    job = pod.sbatch("-N2", "--gres=gpu:8", "-w", "gpu[011-012]", "-J", "gang")
    until(lambda: pod.state("gpu012") == "MIXED")
    done = megapod("drain", "gpu011", "--reason", "x", "--dry-run", "-o", "json")
    plan = json.loads(done.stdout)
    assert (done.returncode, plan["kind"], plan["verb"]) == (Exit.DONE, "Plan", "drain")
    assert [hit["job"] for hit in plan["blast"]["jobs"]] == [job]
    assert plan["blast"]["gang_nodes"] == "gpu[011-012]"
    assert plan["blast"]["gpus_left"] == 15 * 8
    assert plan["commands"][0].startswith("scontrol update NodeName=gpu011 State=DRAIN")
    assert pod.state("gpu011") == "MIXED"


def test_groups_select_by_job_and_state(pod, megapod):
    job = pod.sbatch("-N2", "-w", "gpu[013-014]")
    until(lambda: pod.state("gpu014") == "MIXED")
    assert [item["name"] for item in megapod.items("nodes", f"@job:{job}")] == ["gpu013", "gpu014"]
    assert len(megapod.items("nodes", "@rack:leaf2")) == 4


@pytest.mark.parametrize("name", ["\x1b[2J\x1b[31mboom\x07", "[red]x[/red]", "a|b\tc", "two\nlines", "\u202egnp.exe"])
def test_a_hostile_job_name_stays_in_its_cell(pod, megapod, name):
    job = pod.sbatch("-w", "gpu001", "--gres=gpu:1", "-J", name)
    until(lambda: pod.state("gpu001") == "MIXED")
    table = megapod("get", "jobs")
    assert len(table.stdout.splitlines()) == 2
    assert all(char.isprintable() or char == "\n" for char in table.stdout)
    (item,) = megapod.items("jobs")
    assert (item["id"], item["user"], item["nodes"], item["gpus"]) == (job, "root", ["gpu001"], 1)


def test_a_dead_slurmctld_is_one_line_and_partial(pod, megapod):
    pod.ctl("stop", "slurmctld")
    started = time.monotonic()
    done = megapod("get", "nodes", "-o", "json")
    assert time.monotonic() - started < 8
    assert done.returncode == Exit.PARTIAL
    document = json.loads(done.stdout)
    assert document["partial"] is True
    assert any("slurmctld" in error for error in document["errors"])
    refused = megapod("drain", "gpu001", "--reason", "x", "--yes")
    assert refused.returncode == Exit.PARTIAL
    assert "slurmctld" in only_line(refused.stderr)
    doctor = megapod("doctor")
    assert doctor.returncode == Exit.PARTIAL
    assert doctor.stdout.startswith("failed ")


def test_a_changed_host_key_is_one_line_with_the_remedy(sshd, tmp_path):
    path = tmp_path / "config.toml"
    write_config(path, sshd.ssh)
    sshd.ctl("rekey", "sshd")
    done = Megapod(path)("get", "nodes")
    assert done.returncode == Exit.PARTIAL
    lines = done.stderr.splitlines()
    assert lines
    assert all("host key" in line for line in lines if "slurm.nodes" in line)
    assert "Traceback" not in done.stderr


def test_a_redfish_that_serves_html_spoils_nothing_else(pod, megapod, html_503):
    more = f'[pods.lab.redfish]\nurl = "{html_503}"\nauth = "none"\n'
    write_config(megapod.config, pod.ssh, more=f"{more}\n")
    done = megapod("get", "nodes", "-o", "json")
    document = json.loads(done.stdout)
    assert done.returncode == Exit.PARTIAL
    assert len(document["items"]) == 16
    (error,) = document["errors"]
    assert "503" in error
    assert "redfish" in only_line(done.stderr)
