"""What stands on the terminal, cell by cell, so that only what reads otherwise is sent.

Textual hands over the lines of every region that was refreshed, and the whole screen when a layout changed. Most of
their cells stand there already: a digit of a status line, a pane that was laid out anew and looks the same. Comparing
here, once for all widgets, is what makes a screen cost what changed on it (`tests/bench/bench_views.py`).

What we do not know is sent: everything at first, and again whenever the terminal may have been drawn on by others.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, repeat

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.control import Control
from rich.style import Style
from textual.strip import Strip

Cell = tuple[str, Style | None]
"""What stands in a column, and its style. The second column of a wide character has no text of its own."""

Piece = tuple[int, int, Strip]
"""Line, column, and what is to stand there from that column on."""

_LEAP = 8
"""Cells of the same style that are sent once more rather than moved over: a move costs as many bytes."""


class Sent:
    """The cells of a terminal as we have left them."""

    def __init__(self) -> None:
        self._lines: dict[int, list[Cell | None]] = {}

    def forget(self) -> None:
        """Others may have drawn on it, or its size is another: nothing is known of it any more."""
        self._lines.clear()

    def update(self, pieces: Iterable[Piece], colours: ColorSystem) -> str:
        """What to write so that these stand there, and no other cell is touched; empty where they do already."""
        out: list[str] = []
        style: Style | None = None
        for y, x, strip in pieces:
            for start, cells in self._differing(y, x, _cells(strip)):
                out.append(Control.move_to(start, y).segment.text)
                for text, own in cells:
                    if own != style:
                        out += (_escapes(style, colours)[1], _escapes(own, colours)[0])
                        style = own
                    out.append(text)
        out.append(_escapes(style, colours)[1])
        return "".join(out)

    def _differing(self, y: int, x: int, cells: list[Cell]) -> Iterator[tuple[int, list[Cell]]]:
        """Runs of cells that are not there yet, each with its column; from now on they are."""
        line = self._lines.setdefault(y, [])
        end = x + len(cells)
        line += repeat(None, end - len(line))
        old = line[x:end]
        if old == cells:
            return
        line[x:end] = cells
        if x and _half(old[0]):  # written over: the other half is gone
            line[x - 1] = None
        if end < len(line) and _half(line[end]):
            line[end] = None
        first = last = -1
        for at in (at for at, (was, now) in enumerate(zip(old, cells, strict=True)) if was != now):
            if first < 0:
                first = at
            elif at - last > 1 and not _crossed(cells[last:at]):
                yield _whole(x, cells, first, last)
                first = at
            last = at
        yield _whole(x, cells, first, last)


def _half(cell: Cell | None) -> bool:
    """Whether it is the second column of a wide character."""
    return cell is not None and not cell[0]


def _crossed(between: list[Cell]) -> bool:
    """Whether cells that stand there already are cheaper to send than to move over."""
    return len(between) <= _LEAP and all(style == between[0][1] for _, style in between)


def _whole(x: int, cells: list[Cell], first: int, last: int) -> tuple[int, list[Cell]]:
    """The run with both columns of the wide characters at its ends."""
    while first and not cells[first][0]:
        first -= 1
    while last + 1 < len(cells) and not cells[last + 1][0]:
        last += 1
    return x + first, cells[first : last + 1]


def _cells(strip: Strip) -> list[Cell]:
    """One for each column."""
    return list(
        chain.from_iterable(
            zip(text, repeat(style), strict=False) if text.isascii() else _wide(text, style) for text, style, _ in strip
        )
    )


def _wide(text: str, style: Style | None) -> list[Cell]:
    found: list[Cell] = []
    for char in text:
        width = cell_len(char)
        if width or not found:
            found += ((char, style), *repeat(("", style), width - 1))
            continue
        lead = max(at for at, (one, _) in enumerate(found) if one)  # it stands on the one before it
        found[lead] = (found[lead][0] + char, style)
    return found


@lru_cache(1024)
def _escapes(style: Style | None, colours: ColorSystem) -> tuple[str, str]:
    """What begins a style, and what ends it."""
    if style is None:
        return "", ""
    before, _, after = Strip.render_style(style, "\0", color_system=colours).partition("\0")
    return before, after
