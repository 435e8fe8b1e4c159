"""A journal that cannot be written: one line that says what to do, its exit code, and nothing reaches the cluster."""

import json
import os
import sqlite3
import subprocess
import sys

import pytest

from backends.transport.child import Child
from console.exit import Exit
from console.operations.journal_schema import VERSION

NODE = "austin-r1-n01"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small disk, and a read-only one")


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    config = tmp_path_factory.mktemp("pod") / "config.toml"
    words = ["--racks=1", "--nodes=2", "--gpus=1", f"--write-config={config}", "--exit-with-parent"]
    with Child([sys.executable, "-m", "console", "simulate", *words], name="the simulated pod") as child:
        child.ready(60.0)
        yield config


class Megapod:
    """The command, with a journal of its own for each name."""

    def __init__(self, simulated, folder):
        self.simulated = simulated
        self.folder = folder

    def journal(self, name):
        return self.folder / name / "journal.db"

    def start(self, name, *words, under=()):
        journal = self.journal(name)
        journal.parent.mkdir(exist_ok=True)
        config = self.folder / f"{name}.toml"
        config.write_text(f"journal = {json.dumps(str(journal))}\n{self.simulated.read_text()}")
        config.chmod(0o600)
        return subprocess.Popen(
            [*under, sys.executable, "-m", "console", *words, "--config", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, name, *words):
        out, error = self.start(name, *words).communicate(timeout=60)
        return out, error

    def made(self, name):
        """A journal with a word in it; its bytes are whole."""
        self(name, "ops", "list")
        return self.journal(name)

    def mark(self):
        (node,) = [
            item for item in json.loads(self("get", "get", "nodes", "-o", "json")[0])["items"] if NODE in item["name"]
        ]
        return node["scheduler"]["state"], node["scheduler"]["reason"]


@pytest.fixture
def megapod(simulated, tmp_path):
    return Megapod(simulated, tmp_path)


def refusals(megapod, running):
    """What each run said, once it is sure that none of them has changed anything."""
    said = {}
    for name, process in running.items():
        out, error = process.communicate(timeout=60)
        assert (process.returncode, out, error.count("\n")) == (Exit.FAILED, "", 1), (name, error)
        assert str(megapod.journal(name)) in error, name
        said[name] = error
    return said


def test_what_cannot_be_a_journal_is_one_line_and_no_write_reaches_the_cluster(megapod):
    before = megapod.mark()
    newer, torn, short = (megapod.made(name) for name in ("newer", "torn", "short"))
    with sqlite3.connect(newer) as other:
        other.execute(f"PRAGMA user_version = {VERSION + 1}")
    other.close()
    whole = torn.read_bytes()
    torn.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    short.write_bytes(short.read_bytes()[:700])
    strange = megapod.journal("strange")
    strange.parent.mkdir()
    strange.write_text("[pods.austin]\n" * 99)
    cordon = ("cordon", NODE, "--reason", "leak", "--yes")
    said = refusals(megapod, {name: megapod.start(name, *cordon) for name in ("newer", "torn", "short", "strange")})
    assert f"written by a newer megapod (schema {VERSION + 1}" in said["newer"]
    assert all("move it aside" in said[name] for name in ("torn", "short", "strange"))
    assert megapod.mark() == before


@as_root
def test_a_disk_that_takes_nothing_is_one_line_and_no_write_reaches_the_cluster(megapod):
    before = megapod.mark()
    megapod.made("fixed")
    disks = {
        "full": "mount -t tmpfs -o size=64k tmpfs {0}",
        "fixed": "mount --bind {0} {0} && mount -o remount,bind,ro {0}",
    }
    running = {}
    for name, mount in disks.items():
        folder = megapod.journal(name).parent
        folder.mkdir(exist_ok=True)
        under = ["unshare", "-m", "sh", "-c", f'{mount.format(folder)} && exec "$@" && true', "sh"]
        running[name] = megapod.start(name, "cordon", NODE, "--reason", "leak", "--yes", under=under)
    said = refusals(megapod, running)
    assert "no room left on the disk; nothing was written" in said["full"]
    assert "cannot be" in said["fixed"]
    assert megapod.mark() == before
