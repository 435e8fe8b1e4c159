"""A view as lines of aligned columns, all at once or pod by pod as they answer."""

import shutil
import sys
from collections.abc import Sequence

from console.views.cell import Cell, Column, View

GAP = "  "
NARROW = 20


class Table:
    """Lays out the views of one kind, one after the other, under one head. Columns may widen, and never come back.

    `width` None means no limit, and then nothing is dropped and nothing is cut.
    """

    def __init__(self, width: int | None) -> None:
        self._width = width
        self._keep: list[int] | None = None
        self._widths: list[int] = []

    def lines(self, view: View) -> list[str]:
        """The lines of the next rows; the head before the first of them."""
        widths = _widths(view)
        head: list[Sequence[Cell]] = []
        if self._keep is None:
            self._keep = _kept(view.columns, widths, self._width)
            head.append([Cell(column.title) for column in view.columns])
        else:
            widths = [max(pair) for pair in zip(widths, self._widths, strict=True)]
        if self._width is not None:
            _squeeze(view.columns, widths, self._keep, self._width)
        self._widths = widths
        cells = (*head, *(row.cells for row in view.rows))
        return [_line(one, view.columns, widths, self._keep) for one in cells]


def lines(view: View, width: int | None) -> list[str]:
    """The lines of one view by itself."""
    return Table(width).lines(view)


def terminal_width() -> int | None:
    """The columns of the terminal on stdout; None where it is none, and whoever reads wants it all."""
    return shutil.get_terminal_size().columns if sys.stdout is not None and sys.stdout.isatty() else None


def _kept(columns: Sequence[Column], widths: list[int], width: int | None) -> list[int]:
    """Which columns there is room for: the least important go first, those of priority 0 stay."""
    keep = list(range(len(columns)))
    while width is not None and _total(widths, keep) > width and any(columns[index].priority for index in keep):
        keep.remove(max(keep, key=lambda index: (columns[index].priority, index)))
    return keep


def _squeeze(columns: Sequence[Column], widths: list[int], keep: list[int], width: int) -> None:
    for index in reversed([index for index in keep if columns[index].flex]):
        over = _total(widths, keep) - width
        widths[index] = max(min(NARROW, widths[index]), widths[index] - max(0, over))


def _widths(view: View) -> list[int]:
    rows = [row.cells for row in view.rows]
    return [
        max([cell_width(column.title), *(cell_width(cells[index].text) for cells in rows)])
        for index, column in enumerate(view.columns)
    ]


def _total(widths: list[int], keep: list[int]) -> int:
    return sum(widths[index] for index in keep) + len(GAP) * (len(keep) - 1)


def _line(cells: Sequence[Cell], columns: Sequence[Column], widths: list[int], keep: list[int]) -> str:
    parts = []
    for index in keep:
        text = fitted(cells[index].text, widths[index])
        space = " " * (widths[index] - cell_width(text))
        parts.append(space + text if columns[index].right else text + space)
    return GAP.join(parts).rstrip()


def fitted(text: str, width: int) -> str:
    """The text in so many terminal columns, with `…` where it was cut."""
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
