"""What a table costs on the wire, beside a stock DataTable. Prints, asserts nothing.

    python tests/bench/bench_table.py [--seconds 6] [--rounds 3]

The bytes are counted at a real pty of 80x24, the two tables by turns in one run. Its time with 100,000 rows is
`bench_large.py`.
"""

import argparse
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import time

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from beside import note
from textual.app import App
from textual.widgets import DataTable

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
        note(f"table, {colours}", ours, "Textual's DataTable", stock, "B/s")
        print(f"{colours:9}  DataTable {stock:7.0f} B/s   LineTable {ours:6.0f} B/s   {stock / ours:5.1f} times fewer")
    print(f"idle       LineTable {bytes_a_second('ours', 'truecolor', seconds, idle=True):.0f} B/s")


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


if __name__ == "__main__":
    main()
