"""What a table costs: bytes on the wire beside a stock DataTable, and time with 100,000 rows. Prints, asserts nothing.

    python tests/bench/bench_table.py [--seconds 6] [--rounds 3]

The bytes are counted at a real pty of 80x24, the two tables by turns in one run. Times are taken inside the app.
"""

import argparse
import asyncio
import fcntl
import gc
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import time
from datetime import UTC, datetime

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from textual import events
from textual.app import App
from textual.widgets import DataTable

from backends.model.node import Node, SchedulerFacts, Service
from backends.model.snapshot import Snapshot
from console.select.field import Around
from console.select.kinds import kind
from console.tui.filter import keeper, read
from widgets.column import Column
from widgets.frugal import FrugalApp
from widgets.paint import Align
from widgets.prompt_screen import PromptScreen
from widgets.row import Cell, Row
from widgets.table import LineTable
from widgets.themes import THEMES

ROWS, CHANGED = 72, 18
COLUMNS = (
    Column("node", "NODE", width=14),
    Column("state", "STATE", width=12),
    Column("gpu", "GPU", width=5, align=Align.RIGHT),
    Column("temp", "TEMP C", width=6, align=Align.RIGHT),
    Column("power", "POWER W", width=8, align=Align.RIGHT),
    Column("job", "JOB", min_width=8),
)


def row(number: int, second: int) -> Row:
    state = "draining" if (number + second) % 7 == 0 else "allocated"
    temp = Cell(str(40 + (number + second) % 40), "heat-1")
    return Row(f"k{number}", (f"austin-n{number:05}", Cell(state, state), "4/8", temp, str(4000 + second), "train"))


class Ours(FrugalApp[None]):
    def __init__(self, theme: str, *, idle: bool) -> None:
        super().__init__()
        for one in THEMES.values():
            self.register_theme(one)
        self.theme = THEMES[theme].name
        self._idle, self._second = idle, 0

    def get_default_screen(self):
        return PromptScreen(id="_default")

    def compose(self):
        yield LineTable(COLUMNS)

    def on_mount(self):
        self._rows = [row(number, 0) for number in range(ROWS)]
        self.query_one(LineTable).update(self._rows)
        if not self._idle:
            self.set_interval(1, self._tick)

    def _tick(self):
        self._second += 1
        for number in range(0, ROWS, ROWS // CHANGED):
            self._rows[number] = row(number, self._second)
        self.query_one(LineTable).update(self._rows)


class Stock(App[None]):
    def __init__(self, *, idle: bool) -> None:
        super().__init__()
        self._idle, self._second = idle, 0

    def compose(self):
        yield DataTable(cursor_type="row")

    def on_mount(self):
        table = self.query_one(DataTable)
        for column in COLUMNS:
            table.add_column(column.title, key=column.key, width=column.width or 12)
        self._shown = [_texts(row(number, 0)) for number in range(ROWS)]
        for number, texts in enumerate(self._shown):
            table.add_row(*texts, key=f"k{number}")
        if not self._idle:
            self.set_interval(1, self._tick)

    def _tick(self):
        self._second += 1
        table = self.query_one(DataTable)
        for number in range(0, ROWS, ROWS // CHANGED):
            texts = _texts(row(number, self._second))
            for column, old, new in zip(COLUMNS, self._shown[number], texts, strict=True):
                if old != new:
                    table.update_cell(f"k{number}", column.key, new)
            self._shown[number] = texts


def _texts(one: Row) -> list[str]:
    return [cell if isinstance(cell, str) else cell.text for cell in one.cells]


def bytes_a_second(kind: str, colours: str, seconds: float, *, idle: bool = False) -> float:
    """One child at a pty of 80x24; what it writes once it has settled."""
    pid, terminal = pty.fork()
    if pid == 0:
        environ = {**os.environ, "TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": colours}
        environ.pop("NO_COLOR", None)
        args = [sys.executable, __file__, "--child", kind, "--colours", colours, *(["--idle"] if idle else [])]
        os.execve(sys.executable, args, environ)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.kill(pid, signal.SIGWINCH)
    try:
        _read(terminal, 4)
        return _read(terminal, seconds) / seconds
    finally:
        os.kill(pid, signal.SIGKILL)
        os.close(terminal)
        os.waitpid(pid, 0)


def _read(terminal: int, seconds: float) -> int:
    until, count = time.monotonic() + seconds, 0
    while (left := until - time.monotonic()) > 0:
        if select.select([terminal], [], [], left)[0]:
            count += len(os.read(terminal, 65536))
    return count


def wire(seconds: float, rounds: int) -> None:
    for colours in ("truecolor", "standard"):
        found: dict[str, list[float]] = {"stock": [], "ours": []}
        for _ in range(rounds):
            for which, figures in found.items():
                figures.append(bytes_a_second(which, colours, seconds))
        stock, ours = (statistics.median(found[which]) for which in ("stock", "ours"))
        print(f"{colours:9}  DataTable {stock:7.0f} B/s   LineTable {ours:6.0f} B/s   {stock / ours:5.1f} times fewer")
    print(f"idle       LineTable {bytes_a_second('ours', 'truecolor', seconds, idle=True):.0f} B/s")


async def pauses(found: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.001)
        found.append((time.perf_counter() - before - 0.001) * 1000)


async def large(count: int = 100_000) -> None:
    app = Ours("ansi16", idle=True)
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.query_one(LineTable)
        rows = [row(number, number * 7919 % 9973) for number in range(count)]
        gc.collect()
        gc.freeze()
        await _quiet(pilot, table, lambda: table.update(rows), "first rows")
        await _quiet(pilot, table, lambda: table.sort_by("power"), "sort by number-like text")
        await _quiet(pilot, table, lambda: table.filter_by(lambda one: one.key.endswith("7")), "filter to a tenth")
        await _quiet(pilot, table, lambda: table.filter_by(None), "filter off")
        keep = by_fields(count, "state=drained & rack=r1 | name~7$")
        gc.freeze()  # in the app they are of a snapshot, and old
        await _quiet(pilot, table, lambda: table.filter_by(keep), "filter by fields")
        await _quiet(pilot, table, lambda: table.filter_by(None), "filter off")
        await _quiet(pilot, table, lambda: table.sort_by(None), "sort off")
        await _keys(pilot, app, table, rows, hold_order=True)
        table.sort_by("temp", reverse=True)
        while table.busy:
            await pilot.pause(0.01)
        await _keys(pilot, app, table, rows, hold_order=False)


def by_fields(count: int, text: str):
    """The filter that `/` makes of a text, over as many nodes as there are rows."""
    idle, drained = (
        SchedulerFacts(source="slurm.nodes", state=("IDLE",), service=service, gpus=8)
        for service in (Service.IDLE, Service.DRAINED)
    )
    nodes = {
        f"k{number}": Node(name=f"k{number}", rack=f"r{number % 9}", scheduler=drained if number % 5 else idle)
        for number in range(count)
    }
    snapshot = Snapshot(pod="bench", number=1, at=datetime.now(UTC), nodes=nodes)
    return keeper(read(text, kind("nodes")), kind("nodes"), Around(snapshot, snapshot.at))


async def _quiet(pilot, table, act, name: str) -> None:
    gaps: list[float] = []
    ticker = asyncio.create_task(pauses(gaps))
    await asyncio.sleep(0.02)
    start = time.perf_counter()
    act()
    call_ms = (time.perf_counter() - start) * 1000
    while table.busy:
        await pilot.pause(0.001)
    took_ms = (time.perf_counter() - start) * 1000
    await pilot.pause()
    ticker.cancel()
    print(f"{name:26} call {call_ms:5.1f} ms   done after {took_ms:6.0f} ms   longest pause {max(gaps):5.1f} ms")


async def _keys(pilot, app, table, rows, *, hold_order: bool) -> None:
    """Keys 20 a second while 100 rows are patched every 10 ms; from the key to the frame that has its effect."""
    latencies: list[float] = []
    pending: list[tuple[float, str | None]] = []
    compositor = app.screen._compositor
    render = compositor.render_update

    def rendered(*args, **kwargs):
        update = render(*args, **kwargs)
        if pending and table.cursor != pending[0][1]:
            latencies.append((time.perf_counter() - pending.pop()[0]) * 1000)
        return update

    compositor.render_update = rendered
    patched = 0

    async def feed() -> None:
        nonlocal patched
        turn, start = 0, time.perf_counter()
        while True:
            due = int((time.perf_counter() - start) * 100)
            while turn < due:
                turn += 1
                table.patch([row((turn * 100 + at) * 7 % len(rows), turn) for at in range(100)])
                patched += 100
            await asyncio.sleep(0.005)

    feeder = asyncio.create_task(feed())
    table.focus()
    start = time.perf_counter()
    for at in range(200):
        key = "pagedown" if at % 10 == 9 else "down"
        pending[:] = [(time.perf_counter(), table.cursor)]
        app.post_message(events.Key(key, None))
        for _ in range(100):
            await asyncio.sleep(0.005)
            if not pending:
                break
        await asyncio.sleep(0.045)
    rate = patched / (time.perf_counter() - start)
    feeder.cancel()
    compositor.render_update = render
    latencies.sort()
    p50, p99 = latencies[len(latencies) // 2], latencies[int(len(latencies) * 0.99)]
    name = "order held" if hold_order else "sorted by the changing column"
    print(f"key to frame, {len(rows)} rows, {rate:.0f} updates/s, {name}:", end=" ")
    print(f"p50 {p50:.1f} ms  p99 {p99:.1f} ms  n {len(latencies)}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", choices=["ours", "stock"])
    parser.add_argument("--colours", default="truecolor")
    parser.add_argument("--idle", action="store_true")
    asked = parser.parse_args()
    if asked.child:
        ours = Ours("ansi16" if asked.colours == "standard" else "dark", idle=asked.idle)
        (ours if asked.child == "ours" else Stock(idle=asked.idle)).run()
        return
    wire(asked.seconds, asked.rounds)
    asyncio.run(large())


if __name__ == "__main__":
    main()
