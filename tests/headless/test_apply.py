"""`megapod apply`: a plan that was right when it was saved is judged again by the rules and the world of now."""

import json
import os
import subprocess
import sys

import pytest

from backends.transport.child import Child
from console.exit import Exit
from console.headless.apply import read
from console.headless.diagnostics import Stop

NODES = "austin-r1-n[01-03]"
POLICY = "\n[pods.austin.policy]\n"
FROZEN = 'freeze = [{ name = "launch", start = 2020-01-01T00:00:00Z, end = 2099-01-01T00:00:00Z }]\n'
RULES = {
    "read-only": (("read_only = false", "read_only = true"), Exit.REFUSED, "read-only; set read_only = false"),
    "budget": (POLICY + "max_out = { pod = 1 }\n", Exit.REFUSED, "raise max_out.pod"),
    "freeze": (POLICY + FROZEN, Exit.REFUSED, "frozen for 'launch'"),
    "allow": (POLICY + 'allow = { cordon = ["zoe"] }\n', Exit.REFUSED, "cordon is for zoe, not for"),
    "typed count": (POLICY + "typed_count_over = 2\n", Exit.UNCONFIRMED, "changes 3 nodes: give --expect 3"),
}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    config = tmp_path_factory.mktemp("pod") / "config.toml"
    words = ["--racks=1", "--nodes=5", "--gpus=1", "--speed=10", f"--write-config={config}", "--exit-with-parent"]
    with Child([sys.executable, "-m", "console", "simulate", *words], name="the simulated pod") as child:
        child.ready(60.0)
        yield config


class Megapod:
    """The command over the pod, with a config of its own."""

    def __init__(self, config, folder):
        self.served = config.read_text()
        self.folder = folder
        self.environment = {}

    def start(self, *words, text=None):
        config = self.folder / f"config-{len(list(self.folder.iterdir()))}.toml"
        config.write_text(text or self.served)
        config.chmod(0o600)
        return subprocess.Popen(
            [sys.executable, "-m", "console", *words, "--config", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **self.environment},
        )

    def __call__(self, *words):
        process = self.start(*words)
        out, error = process.communicate(timeout=60)
        return process.returncode, out, error

    def states(self):
        _, out, _ = self("get", "nodes", "-o", "json")
        return [item["scheduler"]["state"] for item in json.loads(out)["items"]]


@pytest.fixture
def megapod(simulated, tmp_path):
    return Megapod(simulated, tmp_path)


def test_the_rules_of_now_judge_a_saved_plan(megapod, tmp_path):
    plan = tmp_path / "plan.json"
    before = megapod.states()
    assert megapod("cordon", NODES, "--reason", "swap", "--plan-out", str(plan))[0] == Exit.DONE
    running = {}
    for name, (change, *_) in RULES.items():
        text = megapod.served.replace(*change) if isinstance(change, tuple) else megapod.served + change
        running[name] = megapod.start("apply", str(plan), "--yes", text=text)
    said = {name: (one.communicate(timeout=60)[1], one.returncode) for name, one in running.items()}
    for name, (_, code, text) in RULES.items():
        assert said[name][1] == code, (name, said[name])
        assert text in said[name][0], name
    assert megapod.states() == before


EDITS = {
    "another node": ('"austin-r1-n03"', '"austin-r1-n05"'),
    "another rule": ('"typed_count_over": 16', '"typed_count_over": 999'),
    "no end": ('"made_at": "2', '"made_at": "1'),
    "no digest": ('"digest"', '"digested"'),
}


def test_a_plan_that_was_edited_is_refused_and_one_that_was_only_laid_out_anew_is_not(megapod, tmp_path):
    plan = tmp_path / "plan.json"
    assert megapod("cordon", NODES, "--reason", "swap", "--plan-out", str(plan))[0] == Exit.DONE
    saved = plan.read_text()
    for name, (old, new) in EDITS.items():
        assert old in saved, name
        plan.write_text(saved.replace(old, new))
        with pytest.raises(Stop, match="changed since it was saved"):
            read(plan)
    plan.write_text(json.dumps(dict(reversed(json.loads(saved).items()))))
    assert read(plan).operation == json.loads(saved)["operation"]


@pytest.mark.parametrize("text", ["", "[]", "{}", "nul", '{"kind": "Plan"}', '{"kind": "Result"}', "[" * 100_000])
def test_what_is_no_plan_is_one_line(tmp_path, text):
    plan = tmp_path / "plan.json"
    plan.write_text(text)
    with pytest.raises(Stop) as caught:
        read(plan)
    assert str(caught.value).startswith(f"{plan}: not a plan")
    assert "\n" not in str(caught.value)


def test_a_node_that_was_held_since_is_not_given_back_by_a_saved_resume(megapod, tmp_path):
    plan, node = tmp_path / "plan.json", "austin-r1-n04"
    assert megapod("cordon", node, "--reason", "swap", "--yes")[0] == Exit.DONE
    assert megapod("resume", node, "--plan-out", str(plan))[0] == Exit.DONE
    assert megapod("hold", node, "--reason", "DIMM B3", "--yes")[0] == Exit.DONE
    code, _, error = megapod("apply", str(plan), "--yes")
    assert (code, "DIMM B3" in error) == (Exit.CONFLICT, True), error
    listed = json.loads(megapod("ops", "list", "--all", "-o", "json")[1])["items"]
    assert "resume" not in [item["verb"] for item in listed], "refused before it began"


def test_a_hold_that_only_this_host_knows_counts_too(megapod, tmp_path):
    plan, node = tmp_path / "plan.json", "austin-r1-n05"
    megapod.environment = {"LOGNAME": "zoe"}
    assert megapod("cordon", node, "--reason", "hers", "--yes")[0] == Exit.DONE
    megapod.environment = {}
    assert megapod("resume", node, "--take-over", "--plan-out", str(plan))[0] == Exit.DONE
    assert megapod("hold", node, "--reason", "DIMM B3", "--yes")[0] == Exit.DONE
    code, _, error = megapod("apply", str(plan), "--yes")
    assert (code, f"`megapod release {node}` lifts it" in error) == (Exit.REFUSED, True), error
    assert "DRAIN" in megapod.states()[4]
