"""The outline that stands until the app's first frame, at a real pseudo-terminal."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time

import pytest

from console.tui.curtain import Curtain


@pytest.fixture
def ends():
    """Both ends of a terminal of 40x10: the one we are, and the one the program writes to."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 40, 0, 0))
    with os.fdopen(theirs, "w", closefd=True) as file:
        yield ours, file
    os.close(ours)


def written(ours):
    said = b""
    while select.select([ours], [], [], 0.05)[0]:
        said += os.read(ours, 4096)
    return said.decode()


def test_the_outline_fills_its_bar_and_says_what_is_waited_for(ends):
    ours, file = ends
    with Curtain("austin  opening", "opening the scheduler on head1", file):
        said = written(ours)
        assert said.startswith("\x1b[?1049h")
        assert "\x1b[7m" + " austin  opening".ljust(40) + "\x1b[0m" in said
        assert "opening the scheduler on head1" in said
    assert written(ours) == "", "the app has the screen, and gives it back"


def test_keys_are_kept_for_the_app_and_not_shown(ends):
    ours, file = ends
    before = termios.tcgetattr(file)
    with Curtain("austin", "", file):
        written(ours)
        os.write(ours, b"5")
        assert written(ours) == ""
        assert os.read(file.fileno(), 1) == b"5", "at once, without a return"
    assert termios.tcgetattr(file) == before


def test_what_fails_before_there_is_an_app_gives_the_screen_back(ends):
    ours, file = ends
    before = termios.tcgetattr(file)
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012, SIM117 - the second is what is tested
        with Curtain("austin", "", file):
            written(ours)
            raise KeyboardInterrupt
    assert written(ours).endswith("\x1b[?1049l")
    assert termios.tcgetattr(file) == before


def test_the_app_does_not_open_the_screen_anew(ends, tmp_path):
    """The whole console: its outline, then its frame on the same screen; a key that came first is not lost."""
    config = tmp_path / "config.toml"
    config.write_text('[pods.austin.ssh]\nhost = "127.0.0.1"\nport = 1\n')
    ours, file = ends
    argv = [sys.executable, "-m", "console"]
    env = {**os.environ, "MEGAPOD_CONFIG": str(config), "XDG_STATE_HOME": str(tmp_path), "TERM": "xterm-256color"}
    program = subprocess.Popen(argv, stdin=file, stdout=file, stderr=file, env=env, start_new_session=True)
    os.write(ours, b"5")
    said = ""
    end = time.monotonic() + 30
    try:
        while "nodes" not in said:
            assert time.monotonic() < end, said
            said += written(ours)
        os.write(ours, b"q")
        while program.poll() is None:
            assert time.monotonic() < end, said
            said += written(ours)
    finally:
        program.kill()
        program.wait()
    assert program.returncode == 0
    assert said.index("austin  opening") < said.index("nodes")
    assert said.count("\x1b[?1049h") == 1
    assert said.count("\x1b[?1049l") == 1
