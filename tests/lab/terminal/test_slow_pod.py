"""Dead time zero: a pod that answers after 30 s costs no key its effect, and hides nothing of the pod beside it."""

import json
import select
import subprocess
import sys
from pathlib import Path

import pytest

LATE_S = 30
AT_ONCE_S = 3.0
READY_S = 60.0
HERE = Path(__file__).parent


class Child:
    """A server of the test's own: its first line is an answer, and it ends with its standard input."""

    def __init__(self, *argv: str) -> None:
        self._process = subprocess.Popen([sys.executable, *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        ready, _, _ = select.select([self._process.stdout], [], [], READY_S)
        self.said = json.loads(self._process.stdout.readline()) if ready else None

    def tell(self) -> None:
        """A line on its standard input."""
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """Let it end."""
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()


@pytest.fixture
def pods(tmp_path):
    """A config of two simulated pods, the second one behind the slow way, and that way."""
    config = tmp_path / "config.toml"
    words = ("simulate", "--pods", "2", "--racks", "1", "--nodes", "4", "--write-config", str(config))
    simulated = Child("-m", "console", *words, "--exit-with-parent")
    far = simulated.said["pods"][1]
    ports = [str(far["ssh"]["port"]), far["redfish"][0]["url"].rpartition(":")[2]]
    slow = Child(str(HERE / "slow.py"), str(LATE_S), *ports)
    text = config.read_text()
    for old, new in zip(ports, slow.said, strict=True):
        text = text.replace(f"port = {old}\n", f"port = {new}\n").replace(f':{old}"\n', f':{new}"\n')
    known = Path(far["ssh"]["known_hosts"])
    known.write_text(known.read_text().replace(f":{ports[0]} ", f":{slow.said[0]} "))
    config.write_text(f"journal = {json.dumps(str(tmp_path / 'journal.db'))}\n{text}")
    yield config, slow
    slow.close()
    simulated.close()


STEPS = (
    (("6",), "austin jobs", "NODE SET"),
    (("4",), "austin health", "COMPONENT"),
    (("3",), "austin placement", ""),
    (("8",), "austin events", ""),
    (("5",), "austin nodes", "austin-r1-n04"),
    (("/", *"n02", "Enter"), "austin nodes", "1 of 4"),
    (("Enter",), "austin nodes > node", "slurm.nodes"),
    (("Escape",), "austin nodes", "1 of 4"),
    (("0",), "austin fleet", "SOURCES"),
    (("'", *"boden", "Enter", "Enter"), "boden", ""),
    (("5",), "boden nodes", ""),
    (("6",), "boden jobs", ""),
    (("4",), "boden health", ""),
    (("2",), "boden topology", ""),
    (("?",), "", "copy command"),
    (("Escape",), "boden topology", ""),
    (("0",), "boden fleet", "SOURCES"),
    (("'", *"austin", "Enter", "Enter"), "austin", ""),
    (("5",), "austin nodes", "austin-r1-n02"),
)
"""Keys, the first words of the screen that they lead to, and a word that is on it: of the good pod, and of the slow."""


def led(title, word):
    """Whether a screen begins with these words, and has that one."""
    words = title.split()
    return lambda text: text.splitlines()[0].replace(":", "").split()[: len(words)] == words and word in text


def test_keys_work_at_once_beside_a_pod_that_is_thirty_seconds_late(pods, terminals):
    config, slow = pods
    terminal = terminals("-m", "console", MEGAPOD_CONFIG=str(config))
    terminal.press("5")
    terminal.shows("austin-r1-n01", "live", within_s=30.0)
    for keys, title, word in STEPS:
        terminal.press(*keys)
        text = terminal.until(led(title, word), AT_ONCE_S)
        assert "boden-r1-n" not in text, "it is not slow"
    terminal.press("D", *"leak", "Enter")
    terminal.shows("drain austin-r1-n02?", within_s=AT_ONCE_S)
    terminal.press("y")
    terminal.until(lambda text: "drain" in text.partition("austin-r1-n02")[2].splitlines()[0], 15.0)
    slow.tell()  # the slow one was a pod all the time: let go, it is there
    terminal.press("0", "'", *"boden", "Enter", "Enter", "5", "r")
    terminal.shows("boden-r1-n02", within_s=40.0)  # the filter is still there
