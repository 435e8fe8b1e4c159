"""`megapod pod add` on a pod that is really there: nobody's key is taken unseen, and the config stays whole."""

import os
import pty
import signal
import subprocess
import sys
import tomllib

import pytest

CONFIG = '# ours\njournal = "/nowhere/j.db"  # shared\n\n[pods.old]  # keep\n[pods.old.ssh]\nhost = "nowhere"  # too\n'


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A simulated pod: its own config, which says where it is and what its keys are."""
    folder = tmp_path_factory.mktemp("pod")
    simulator = subprocess.Popen(
        [
            *(sys.executable, "-m", "console", "simulate", "--racks=1", "--nodes=2", "--exit-with-parent"),
            f"--write-config={folder}/sim.toml",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert simulator.stdout.readline()
        yield tomllib.loads((folder / "sim.toml").read_text())["pods"]["austin"]
    finally:
        simulator.stdin.close()
        simulator.wait(20)
        simulator.stdout.close()


@pytest.fixture
def words(place, tmp_path):
    """What an operator types, without pins."""
    ssh, redfish = place["ssh"], place["redfish"][0]
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    return [
        *("pod", "add", f"{ssh['user']}@{ssh['host']}:{ssh['port']}", redfish["url"], "--name", "new"),
        *("--identity", ssh["identity"], "--user", redfish["user"], "--config", str(path)),
        *("--password-command", " ".join(redfish["secret"]["password_command"])),
    ]


@pytest.fixture
def pins(place):
    """The fingerprints, as their owner knows them."""
    key = place["ssh"]["known_hosts"]
    shown = subprocess.run(["ssh-keygen", "-lf", key], capture_output=True, text=True, check=True).stdout
    return ["--pin", shown.split()[1], "--pin", place["redfish"][0]["fingerprint"].upper()]


def megapod(*words, **more):
    return subprocess.run(
        [sys.executable, "-m", "console", *words],
        check=False,
        **{"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "timeout": 60, **more},
    )


def test_without_a_pin_and_a_person_nothing_is_trusted_not_even_with_yes(words, tmp_path):
    done = megapod(*words, "--yes")
    assert (done.returncode, done.stdout) == (7, "")
    assert "give it as --pin SHA256:" in done.stderr
    assert (tmp_path / "config.toml").read_text() == CONFIG


@pytest.mark.parametrize("which", [0, 1])
def test_another_key_than_the_pinned_one_is_refused(words, pins, tmp_path, which):
    pins[1 + 2 * which] = ["SHA256:" + "x" * 43, "00" * 32][which]
    done = megapod(*words, *pins)
    assert done.returncode == 5
    assert "not the pinned one" in done.stderr
    assert (tmp_path / "config.toml").read_text() == CONFIG
    assert not (tmp_path / "known_hosts").exists()


def test_a_pinned_pod_is_written_and_examined_and_everything_else_stays(words, pins, place, tmp_path):
    done = megapod(*words, *pins)
    assert done.returncode == 0, done.stderr
    assert "ok       new  scheduler at" in done.stdout
    text = (tmp_path / "config.toml").read_text()
    assert text.startswith(CONFIG)
    added = tomllib.loads(text)["pods"]["new"]
    assert added["ssh"].keys() == {"host", "port", "user", "identity", "known_hosts"}
    assert added["redfish"][0]["fingerprint"] == place["redfish"][0]["fingerprint"]
    assert "read_only" not in added
    again = megapod(*words, *pins)
    assert (again.returncode, "already" in again.stderr) == (2, True)
    nodes = megapod("get", "nodes", "--pod", "new", "--config", str(tmp_path / "config.toml"), "-o", "name")
    assert nodes.returncode == 0


@pytest.mark.parametrize(("said", "code"), [(b"no\n", 7), (b"yes\nyes\n", 0)])
def test_a_person_is_asked_for_each_key(words, tmp_path, said, code):
    ours, theirs = os.openpty()
    try:
        os.write(ours, said)
        done = megapod(*words, "--dry-run", stdin=theirs, stderr=theirs, capture_output=False, stdout=subprocess.PIPE)
    finally:
        os.close(theirs)
        os.close(ours)
    assert done.returncode == code
    assert ("[pods.new.ssh]" in done.stdout) == (code == 0)
    assert (tmp_path / "config.toml").read_text() == CONFIG


def test_a_config_that_would_not_load_is_never_left(words, pins, tmp_path):
    (tmp_path / "config.toml").write_text("[pods.old]\nbroken = 1\n")
    assert megapod(*words, *pins).returncode == 2
    assert (tmp_path / "config.toml").read_text() == "[pods.old]\nbroken = 1\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.toml"]


@pytest.mark.parametrize(
    ("place", "code", "says"),
    [
        ("", 2, "'' is no host"),
        ("ann@-oProxyCommand=x", 2, "a pod's name is"),
        ("ftp://x", 2, "write https://"),
        ("https://[::1", 2, "is no URL"),
        ("https://x:70000", 2, "is no URL"),
        ("head:70000", 2, "a port is between 1 and 65535"),
        ("https://127.0.0.1:1", 3, "https://127.0.0.1:1: connection refused"),
        ("https://nowhere.invalid", 3, "the host name is unknown"),
    ],
)
def test_a_place_that_is_none_is_one_line(tmp_path, place, code, says):
    done = megapod("pod", "add", place, "--config", str(tmp_path / "config.toml"))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1)
    assert says in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_config_that_cannot_be_written_is_one_line(words, pins):
    at = words.index("--config") + 1
    done = megapod(*words[:at], "/proc/none/config.toml", *words[at + 1 :], *pins)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "megapod: cannot write /proc/none: No such file or directory\n"


@pytest.mark.parametrize("way", [b"\x03", signal.SIGTERM])
def test_who_leaves_the_question_leaves_everything_as_it_was(words, tmp_path, way):
    pid, ours = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-m", "console", *words])
    seen = b""
    while b"type yes to trust it: " not in seen:
        seen += os.read(ours, 4096)
    os.write(ours, way) if isinstance(way, bytes) else os.kill(pid, way)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130
    os.close(ours)
    assert (tmp_path / "config.toml").read_text() == CONFIG
    assert not (tmp_path / "known_hosts").exists()
