"""`megapod simulate` as a process: one line when ready, a config, a clean end, one line for what is wrong."""

import json
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from backends.simulator.faults import FAULTS

COMMAND = [sys.executable, "-m", "console", "simulate"]


def test_it_serves_says_where_and_ends_with_its_parent(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    words = ["--pods=2", "--racks=1", "--nodes=2", f"--write-config={config}", "--exit-with-parent"]
    with subprocess.Popen([*COMMAND, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        pods = json.loads(process.stdout.readline())["pods"]
        assert [pod["pod"] for pod in pods] == ["austin", "boden"]
        assert config.stat().st_mode & 0o777 == 0o600
        written = tomllib.loads(config.read_text())["pods"]
        assert written["boden"]["ssh"]["port"] == pods[1]["ssh"]["port"]
        assert written["austin"]["redfish"][0]["url"] == pods[0]["redfish"][0]["url"]
        keys = Path(pods[0]["ssh"]["identity"]).parent.parent
        assert keys.is_dir()
        process.stdin.close()
        assert process.wait(10) == 0
        assert process.stdout.read() == b""
    assert not keys.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_nothing_is_left(number: signal.Signals) -> None:
    with subprocess.Popen([*COMMAND, "--nodes=2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        keys = Path(json.loads(process.stdout.readline())["pods"][0]["ssh"]["identity"]).parent.parent
        process.send_signal(number)
        assert process.wait(10) == 0
        assert process.stderr.read() == b""
    assert not keys.exists()


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("--racks=0", "megapod: --racks takes a number from 1 to 100, not 0\n"),
        ("--speed=nan", "megapod: --speed takes a number from 0.01 to 1000, not nan\n"),
        ("--fault=node-of", "megapod: no fault is called 'node-of': did you mean node-off?\n"),
        ("--fault=thermal:nowhere", "megapod: fault thermal: no rack is called 'nowhere'\n"),
    ],
)
def test_a_bad_option_is_one_line_and_status_2(word: str, said: str) -> None:
    done = subprocess.run([*COMMAND, word], capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_the_faults_are_listed() -> None:
    done = subprocess.run([*COMMAND, "--list-faults"], capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "node-off" in done.stdout
    assert len(done.stdout.splitlines()) == len(FAULTS) >= 19
