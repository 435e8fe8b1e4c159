"""`megapod findings` on a simulated pod with a stopped pump: who is on it is kept, shared, and undone by a word."""

import json
import os
import subprocess
import sys

import pytest

from backends.transport.child import Child


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("findings")
    path = folder / "config.toml"
    argv = [sys.executable, "-m", "console", "simulate", "--racks", "1", "--nodes", "4", "--gpus", "2"]
    argv += ["--fault", "pump-fail@0", "--write-config", str(path), "--exit-with-parent"]
    with Child(argv, name="the simulated pod") as child:
        child.ready(30)
        yield path


@pytest.fixture
def findings(config, tmp_path):
    state = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}

    def run(word, *more):
        argv = [sys.executable, "-m", "console", "findings", word, *more, "--config", str(config)]
        return subprocess.run(argv, capture_output=True, text=True, env=state, timeout=60, check=False)

    return run


def items(done):
    assert done.returncode == 0, done.stderr
    whole = json.loads(done.stdout)
    assert (whole["apiVersion"], whole["kind"]) == ("megapod/v1", "AttentionList")
    return {item["id"]: item for item in whole["items"]}


def test_who_is_on_it_is_kept_and_let_go(findings):
    taken = items(findings("ack", "pump1", "looking", "-o", "json"))
    (pump,) = [name for name in taken if name.startswith("pump:")]
    assert taken[pump]["by"]
    assert [note["text"] for note in taken[pump]["notes"]] == ["looking"]
    assert items(findings("snooze", pump, "--for", "4h", "-o", "json"))[pump]["rests_until"]
    assert "rests 3h59m" in findings("list").stdout
    free = items(findings("unack", pump, "-o", "json"))[pump]
    assert (free["by"], free["rests_until"], len(free["notes"])) == ("", None, 1)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("ack", "nothing"), "no finding 'nothing'"),
        (("snooze", "pump1", "--for", "soon"), "'soon' is not a time"),
    ],
)
def test_what_is_not_meant_is_a_usage_error_in_one_line(findings, words, says):
    done = findings(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
