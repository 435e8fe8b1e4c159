"""The bar while something is waited for: drawn on a terminal, gone afterwards, and nowhere else."""

import fcntl
import io
import os
import select
import struct
import sys
import termios

import pytest

from console.headless.bar import Bar, filled


@pytest.fixture
def terminal(monkeypatch):
    """Makes stderr a terminal of 40 columns; reads what comes out of it."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(theirs, "w") as stream:

        def read():
            return os.read(ours, 4096).decode() if select.select([ours], [], [], 10)[0] else ""

        def opened():  # in the test itself: pytest sets stderr anew before it
            monkeypatch.setattr(sys, "stderr", stream)
            return read

        yield opened
    os.close(ours)


async def test_a_terminal_has_a_bar_that_fits_and_goes(terminal):
    read = terminal()
    async with Bar(lambda: f"drain gpu[001-004] {filled(0.5)} 2/4 and a long story") as bar:
        bar.draw()
        drawn = read()
    while not drawn.endswith("\r\x1b[K"):
        more = read()
        assert more, drawn
        drawn += more
    frames = drawn.split("\r\x1b[K")
    assert frames[1] == "drain gpu[001-004] [##########--------…"
    assert frames[-1] == ""
    assert "\n" not in drawn


async def test_what_is_no_terminal_gets_nothing(monkeypatch):
    page = io.StringIO()
    monkeypatch.setattr(sys, "stderr", page)
    async with Bar(lambda: "waiting") as bar:
        bar.draw()
    assert (bar.on, page.getvalue()) == (False, "")


async def test_a_dumb_terminal_gets_nothing(terminal, monkeypatch):
    terminal()
    monkeypatch.setenv("TERM", "dumb")
    async with Bar(lambda: "waiting") as bar:
        assert not bar.on


def test_the_bar_is_the_part_of_the_steps_that_have_ended():
    assert [filled(part).count("#") for part in (0.0, 0.5, 1.0, 1.5)] == [0, 10, 20, 20]
