"""`--select`, groups and stdin as scripts use them, on a simulated pod in a process of its own: words in, codes out."""

import os
import subprocess
import sys

import pytest

from backends.transport.child import Child
from console.exit import Exit

ALL = "austin-r1-n[01-04]"
SAID = (
    (("get", "nodes", "--select", "gpu.temp>10C", "-o", "nodeset"), Exit.DONE, f"{ALL}\n", ""),
    (("get", "nodes", "--select", "gpu.temp>500"), Exit.DONE, "", "none of the nodes"),
    (
        ("get", "nodes", ALL, "--select", "node=*-n0[1-2]", "-o", "name"),
        Exit.DONE,
        "austin-r1-n01\naustin-r1-n02\n",
        "",
    ),
    (("get", "nodes", ALL, "--select", "~n0[12]$", "-o", "name"), Exit.DONE, "austin-r1-n01\naustin-r1-n02\n", ""),
    (("get", "nodes", "-", "-o", "name"), Exit.DONE, "austin-r1-n01\naustin-r1-n03\n", ""),
    (("get", "gpus", "--select", "index=0 & temp>10 & node=*3", "-o", "name"), Exit.DONE, "austin-r1-n03/0\n", ""),
    (("get", "plant", "--select", "kind=cdu", "-o", "name"), Exit.DONE, "cdu:austin-cdu1\n", ""),
    (("get", "pods", "--select", "nodes=4", "-o", "name"), Exit.DONE, "austin\n", ""),
    (("get", "sources", "--select", "x=1"), Exit.USAGE, "", "sources cannot be selected from"),
    (("drain", "--select", "gpu.temp>500", "--reason", "x", "--yes"), Exit.USAGE, "", "chooses no node"),
    (("drain", "--select", "n01", "--reason", "x", "--yes"), Exit.USAGE, "", "wants fields"),
    (("drain", "@domain:nowhere", "--reason", "x", "--yes"), Exit.USAGE, "", "no such group"),
    (("drain", "-", "--select", "gpu.temp>10", "--reason", "x", "--yes", "--expect", "3"), 7, "", "2 nodes, not 3"),
    (("drain", "-", "--select", "gpu.temp>10", "--reason", "x", "--dry-run"), Exit.DONE, "austin-r1-n[01,03]", ""),
    (
        ("exec", "-", "--select", "gpu.temp>10", "--expect", "3", "--", "true"),
        7,
        "",
        "2 nodes, not 3; nothing was sent",
    ),
    (("exec", "-", "--select", "gpu.temp>500", "--", "true"), Exit.USAGE, "", "chooses no node of austin-r1-n[01,03]"),
    (("wait", "--select", "gpu.temp>10", "--for", "health=ok", "--timeout", "30s"), Exit.DONE, "austin-r1-n04", ""),
)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """The config of a pod of four nodes that is served as long as this module's tests run."""
    config = tmp_path_factory.mktemp("pod") / "config.toml"
    words = ["--racks=1", "--nodes=4", f"--write-config={config}", "--exit-with-parent"]
    with Child([sys.executable, "-m", "console", "simulate", *words], name="the simulated pod") as child:
        child.ready(60.0)
        yield config


def test_what_is_chosen_and_how_it_ends(simulated, tmp_path):
    names = tmp_path / "names"
    names.write_text("austin-r1-n01\naustin-r1-n03\n")
    environment = {**os.environ, "MEGAPOD_CONFIG": str(simulated), "XDG_STATE_HOME": str(tmp_path)}
    for first in range(0, len(SAID), 4):
        running = [(said, start(said[0], names, environment)) for said in SAID[first : first + 4]]
        for (words, code, out, error), process in running:
            said, told = process.communicate(timeout=90)
            assert process.returncode == code, (words, said, told)
            assert (said == out) if "-o" in words or not out else (out in said), words
            assert error in told, words


def start(words, names, environment):
    with names.open() as stdin:
        return subprocess.Popen(
            [sys.executable, "-m", "console", *words],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
