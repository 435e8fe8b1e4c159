"""Every verb under every failure: stdout is data only, stderr a line, the code a documented one, and no traceback."""

import socket
import sys
import time

import pytest

from backends.transport.child import Child
from console.actions import ACTIONS
from console.exit import MEANING, Exit
from console.main import VERBS

WORDS = {
    "get": ["get", "nodes", "n1"],
    "describe": ["describe", "n1"],
    "blast": ["blast", "n1"],
    "findings": ["findings", "list"],
    "drain": ["drain", "n1", "--reason", "x", "--yes"],
    "resume": ["resume", "n1", "--yes"],
    "cordon": ["cordon", "n1", "--reason", "x", "--yes"],
    "hold": ["hold", "n1", "--reason", "x", "--yes"],
    "release": ["release", "n1", "--yes"],
    "power": ["power", "off", "n1", "--yes"],
    "provision": ["provision", "n1", "--profile", "p", "--reason", "x", "--yes"],
    "exec": ["exec", "n1", "--", "true"],
    "logs": ["logs", "n1"],
    "apply": ["apply", "/nonexistent/plan.json", "--yes"],
    "ops": ["ops", "show", "op-none"],
    "wait": ["wait", "n1", "--for", "state=drained", "--timeout", "1s"],
    "watch": ["watch", "nodes", "--for", "0.2s"],
    "events": ["events", "--for", "0.2s"],
    "schema": ["schema", "NodeList"],
    "check": ["check", "lab"],
    "pod": ["pod", "add", "https://127.0.0.1:1"],
    "completion": ["completion", "bash"],
    "screenshots": ["screenshots", "nodes", "--to", "/nonexistent"],
    "simulate": ["simulate", "--list-faults"],
}
"""A run of each verb that gets as far as it can without a pod; a verb that is not here runs alone."""
NEED_NO_POD = {"apply", "audit", "completion", "demo", "ops", "schema", "simulate", "pod"}
BROKEN = {
    "no file": None,
    "not TOML": "pods = [",
    "unknown key": '[pods.lab]\nread_onyl = true\nssh = { host = "h" }\n',
    "no pod": "",
}
LATE_S = 2.0
"""What a busy machine may add to a deadline."""
STREAMS = {
    "ascii terminals' locale": {"encoding": "ascii"},
    "forty columns": {"env": {"COLUMNS": "40"}},
    "stdin closed": {"stdin": None},
    "stdout closed": {"stdout": None},
    "stderr closed": {"stderr": None},
    "disk full": {"stdout": "/dev/full"},
    "reader gone": {"stdout": "a pipe"},
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory, forks):
    made = forks(tmp_path_factory.mktemp("contract"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def closed_port():
    """A port nobody listens on, kept from others."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@pytest.fixture
def unreachable(tmp_path, closed_port):
    path, config = tmp_path / "unreachable.toml", tmp_path / "ssh_config"
    config.touch()
    path.write_text(
        f'[pods.lab]\nread_only = false\n[pods.lab.ssh]\nhost = "127.0.0.1"\nport = {closed_port}\n'
        f'config = "{config}"\n'
        f'[pods.lab.redfish]\nurl = "https://127.0.0.1:{closed_port}/redfish/v1"\n'
    )
    return path


@pytest.fixture
def silent(tmp_path):
    """A pod whose controller and head node take connections and never say a word."""
    path, config = tmp_path / "silent.toml", tmp_path / "ssh_config"
    config.touch()
    with socket.create_server(("127.0.0.1", 0), backlog=256) as server:
        port = server.getsockname()[1]
        path.write_text(
            f'[pods.lab]\nread_only = false\n[pods.lab.ssh]\nhost = "127.0.0.1"\nport = {port}\nconfig = "{config}"\n'
            f'[pods.lab.redfish]\nurl = "https://127.0.0.1:{port}/redfish/v1"\n[profiles.p]\nboot = "pxe"\n'
        )
        yield path


def words_of(verb):
    return WORDS.get(verb, [verb])


def wrong(name, code, out, err, *, codes=frozenset(MEANING)):
    """What breaks the contract, one line each."""
    said = err.splitlines()
    if code not in {int(one) for one in codes}:
        yield f"{name}: code {code} of {sorted(map(int, codes))}: {err[:500]}"
    if "Traceback" in err or "Error:" in out:
        yield f"{name}: a traceback: {err}"
    if [line for line in said if not line.startswith("megapod: ")]:
        yield f"{name}: stderr is not megapod's: {err[:500]!r}"
    if code == Exit.USAGE and (out or len(said) != 1):
        yield f"{name}: a usage error is one line on stderr and nothing on stdout: {out!r} {err!r}"


def judged(results, **how):
    problems = [problem for result in results for problem in wrong(*result, **how)]
    assert not problems, "\n".join(problems)


def test_wrong_words_are_one_line_for_every_verb(runs, unreachable):
    cases = [(f"{verb} --wrong", [*words_of(verb)[:2], "--no-such-option"], unreachable, {}) for verb in VERBS]
    judged(runs.all(cases), codes={Exit.USAGE})


def test_help_is_data_for_every_verb_and_stream(runs, unreachable):
    streams = {"as it is": {}, **{kind: STREAMS[kind] for kind in ("ascii terminals' locale", "forty columns")}}
    cases = [
        (f"{verb} --help, {kind}", [verb, "--help"], unreachable, streams[kind]) for verb in VERBS for kind in streams
    ]
    results = runs.all(cases)
    judged(results, codes={Exit.DONE})
    assert not [name for name, _, out, err in results if err or "usage: megapod" not in out]


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_config_is_one_line_for_every_verb(runs, tmp_path, kind):
    path = tmp_path / "config.toml"
    if BROKEN[kind] is not None:
        path.write_text(BROKEN[kind])
    verbs = [verb for verb in VERBS if verb not in NEED_NO_POD]
    results = runs.all([(f"{verb}, {kind}", words_of(verb), path, {}) for verb in verbs])
    judged(results, codes={Exit.USAGE})
    assert not [(name, err) for name, _, _, err in results if str(path) not in err]


def test_a_pod_that_is_unreachable_is_said_by_every_verb(runs, unreachable):
    verbs = [verb for verb in VERBS if verb not in NEED_NO_POD | {"screen"}]
    results = runs.all([(verb, words_of(verb), unreachable, {}) for verb in verbs])
    judged(results, codes={Exit.PARTIAL, Exit.DEADLINE, Exit.USAGE})
    assert [name for name, _, _, err in results if not err] == ["doctor"]  # whose answer this is


def test_a_deadline_ends_every_verb(runs, silent):
    verbs = [verb for verb in VERBS if verb not in NEED_NO_POD | {"screen"}]

    def timed(numbered):
        number, verb = numbered
        began_s = time.monotonic()
        result = runs.one(number, verb, ["--deadline", "1s", *words_of(verb)], silent, {})
        return time.monotonic() - began_s, result

    runs.all([("to load everything", ["schema", "NodeList"], silent, {})] * 3)
    ended = list(runs.pool.map(timed, enumerate(verbs)))
    judged([result for _, result in ended], codes={Exit.PARTIAL, Exit.DEADLINE, Exit.USAGE, Exit.FAILED})
    late = {result[0]: round(took_s - 1.0, 1) for took_s, result in ended if took_s > 1.0 + LATE_S}
    assert not late, "seconds after the deadline"


WORDS_WITHIN = {
    "findings": (["ack", "none"], ["unack", "none"], ["snooze", "none", "--for", "1h"], ["note", "none", "x"]),
    "ops": (["list"], ["watch", "op-x"], ["pause", "op-x"], ["resume", "op-x"], ["cancel", "op-x"], ["adopt", "op-x"],
            ["retry", "op-x"]),
}  # fmt: skip
"""The words of verbs that have some, but for the one that `WORDS` has."""


@pytest.mark.parametrize("config", ["unreachable", "no file"])
def test_words_within_verbs_hold_the_contract_too(runs, unreachable, tmp_path, config):
    path = unreachable if config == "unreachable" else tmp_path / "nowhere.toml"
    cases = [([verb, *words], path) for verb, each in WORDS_WITHIN.items() for words in each]
    results = runs.all([(f"{' '.join(words)}, {config}", words, path, {}) for words, path in cases])
    judged(results, codes={Exit.USAGE, Exit.PARTIAL, Exit.DONE})
    assert [name for name, code, _, _ in results if code == Exit.DONE] == (
        [] if config == "no file" else ["ops list, unreachable"]
    )


@pytest.fixture(scope="module")
def read_only(tmp_path_factory):
    """A pod that answers, and may not be written to."""
    config = tmp_path_factory.mktemp("pod") / "config.toml"
    words = ["--racks=1", "--nodes=1", "--gpus=1", f"--write-config={config}", "--exit-with-parent"]
    with Child([sys.executable, "-m", "console", "simulate", *words], name="the simulated pod") as child:
        child.ready(60.0)
        told = config.read_text().replace("read_only = false", "read_only = true")
        config.write_text(f'{told}\n[profiles.p]\nboot = "pxe"\n')
        yield config


def test_a_read_only_pod_is_read_and_never_written(runs, read_only):
    writes = {action.verb for action in ACTIONS if action.dangerous}
    verbs = [verb for verb in VERBS if verb not in NEED_NO_POD | {"screen"}]
    words = {
        verb: ["austin" if word == "lab" else word.replace("n1", "austin-r1-n01") for word in words_of(verb)]
        for verb in verbs
    }
    results = runs.all([(verb, words[verb], read_only, {}) for verb in verbs])
    judged(results)
    refused = {name for name, code, _, _ in results if code == Exit.REFUSED}
    assert refused == (writes & set(verbs)) | {"exec"}
    assert not [(name, out) for name, _, out, _ in results if name in refused and out]
    assert not [(name, err) for name, _, _, err in results if name in refused and "read_only = false" not in err]


@pytest.mark.parametrize("kind", STREAMS)
def test_no_stream_breaks_a_verb(runs, unreachable, kind):
    results = runs.all([(f"{verb}, {kind}", words_of(verb), unreachable, STREAMS[kind]) for verb in VERBS])
    if kind != "stderr closed":
        judged(results)
        return
    codes = {name: code for name, code, *_ in results}
    assert not {name: code for name, code in codes.items() if code == Exit.FAILED or code not in set(MEANING)}, codes


def test_an_unknown_verb_is_one_line(runs, unreachable):
    judged(runs.all([("no verb", ["gte", "nodes"], unreachable, {})]), codes={Exit.USAGE})
