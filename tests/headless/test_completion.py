"""Completion: what the parser and the cache know, and in a real bash, with its own ideas of what a word is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from console.headless import names
from console.headless.complete import candidates
from console.main import VERBS

CONFIG = """
[pods.alpha.ssh]
host = "head"
[pods.beta.ssh]
host = "head2"
[profiles.pod-os]
boot = "pxe"
[profiles.rescue]
boot = "pxe"
[gates.burn-in]
gpus = 4
"""


@pytest.fixture
def config(tmp_path, monkeypatch, make):
    """The config of two pods, of which one was looked at once."""
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    monkeypatch.setenv("MEGAPOD_CONFIG", str(path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    nodes = [make.node(name, group="r1") for name in ("gpu001", "gpu002")]
    names.remember(str(path), {"alpha": make.snapshot(nodes, [make.job("77")])})
    return path


def next_words(line):
    words = line.split(" ")
    return [word for word in candidates(words) if word.startswith(words[-1])]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("get nod", ["nodes"]),
        ("get nodes --pod ", ["alpha", "beta"]),
        ("get nodes --pod=b", ["--pod=beta"]),
        ("drain gpu", ["gpu001", "gpu002"]),
        ("drain gpu001,gpu", ["gpu001,gpu001", "gpu001,gpu002"]),
        ("drain @r", ["@rack:r1"]),
        ("drain @job:", ["@job:77"]),
        ("drain gpu001 --mod", ["--mode"]),
        ("drain gpu001 --mode f", ["finish"]),
        ("drain --pod beta gpu", []),
        ("ops sh", ["show"]),
        ("wait gpu001 --for state=drain", ["state=draining", "state=drained"]),
        ("get jobs -o csv --p", ["--pod"]),
        ("get nodes -o js", ["json", "jsonl", "jsonpath"]),
        ("describe gpu002 -o js", ["json", "jsonpath"]),
        ("schema NodeL", ["NodeList"]),
        ("provision gpu001 --profile ", ["pod-os", "rescue"]),
        ("provision gpu001 --profile=r", ["--profile=rescue"]),
        ("resume gpu001 --gate b", ["burn-in"]),
    ],
)
def test_what_could_come_next(config, line, found):
    assert next_words(line) == found


def test_every_verb_is_offered_and_every_verbs_options_are(config):
    assert set(VERBS) <= set(next_words(""))
    assert not [verb for verb in VERBS if "--help" not in next_words(f"{verb} --")]


def test_a_cache_that_cannot_be_read_or_written_is_none(config, monkeypatch, make, tmp_path):
    names.place(str(config)).write_text("{")
    assert next_words("drain gpu") == []
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    names.remember(str(config), {"alpha": make.snapshot([make.node("gpu001")])})
    assert next_words("drain gpu") == []


@pytest.fixture
def environment(config, tmp_path):
    """Where a shell finds megapod."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "megapod"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m console "$@"\n')
    command.chmod(0o700)
    return os.environ | {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "COMP_WORDBREAKS": " \t\n\"'@><=;|&(:",
    }


def shell(name):
    """A real one; where it is missing its test is skipped, but not in CI."""
    if found := shutil.which(name):
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(f"apt-get install {name}")
    return pytest.skip(f"apt-get install {name}")  # on a laptop without it; in CI the line above has failed already


@pytest.fixture
def bash(environment):
    """What a real bash makes of a line and a press of TAB."""
    script = (
        'source <(megapod completion bash); bind 2>/dev/null; COMP_LINE=$1; COMP_POINT=${#1}; _megapod; '
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )  # fmt: skip

    def press(line):
        done = subprocess.run(
            [shutil.which("bash"), "--norc", "-c", script, "bash", line],
            check=True, capture_output=True, text=True, env=environment, timeout=60,
        )  # fmt: skip
        return done.stdout.split()

    return press


def test_bash_gets_what_stands_after_its_own_word_breaks(bash):
    assert bash("megapod get nod") == ["nodes"]
    assert bash("megapod drain gpu") == ["gpu001", "gpu002"]
    assert bash("megapod drain @rack:") == ["r1"]
    assert bash("megapod get nodes --pod=a") == ["alpha"]


def test_zsh_gets_whole_words(environment):
    script = (
        "autoload -U compinit; compinit -u -D; source <(megapod completion zsh); [[ $_comps[megapod] == _megapod ]];"
        'compadd() { print -l -- "${@:3}" }; _files() { print files };'
        'for line in "$@"; do words=(${(s: :)line}); CURRENT=$#words; _megapod; done'
    )
    lines = (
        "megapod get nod",
        "megapod drain @rack:",
        "megapod get nodes --pod=a",
        "megapod schema Chec",
        "megapod apply pl",
    )
    done = subprocess.run(
        [shell("zsh"), "-f", "-e", "-c", script, "zsh", *lines],
        check=True, capture_output=True, text=True, env=environment, timeout=60,
    )  # fmt: skip
    assert done.stdout.split() == ["nodes", "@rack:r1", "--pod=alpha", "CheckResult", "Checkup", "files"]


def test_fish_gets_whole_words(environment):
    script = "megapod completion fish | source; for line in $argv; complete -C $line; end"
    lines = ("megapod get nod", "megapod drain @rack:", "megapod get nodes --pod=a", "megapod schema Chec")
    done = subprocess.run(
        [shell("fish"), "-N", "-c", script, *lines],
        check=True, capture_output=True, text=True, env=environment, timeout=60,
    )  # fmt: skip
    assert done.stdout.split() == ["nodes", "@rack:r1", "--pod=alpha", "CheckResult", "Checkup"]
