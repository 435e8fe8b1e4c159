"""The command line itself: what it says before it reaches any pod, and with which code."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from console.exit import MEANING, Exit
from console.main import VERBS, parser_of
from console.plain_file import put

CONFIG = """
[pods.lab.redfish]
url = "https://127.0.0.1:1/redfish/v1"
"""


def megapod(*words, config=None):
    env = {**os.environ, "MEGAPOD_CONFIG": str(config) if config else "/nonexistent/config.toml"}
    return subprocess.run(  # noqa: PLW1510 - the code is what the tests look at
        [sys.executable, "-m", "console", *words],
        capture_output=True,
        text=True,
        env=env,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    return path


def one_line(text):
    assert text.count("\n") == 1, text
    return text.rstrip("\n")


def test_version():
    done = megapod("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("megapod 0.")


def test_help_names_every_verb_and_code():
    done = megapod("--help")
    assert done.returncode == 0
    for verb in VERBS:
        assert verb in done.stdout
    for code in MEANING:
        assert f"{code.value} " in done.stdout


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_help_of_its_own(verb):
    done = megapod(verb, "--help")
    assert done.returncode == 0
    assert f"megapod {verb}" in done.stdout
    assert done.stderr == ""


def test_no_config_names_the_file_and_the_demo():
    done = megapod("get", "nodes")
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    line = one_line(done.stderr)
    assert "/nonexistent/config.toml" in line
    assert "megapod demo" in line


def test_a_misspelt_key_is_named_with_a_suggestion(config):
    config.write_text(CONFIG + "\n[pods.lab]\nread_onyl = true\n")
    done = megapod("get", "nodes", config=config)
    assert done.returncode == Exit.USAGE
    assert "pods.lab.read_onyl" in one_line(done.stderr)
    assert "'read_only'" in done.stderr


@pytest.mark.parametrize("verb", ["drain", "resume", "wait"])
def test_no_targets_is_never_all(verb, config):
    extra = {"drain": ["--reason", "x"], "resume": [], "wait": ["--for", "state=drained"]}[verb]
    done = megapod(verb, *extra, config=config)
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert "gpu[001-004]" in one_line(done.stderr)


def test_drain_wants_a_reason(config):
    done = megapod("drain", "gpu001", config=config)
    assert done.returncode == Exit.USAGE
    assert "--reason" in one_line(done.stderr)


def test_an_unknown_pod_is_named(config):
    done = megapod("get", "pods", "--pod", "lba", config=config)
    assert done.returncode == Exit.USAGE
    assert "'lab'" in one_line(done.stderr)


def test_wait_names_the_states(config):
    done = megapod("wait", "gpu001", "--for", "state=dranied", config=config)
    assert done.returncode == Exit.USAGE
    assert "drained" in one_line(done.stderr)


def test_a_bad_time_is_explained(config):
    done = megapod("get", "nodes", "--timeout", "soon", config=config)
    assert done.returncode == Exit.USAGE
    assert "30s, 5m or 2h" in done.stderr


def test_demo_without_a_terminal_says_what_to_use():
    done = megapod("demo")
    assert done.returncode == Exit.USAGE
    assert "simulate" in one_line(done.stderr)


def test_another_distributions_package_is_named_with_the_remedy(tmp_path):
    (tmp_path / "backends").mkdir()
    (tmp_path / "backends" / "__init__.py").write_text("")
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(  # noqa: PLW1510 - as above
        [sys.executable, "-m", "console", "get", "nodes"],
        capture_output=True,
        text=True,
        env=env,
        cwd=tmp_path,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert "'backends'" in one_line(done.stderr)
    assert "pipx" in done.stderr


def test_an_optional_word_may_come_after_options():
    found = parser_of(["get"]).parse_args(["get", "nodes", "--pod", "lab", "n[1-2]", "-o", "json"])
    assert (found.kind, found.pod, found.nodes, found.form.name) == ("nodes", "lab", "n[1-2]", "json")
    assert parser_of(["power"]).parse_args(["power", "cycle", "--yes", "-"]).nodes == "-"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["get", "nodes", "n1", "n2"], "arguments: n2 (a node set is one word: n1,n2 or n[1-2]); see `megapod get"),
        (["get", "nodes", "--pod", "lab", "--bogus"], "arguments: --bogus; see `megapod get --help`"),
        (["get", "node"], "argument kind: no 'node'; did you mean nodes?; see `megapod get --help`"),
        (["wiat", "n1"], "argument VERB: no 'wiat'; did you mean wait?; see `megapod --help`"),
        (["completion", "tcsh"], "argument shell: no 'tcsh'; there are bash, zsh, fish; see"),
        (["schema", "Plan", "Plan"], "arguments: Plan; see `megapod schema --help`"),
    ],
)  # fmt: skip
def test_words_too_many_are_named_with_the_verbs_own_help(words, says, capsys):
    with pytest.raises(SystemExit):
        parser_of(words).parse_args(words)
    assert says in capsys.readouterr().err


ENDS = """
import os, signal, sys, time
from console import main
def slow():
    os.kill(os.getpid(), int(sys.argv[1]))
    time.sleep(1)  # longer than a signal to oneself takes
    return 7
main.main = slow
main.process()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_before_anything_runs_is_an_interruption_and_no_traceback(number):
    done = subprocess.run([sys.executable, "-c", ENDS, str(int(number))], check=False, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (Exit.INTERRUPTED, b"")


def test_what_the_caller_ignores_stays_ignored():
    words = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", sys.executable, "-c", ENDS, str(int(signal.SIGHUP))]
    assert subprocess.run(words, check=False, timeout=60).returncode == 7


@pytest.mark.parametrize("closed", ["2>&-", "2>&- <&-", "2>&- >&-", ">&- 2>&- <&-"])
def test_closed_streams_change_no_code(tmp_path, closed):
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    for words, code in ((["ops", "list"], Exit.DONE), (["get", "nodes", "--config", "/nonexistent"], Exit.USAGE)):
        line = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", "console", *words]
        assert subprocess.run(line, check=False, env=env, timeout=60).returncode == code


def test_a_user_without_a_home_is_told_what_is_missing():
    words = ["unshare", "--user", "--map-user=12345", sys.executable, "-m", "console", "get", "nodes"]
    env = {"PATH": os.environ["PATH"]}
    if shutil.which("unshare") is None or subprocess.run([*words[:3], "true"], check=False).returncode:
        if os.environ.get("CI") == "true":
            pytest.fail("no user namespaces here")
        pytest.skip("no user namespaces here")  # on a laptop that forbids them; in CI the line above has failed already
    done = subprocess.run(words, check=False, capture_output=True, text=True, env=env, timeout=60)
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert one_line(done.stderr).startswith("megapod: /dev/null/.config/megapod/config.toml: no such config")


def test_a_cursor_that_cannot_be_written_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "seen.json"
    path.mkdir()
    with pytest.raises(OSError, match="directory"):
        put(path, b"{}")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["get", "nodes", "--config", ""], "--config '': no file is named"),
        (["describe", ""], "describe what?"),
        (["blast", " "], "blast what?"),
        (["audit", "--since", "2d", "--until", "2026-01-01T00:00Z"], "--until is before --since"),
    ],
)
def test_an_empty_variable_of_a_script_is_said_and_means_nothing_else(config, words, says):
    done = megapod(*words, config=config)
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert says in one_line(done.stderr)
