"""Every way out lets go: a whole console in a process of its own, on a terminal of its own."""

import asyncio
import os
import pty
import signal
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from console.config import ConfigError
from console.tui.environment import GLYPHS, THEMES, Appearance, appearance, prepare
from widgets import themes
from widgets.glyphs import glyph_set

CONSOLE = textwrap.dedent(
    """
    import asyncio, sys
    from pathlib import Path
    from backends.errors import Unreachable
    from backends.registry import Adapters
    from backends.model.endpoint import SshEndpoint
    from console.config import Config, PodConfig
    from console.state.session import Session
    from console.tui.app import MegapodApp
    from console.tui.run import run

    told = Path(sys.argv[1])

    class Silent:
        where = "head1"
        capabilities = frozenset()
        requests = 0
        def spent(self, question):
            return 0
        async def _never(self):
            if not told.exists():  # asked, so the app has the session, and is to close it
                told.write_text("open")
            raise Unreachable("connection refused", where="head1")
        ping = nodes = jobs = layout = _never
        async def close(self):
            told.write_text("closed")

    def open_session(config):
        return Session(config, open_pod=lambda pod: Adapters(scheduler=Silent()))

    config = Config(pods={"lab": PodConfig(ssh=SshEndpoint(host="head1"))})
    sys.exit(asyncio.run(run(MegapodApp(config, open_session=open_session))))
    """
)


async def _until(condition: Callable[[], bool], within_s: float = 20.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - another process sets it
            await asyncio.sleep(0.02)


def _drain(terminal: int) -> None:
    try:
        os.read(terminal, 65536)
    except OSError:
        asyncio.get_running_loop().remove_reader(terminal)


@pytest.mark.parametrize(
    ("way", "code"),
    [("q", 0), ("\x03", 0), (signal.SIGTERM, 130), (signal.SIGHUP, 130), ("hang up", 130)],
    ids=["q", "ctrl-c", "SIGTERM", "SIGHUP", "lost terminal"],
)
async def test_every_way_out_closes_the_adapters(tmp_path: Path, way: str | signal.Signals, code: int):
    told = tmp_path / "told"
    master, slave = pty.openpty()
    loop = asyncio.get_running_loop()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CONSOLE, str(told)),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment,
        start_new_session=True,
        preexec_fn=_own_the_terminal,
    )
    os.close(slave)
    loop.add_reader(master, _drain, master)
    try:
        await _until(lambda: told.exists() and told.read_text() == "open")
        if isinstance(way, signal.Signals):
            process.send_signal(way)
        elif way == "hang up":
            loop.remove_reader(master)
            os.close(master)
        else:
            os.write(master, way.encode())
        async with asyncio.timeout(20):
            assert await process.wait() == code
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        if way != "hang up":
            loop.remove_reader(master)
            os.close(master)
    assert told.read_text() == "closed"


def _own_the_terminal() -> None:
    """The child's controlling terminal, so that closing the other end hangs up."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_a_slow_link_gets_no_animation_and_no_more_colours_than_it_has():
    environment = {"SSH_CONNECTION": "a", "TERM": "xterm"}
    prepare(environment)
    assert environment["TEXTUAL_ANIMATIONS"] == "none"
    assert environment["TEXTUAL_COLOR_SYSTEM"] == "standard"
    environment = {"SSH_CONNECTION": "a", "TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "truecolor"}
    prepare(environment)
    assert environment["TEXTUAL_COLOR_SYSTEM"] == "truecolor"


@pytest.mark.parametrize(
    ("environment", "encoding", "wanted"),
    [
        ({"TERM": "xterm-256color"}, "UTF-8", Appearance("dark", "unicode")),
        ({"TERM": "xterm-256color"}, "ANSI_X3.4-1968", Appearance("dark", "ascii")),
        ({"TERM": "linux"}, "UTF-8", Appearance("ansi16", "ascii", clipboard=False)),
        ({"TERM": "vt100"}, "UTF-8", Appearance("mono", "ascii", clipboard=False)),
        ({"TERM": "screen"}, "UTF-8", Appearance("ansi16", "unicode")),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "UTF-8", Appearance("mono", "unicode")),
        ({"TERM": "xterm-256color", "MEGAPOD_GLYPHS": "ascii"}, "UTF-8", Appearance("dark", "ascii")),
        (
            {"TERM": "linux", "MEGAPOD_THEME": "light", "MEGAPOD_GLYPHS": "unicode"},
            "",
            Appearance("light", "unicode", clipboard=False),
        ),
    ],
)
def test_what_is_drawn_with_follows_the_terminal(environment, encoding, wanted):
    assert appearance(environment, encoding) == wanted


def test_a_theme_there_is_none_of_is_one_clear_line():
    with pytest.raises(ConfigError, match=r"MEGAPOD_THEME: no 'neon'; known: dark, light, ansi16, mono"):
        appearance({"MEGAPOD_THEME": "neon"})
    assert set(THEMES) == set(themes.THEMES)
    assert [glyph_set(name).name for name in GLYPHS] == list(GLYPHS)
