"""The question before a write, at a real terminal: each way out of it is heard at once, and changes nothing."""

import os
import pty
import select
import signal
import sys
import time

import pytest

from backends.transport.child import Child
from console.exit import Exit

WITHIN_S = 60.0
ASKED = b"go on? [y/N] "
WAYS = {
    "ctrl-c": (b"\x03", Exit.INTERRUPTED, b"interrupted; nothing was changed"),
    "sigterm": (signal.SIGTERM, Exit.INTERRUPTED, b"interrupted; nothing was changed"),
    "sighup": (signal.SIGHUP, Exit.INTERRUPTED, b"interrupted; nothing was changed"),
    "end of input": (b"\x04", Exit.UNCONFIRMED, b"not confirmed; nothing was changed"),
    "a word": (b"yes\n", Exit.UNCONFIRMED, b"not confirmed; nothing was changed"),
    "enter": (b"\n", Exit.UNCONFIRMED, b"not confirmed; nothing was changed"),
}


@pytest.fixture
def simulated(tmp_path):
    config = tmp_path / "config.toml"
    words = ["--racks=1", "--nodes=2", "--gpus=1", f"--write-config={config}", "--exit-with-parent"]
    with Child([sys.executable, "-m", "console", "simulate", *words], name="the simulated pod") as child:
        child.ready(WITHIN_S)
        yield config


class Asked:
    """A cordon at a terminal of its own."""

    def __init__(self, config):
        self.written = b""
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            words = ["-m", "console", "cordon", "austin-r1-n01", "--reason", "leak", "--config", str(config)]
            os.execv(sys.executable, [sys.executable, *words])

    def read(self, until):
        """Read on until it has been written, or to the end."""
        deadline = time.monotonic() + WITHIN_S
        while until not in self.written:
            assert select.select([self.file], [], [], max(0.0, deadline - time.monotonic()))[0], self.written
            try:
                piece = os.read(self.file, 65536)
            except OSError:
                return
            self.written += piece

    def answer(self, way):
        if isinstance(way, bytes):
            os.write(self.file, way)
        else:
            os.kill(self.pid, way)

    def end(self):
        """Its exit code, and all that it wrote."""
        self.read(b"never written")
        os.close(self.file)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]), self.written


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")  # the child only executes
def test_each_way_out_of_the_question_changes_nothing_and_is_heard_at_once(simulated):
    asked = {name: Asked(simulated) for name in WAYS}
    for name, (way, _, _) in WAYS.items():
        asked[name].read(ASKED)
        asked[name].answer(way)
    for name, (_, code, says) in WAYS.items():
        ended, written = asked[name].end()
        assert (ended, says in written) == (code, True), (name, written[-300:])
        assert b"Traceback" not in written
