"""No session is left on a controller, whichever way a verb or the screen ends: real processes, real signals.

The pod is served by the test over TLS, so that the session list of its controller can be looked at without a session.
A gate in it holds back one answer, so that a run can be met in the middle of its work.
"""

import asyncio
import contextlib
import os
import pty
import shutil
import signal
import sys
import textwrap
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from backends.simulator.server import ServedPod, ServeOptions, serve
from console.headless.simulate import _write_config

WITHIN_S = 30.0
READS = {
    "get": ("get", "nodes"),
    "get json": ("get", "findings", "-o", "json"),
    "blast": ("blast", "austin-r1-n01"),
    "doctor": ("doctor",),
    "events": ("events", "--for", "4"),
}
HANGS_UP = {signal.SIGTERM: 130, signal.SIGINT: 130, signal.SIGHUP: 130}


class Site:
    """A served pod, a config for it, and the gate: while `held` is a path, GETs of it wait."""

    def __init__(self, pod: ServedPod, config: Path) -> None:
        self.config = config
        self.service = pod.service
        self.endpoints = pod.endpoints
        self.held = ""
        self.holding = asyncio.Event()
        self._answer = pod.service._answer
        pod.service._answer = self._gated  # type: ignore[method-assign]

    async def _gated(self, request):  # type: ignore[no-untyped-def]
        if self.held and request.method == "GET" and request.url.path.startswith(self.held):
            self.holding.set()
            await asyncio.Event().wait()
        return await self._answer(request)

    @property
    def sessions(self) -> list[str]:
        return self.service.sessions.users()

    @property
    def opened(self) -> int:
        """How many sessions were ever opened."""
        return self.service.sessions._count

    @property
    def streams(self) -> int:
        return sum(each.streams for each in self.service.controller.subscriptions._by_id.values())

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not condition():  # noqa: ASYNC110 - another process brings it about
                await asyncio.sleep(0.01)

    async def left_nothing(self) -> None:
        assert self.sessions == []
        assert self.opened, "it never opened one: the test shows nothing"
        await self.until(lambda: not self.streams)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with serve(ServeOptions(racks=1, nodes=2, gpus=1)) as pods:
        config = tmp_path / "config.toml"
        _write_config(config, [pods[0].endpoints])
        yield Site(pods[0], config)


@contextlib.asynccontextmanager
async def run(site: Site, *words: str, **where: object) -> AsyncIterator[Process]:
    """`megapod WORDS`; ended at the end of the block whatever happens there."""
    environment = {**os.environ, "MEGAPOD_CONFIG": str(site.config)}
    streams = {"stdin": DEVNULL, "stdout": PIPE, "stderr": PIPE, **where}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "console", *words, env=environment, **streams)  # type: ignore[arg-type]
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ended(process: Process) -> tuple[int, str, str]:
    async with asyncio.timeout(WITHIN_S):
        out, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, (out or b"").decode(), (errors or b"").decode()


@pytest.mark.parametrize("words", READS.values(), ids=READS)
async def test_a_run_that_ends_well(site: Site, words: tuple[str, ...]) -> None:
    async with run(site, *words) as process:
        code, _, errors = await ended(process)
    assert code == 0, errors
    await site.left_nothing()


async def test_a_run_that_is_refused(site: Site) -> None:
    async with run(site, "blast", "no-such-thing") as process:
        code, _, errors = await ended(process)
    assert (code, errors.count("\n")) == (2, 1)
    await site.left_nothing()


async def test_a_run_that_gives_up_waiting(site: Site) -> None:
    site.held = "/redfish/v1/Chassis"
    async with run(site, "get", "nodes", "--timeout", "1s") as process:
        code, _, _ = await ended(process)
    assert code == 3
    await site.left_nothing()


@pytest.mark.parametrize("number", HANGS_UP, ids=lambda number: number.name)
@pytest.mark.parametrize("verb", ["get", "blast", "doctor"])
async def test_a_run_that_is_ended_in_the_middle(site: Site, verb: str, number: signal.Signals) -> None:
    site.held = "/redfish/v1/Chassis"
    async with run(site, *READS[verb]) as process:
        await asyncio.wait_for(site.holding.wait(), WITHIN_S)
        assert site.sessions == ["operator"]
        process.send_signal(number)
        code, _, errors = await ended(process)
    assert (code, errors) == (HANGS_UP[number], "")
    await site.left_nothing()


@pytest.mark.parametrize("number", HANGS_UP, ids=lambda number: number.name)
async def test_a_stream_that_is_ended_in_the_middle(site: Site, number: signal.Signals) -> None:
    async with run(site, "events", "--follow") as process:
        await site.until(lambda: site.streams)
        process.send_signal(number)
        code, _, errors = await ended(process)
    assert (code, errors) == (130, "")
    await site.left_nothing()


async def test_impatience_changes_nothing(site: Site) -> None:
    site.held = "/redfish/v1/Chassis"
    async with run(site, "get", "nodes") as process:
        await asyncio.wait_for(site.holding.wait(), WITHIN_S)
        site.held = "/redfish/v1/Chassis"
        for number in (signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGINT):
            process.send_signal(number)
        code, _, errors = await ended(process)
    assert (code, errors) == (130, "")
    await site.left_nothing()


async def test_a_run_that_is_meant_to_go_on_does_not_end_with_its_terminal(site: Site) -> None:
    nohup = shutil.which("nohup")
    assert nohup, "coreutils"
    environment = {**os.environ, "MEGAPOD_CONFIG": str(site.config)}
    process = await asyncio.create_subprocess_exec(
        *(nohup, sys.executable, "-m", "console", "events", "--for", "2s"),
        env=environment,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        await site.until(lambda: site.streams)
        process.send_signal(signal.SIGHUP)
        code, _, _ = await ended(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert code == 0
    await site.left_nothing()


@pytest.mark.parametrize("words", READS.values(), ids=READS)
async def test_a_run_whose_reader_is_gone(site: Site, words: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        async with run(site, *words, stdout=writer) as process:
            code, _, errors = await ended(process)
    finally:
        os.close(writer)
    assert "Traceback" not in errors
    assert code in (0, 3)
    await site.left_nothing() if words[0] != "events" else await site.until(lambda: not site.sessions)


async def test_a_follower_ends_with_its_reader(site: Site) -> None:
    async with run(site, "events", "--follow", "-o", "jsonl") as process:
        await site.until(lambda: site.streams)
        site.service.controller.events.post("TestMessage", text="hello")
        assert process.stdout is not None
        assert b'"text":"hello"' in await asyncio.wait_for(process.stdout.readline(), WITHIN_S)
        process._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]
        async with asyncio.timeout(WITHIN_S):
            assert await process.wait() == 0
    await site.left_nothing()


async def test_a_run_whose_output_cannot_be_written(site: Site) -> None:
    """`doctor` writes while its session is open: an error of ours in the middle."""
    _write_config(site.config, [replace(site.endpoints, ssh=None, scheduler=None)])
    with Path("/dev/full").open("wb") as full:  # noqa: ASYNC230 - a device
        async with run(site, "doctor", stdout=full) as process:
            code, _, errors = await ended(process)
    assert code == 1
    assert "No space left" in errors
    await site.left_nothing()


async def test_a_killed_run_leaves_a_session_that_the_next_does_not_need(site: Site) -> None:
    """SIGKILL cannot be met: what it leaves ends by the service's own timeout, and the next run works beside it."""
    site.held = "/redfish/v1/Chassis"
    async with run(site, "get", "nodes") as process:
        await asyncio.wait_for(site.holding.wait(), WITHIN_S)
        process.kill()
        await process.wait()
    site.held = ""
    assert site.sessions == ["operator"]
    async with run(site, "get", "nodes") as process:
        assert (await ended(process))[0] == 0
    assert site.sessions == ["operator"]
    left = next(iter(site.service.sessions._by_id.values()))
    left.used_s -= site.service.sessions._timeout_s + 1
    assert site.sessions == []


SCREEN = textwrap.dedent(
    """
    import asyncio, sys
    from console.config import load
    from console.tui.app import MegapodApp
    from console.tui.run import run

    class Fails(MegapodApp):
        def on_pods_changed(self):
            super().on_pods_changed()
            if self.desk.snapshot.sources["redfish"].trusted:
                raise ZeroDivisionError

    sys.exit(asyncio.run(run(Fails(load()))))
    """
)


def _own_the_terminal() -> None:
    """The child's controlling terminal, so that closing the other end hangs up."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """A process on a terminal of its own, 80x24, that reads nothing but what is typed."""

    def __init__(self) -> None:
        self.master, self._slave = pty.openpty()
        self._shown = b""

    async def start(self, *argv: str, **environment: str) -> None:
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, *argv),
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", **environment},
            start_new_session=True,
            preexec_fn=_own_the_terminal,
        )
        os.close(self._slave)
        asyncio.get_running_loop().add_reader(self.master, self._drain)

    async def shows(self, text: bytes) -> None:
        async with asyncio.timeout(WITHIN_S):
            while text not in self._shown:  # noqa: ASYNC110 - another process draws it
                await asyncio.sleep(0.02)

    def _drain(self) -> None:
        try:
            self._shown += os.read(self.master, 65536)
        except OSError:
            asyncio.get_running_loop().remove_reader(self.master)

    def hang_up(self) -> None:
        if self.master >= 0:
            asyncio.get_running_loop().remove_reader(self.master)
            os.close(self.master)
            self.master = -1

    async def leave(self, way: str | signal.Signals) -> int:
        if isinstance(way, signal.Signals):
            self.process.send_signal(way)
        elif way == "hang up":
            self.hang_up()
        else:
            os.write(self.master, way.encode())
        return await self.ended()

    async def ended(self) -> int:
        async with asyncio.timeout(WITHIN_S):
            return await self.process.wait()


@pytest.fixture
async def terminal() -> AsyncIterator[Terminal]:
    it = Terminal()
    yield it
    if it.process.returncode is None:
        it.process.kill()
        await it.process.wait()
    it.hang_up()


WAYS = {
    "q": ("q", 0),
    "ctrl-c": ("\x03", 0),
    "SIGTERM": (signal.SIGTERM, 130),
    "SIGINT": (signal.SIGINT, 130),
    "SIGHUP": (signal.SIGHUP, 130),
    "lost terminal": ("hang up", 130),
}


@pytest.mark.parametrize(("way", "code"), WAYS.values(), ids=WAYS)
async def test_the_screen_however_it_is_left(
    site: Site, terminal: Terminal, way: str | signal.Signals, code: int
) -> None:
    await terminal.start("-m", "console", "screen", MEGAPOD_CONFIG=str(site.config))
    await site.until(lambda: site.streams and site.sessions)
    assert await terminal.leave(way) == code
    await site.left_nothing()


@pytest.mark.parametrize(("way", "code"), [WAYS["q"], WAYS["SIGTERM"]], ids=["q", "SIGTERM"])
async def test_the_screen_while_its_controller_is_slow(
    site: Site, terminal: Terminal, way: str | signal.Signals, code: int
) -> None:
    """All its places are taken by reads that wait: these end first, and the good-bye does not wait behind them."""
    site.held = "/redfish/v1/Chassis"
    await terminal.start("-m", "console", "screen", MEGAPOD_CONFIG=str(site.config))
    await asyncio.wait_for(site.holding.wait(), WITHIN_S)
    assert await terminal.leave(way) == code
    await site.left_nothing()


async def test_the_screen_when_it_fails_itself(site: Site, terminal: Terminal) -> None:
    await terminal.start("-c", SCREEN, MEGAPOD_CONFIG=str(site.config))
    assert await terminal.ended() == 1
    await site.left_nothing()


@pytest.mark.parametrize(
    ("way", "code"), [WAYS["q"], WAYS["SIGTERM"], WAYS["lost terminal"]], ids=["q", "TERM", "lost"]
)
async def test_a_demo_leaves_nothing_behind(
    tmp_path: Path, terminal: Terminal, way: str | signal.Signals, code: int
) -> None:
    """Its pod goes with it, so nothing can be asked there afterwards: what is left to see is that pod's process."""
    words = ("demo", "--racks=1", "--nodes=2", "--gpus=1")
    await terminal.start("-m", "console", *words, TMPDIR=str(tmp_path))
    await terminal.shows(b"live")
    children = Path(f"/proc/{terminal.process.pid}/task/{terminal.process.pid}/children")
    (served,) = children.read_text().split()  # noqa: ASYNC240 - the kernel's
    assert await terminal.leave(way) == code
    assert not Path(f"/proc/{served}").exists()  # noqa: ASYNC240 - as above
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - one look
