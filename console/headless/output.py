"""The only writer of stdout. Data, never a remark; no colour and no cursor movement, whatever it is piped to."""

import asyncio
import os
import shutil
import stat
import sys
from collections.abc import Sequence

import msgspec

from console.views.cell import Cell, Column, View

API_VERSION = "megapod/v1"
GAP = "  "
NARROW = 20


def write(text: str) -> None:
    """One piece of data, flushed. A reader that left (`| head`) is not an error: the rest is dropped in silence."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would complain once more at exit, when it flushes; give it somewhere to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def left() -> None:
    """Wait until nobody reads stdout any more: for ever, unless it is a pipe. Who follows must not outlive its reader.

    The end that writes to a pipe becomes "readable" by one thing only, the error that its reader is gone.
    """
    gone = asyncio.Event()
    descriptor = sys.stdout.fileno()
    if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        await gone.wait()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(descriptor)


def write_json(value: object, *, indent: bool = True) -> None:
    """A value as JSON: structs by their field names, times as RFC 3339, what is absent as null."""
    data = msgspec.json.encode(value)
    write((msgspec.json.format(data, indent=2) if indent else data).decode() + "\n")


def write_table(view: View) -> None:
    """A view as a table of aligned columns. On a terminal the least important columns go when they do not fit."""
    if not view.rows:
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    write("".join(f"{line}\n" for line in lines(view, width)))


def lines(view: View, width: int | None) -> list[str]:
    """The lines of a table; `width` None means no limit, and then nothing is dropped and nothing is cut."""
    keep = list(range(len(view.columns)))
    widths = _widths(view)
    if width is not None:
        while _total(widths, keep) > width and any(view.columns[index].priority for index in keep):
            keep.remove(max(keep, key=lambda index: (view.columns[index].priority, index)))
        for index in reversed([index for index in keep if view.columns[index].flex]):
            over = _total(widths, keep) - width
            widths[index] = max(min(NARROW, widths[index]), widths[index] - max(0, over))
    head = [Cell(column.title) for column in view.columns]
    return [_line(cells, view.columns, widths, keep) for cells in (head, *(row.cells for row in view.rows))]


def _widths(view: View) -> list[int]:
    columns = zip(*(row.cells for row in view.rows), strict=True)
    return [
        max(cell_width(column.title), *(cell_width(cell.text) for cell in cells))
        for column, cells in zip(view.columns, columns, strict=True)
    ]


def _total(widths: list[int], keep: list[int]) -> int:
    return sum(widths[index] for index in keep) + len(GAP) * (len(keep) - 1)


def _line(cells: Sequence[Cell], columns: Sequence[Column], widths: list[int], keep: list[int]) -> str:
    parts = []
    for index in keep:
        text = _fitted(cells[index].text, widths[index])
        space = " " * (widths[index] - cell_width(text))
        parts.append(space + text if columns[index].right else text + space)
    return GAP.join(parts).rstrip()


def _fitted(text: str, width: int) -> str:
    if cell_width(text) <= width:
        return text
    while text and cell_width(text) > width - 1:
        text = text[:-1]
    return f"{text}…"


def cell_width(text: str) -> int:
    """Terminal columns a text takes. ASCII, nearly all of it, needs no table; rich has the table (5 ms)."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
