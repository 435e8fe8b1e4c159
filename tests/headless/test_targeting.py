"""Which nodes a verb is for: what is refused before any pod is asked, and what a selection chooses."""

import argparse
import io
import os
import subprocess
import sys

import pytest

from console.exit import Exit
from console.headless import options, targeting
from console.headless.diagnostics import Stop
from console.target_error import TargetError

CONFIG = """
[pods.lab]
read_only = false
[pods.lab.ssh]
host = "127.0.0.1"
port = 1
"""


@pytest.fixture
def pods(make):
    hot = make.hardware("gpu001", power_w=5200.0, temp_c=84.0)
    alpha = make.snapshot(
        [
            make.node("gpu001", rack="r1", group="r1", hardware=hot),
            make.node("gpu002", "IDLE+DRAIN", rack="r1", group="r1"),
            make.node("gpu003", rack="r2", group="r2"),
        ]
    )
    return {"alpha": alpha, "beta": make.snapshot([make.node("dgx1", "DOWN")], pod="beta")}


def asked(*words):
    parser = argparse.ArgumentParser()
    options.add_targets(parser)
    arguments = parser.parse_args(words)
    targeting.aimed(arguments, "drain")
    return arguments


@pytest.mark.parametrize(
    ("words", "pod", "nodes"),
    [
        (["--select", "state=drained"], "alpha", "gpu002"),
        (["--select", "state=idle"], "alpha", "gpu[001,003]"),
        (["--select", "state=down"], "beta", "dgx1"),
        (["@rack:r1", "--select", "state=idle"], "alpha", "gpu001"),
        (["gpu[001-003]", "--select", "watts>5kW"], "alpha", "gpu001"),
        (["gpu001"], "alpha", "gpu001"),
    ],
)
def test_a_node_set_a_selection_or_both(pods, make, words, pod, nodes):
    found = targeting.targets(asked(*words), pods, make.at)
    assert (found.pod, found.node_set) == (pod, nodes)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--select", "state=failed"], "'state=failed': chooses no node"),
        (["@rack:r2", "--select", "state=drained"], "chooses no node of gpu003"),
        (["--select", "state!=failed"], "in more than one pod (alpha, beta); say which with --pod"),
        (["gpu009", "--select", "state=idle"], "gpu009: no such node"),
    ],
)
def test_what_chooses_nothing_is_an_error_and_never_all(pods, make, words, says):
    with pytest.raises(TargetError) as caught:
        targeting.targets(asked(*words), pods, make.at)
    assert says in str(caught.value)


def test_nodes_nobody_knows_enough_of_are_named(pods, make, capsys):
    targeting.targets(asked("@rack:r1", "--select", "watts>1"), pods, make.at)
    assert capsys.readouterr().err == "megapod: --select 'watts>1': not known, so not chosen: gpu002\n"


def test_nodes_chosen_by_old_facts_are_named(make, capsys):
    old = make.snapshot([make.node("gpu001", hardware=make.hardware("gpu001", temp_c=84.0))], failed=("redfish",))
    targeting.targets(asked("--select", "gpu.temp>80"), {"alpha": old}, make.at)
    assert "chosen by facts that are old: gpu001" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("gpu001\ngpu002\n", "gpu001,gpu002"),
        (" gpu[001-002]  @rack:r2 ", "gpu[001-002],@rack:r2"),
        ("# to swap\r\ngpu001\r\n\r\ngpu002 # DIMM B3\r\n", "gpu001,gpu002"),
    ],
)
def test_names_come_on_stdin(monkeypatch, text, nodes):
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    assert asked("-").nodes == nodes


@pytest.mark.parametrize("stdin", [None, io.StringIO(" \n"), io.StringIO("# none\n")])
def test_an_empty_or_a_closed_stdin_is_no_list_of_nodes(monkeypatch, stdin):
    monkeypatch.setattr(sys, "stdin", stdin)
    with pytest.raises(TargetError, match="no node on stdin"):
        asked("-")


def test_the_fields_are_listed(capsys):
    with pytest.raises(Stop) as caught:
        asked("--select", "?")
    assert caught.value.code == Exit.DONE
    listed = capsys.readouterr().out
    assert "gpu.temp, temp_c" in listed
    assert "(temperature: 80 or 80C)" in listed


@pytest.mark.parametrize(
    ("words", "needs"),
    [
        (["gpu001"], False),
        (["@state:idle"], False),
        (["@rack:r1"], True),
        (["@finding:leak"], True),
        (["--select", "state=idle"], True),
    ],
)
def test_controllers_are_asked_only_where_they_may_decide(words, needs):
    assert targeting.needs_controllers(asked(*words)) is needs


REFUSED = {
    ("drain",): "drain what? Name nodes",
    ("drain", ""): "drain what? Name nodes",
    ("drain", "-"): "-: no node on stdin",
    ("drain", "gpu[001-"): "gpu[001-: not a node set: missing bracket",
    ("drain", "gpu*"): "gpu*: no wildcards here; --select",
    ("drain", "--select", ""): "column 1: nothing is asked for",
    ("drain", "--select", "gpu.tmp>80"): "column 1: no field 'gpu.tmp'; did you mean gpu.temp?",
    ("drain", "--select", "rack=r1 & gpu.temp>80W"): "column 20: '80W': 'W' is no unit of temperature",
    ("resume", "--select", "gpu001"): "wants fields, not words",
}


def test_nonsense_ends_as_a_usage_error_before_any_pod_is_asked(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    env = {**os.environ, "MEGAPOD_CONFIG": str(config)}
    running = [
        (
            said,
            subprocess.Popen(
                [sys.executable, "-m", "console", *words, *(["--reason", "x"] if words[0] == "drain" else [])],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ),
        )
        for words, said in REFUSED.items()
    ]
    for said, process in running:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err.count("\n")) == (Exit.USAGE, "", 1)
        assert said in err
