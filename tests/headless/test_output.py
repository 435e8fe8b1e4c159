"""Tables for scripts: aligned, whole when piped, the least important columns first to go on a terminal."""

import os
import subprocess
import sys

from console.headless.table import lines
from console.views.cell import Cell, Column, Row, View

VIEW = View(
    kind="nodes",
    columns=(
        Column(key="node", title="NODE"),
        Column(key="gpus", title="GPUS", right=True),
        Column(key="group", title="GROUP", priority=2),
        Column(key="reason", title="REASON", flex=True, priority=1),
    ),
    rows=(
        Row("n1", (Cell("n1"), Cell("4/8"), Cell("r1"), Cell("leak in tray 2, called the vendor"))),
        Row("n10", (Cell("n10"), Cell("12/16"), Cell("r1"), Cell("冷却水"))),
    ),
    empty="none",
)


def test_a_pipe_gets_every_column_whole():
    assert lines(VIEW, None) == [
        "NODE   GPUS  GROUP  REASON",
        "n1      4/8  r1     leak in tray 2, called the vendor",
        "n10   12/16  r1     冷却水",
    ]


def test_a_terminal_loses_the_least_important_column_first():
    assert lines(VIEW, 50) == [
        "NODE   GPUS  REASON",
        "n1      4/8  leak in tray 2, called the vendor",
        "n10   12/16  冷却水",
    ]


def test_a_narrow_terminal_keeps_what_matters():
    assert lines(VIEW, 14) == ["NODE   GPUS", "n1      4/8", "n10   12/16"]


def test_text_that_must_stay_is_cut_with_an_ellipsis():
    columns = (Column(key="name", title="NAME", flex=True),)
    view = View(kind="jobs", columns=columns, rows=(Row("1", (Cell("x" * 60),)),), empty="")
    assert lines(view, 30) == ["NAME", "x" * 29 + "…"]


def test_a_reader_that_left_is_no_error():
    code = "from console.headless.output import write\nfor _ in range(20000): write('x' * 80 + '\\n')\n"
    writer = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.read(writer.stdout.fileno(), 10)
    writer.stdout.close()
    assert writer.stderr.read() == b""
    writer.stderr.close()
    assert writer.wait(30) == 0
