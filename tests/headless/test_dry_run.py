"""What `--dry-run` shows is what the operation then does: the same plan, and all its steps on those nodes, no other."""

import json
import sys

import pytest

from backends.transport.child import Child
from console.exit import Exit

NODES = "austin-r1-n[01-02]"
COURSE = (
    ["drain", NODES, "--reason", "swap", "--mode", "requeue"],
    ["hold", NODES, "--reason", "DIMM B3", "--ticket", "OPS-12"],
    ["release", NODES],
    ["resume", NODES],
)
"""One after the other; each has something to do on both nodes. Provisioning: see test_holds_and_power.py."""


@pytest.fixture(scope="module")
def megapod(tmp_path_factory, forks):
    folder = tmp_path_factory.mktemp("pod")
    config = folder / "config.toml"
    words = ["--racks=1", "--nodes=4", "--gpus=2", "--speed=30", f"--write-config={config}", "--exit-with-parent"]
    runs = forks(folder, at_once=1)
    with Child([sys.executable, "-m", "console", "simulate", *words], name="the simulated pod") as child:
        child.ready(60.0)

        def run(*words):
            _, code, out, error = runs.one(0, words[0], list(words), config, {})
            assert code == Exit.DONE, (words, out, error)
            return json.loads(out)

        yield run
    runs.close()


def test_the_plan_that_is_shown_is_the_plan_that_is_done(megapod, done_as_shown):
    for words in COURSE:
        shown = megapod(*words, "--dry-run", "-o", "json")
        result = megapod(*words, "--expect", "2", "--timeout", "60s", "-o", "json")
        done_as_shown(shown, megapod("ops", "show", result["operation"], "-o", "json"))
