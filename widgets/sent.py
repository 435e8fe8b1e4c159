"""What stands on the terminal, cell by cell, so that only what reads otherwise is sent.

Textual hands over the lines of every region that was refreshed, and the whole screen when a layout changed. Most of
their cells stand there already: a digit of a status line, a pane that was laid out anew and looks the same. Comparing
here, once for all widgets, is what makes a screen cost what changed on it (`tests/bench/bench_views.py`).

What we do not know is sent: everything at first, and again whenever the terminal may have been drawn on by others.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, repeat

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.control import Control
from rich.style import Style
from textual.strip import Strip

from widgets.escapes import between
from widgets.shift import find

Cell = tuple[str, Style | None]
"""What stands in a column, and its style. The second column of a wide character has no text of its own."""

_BLANK: Cell = (" ", None)
"""What a terminal leaves where it has moved a line away, in plain style."""

Line = list[Cell | None]
"""The cells of a line from its left edge on; None where we do not know what stands there."""

Piece = tuple[int, int, Strip]
"""Line, column, and what is to stand there from that column on."""

_LEAP = 8
"""Cells of the same style that are sent once more rather than moved over: a move costs as many bytes."""


class Sent:
    """The cells of a terminal as we have left them."""

    def __init__(self) -> None:
        self._lines: dict[int, Line] = {}

    def forget(self) -> None:
        """Others may have drawn on it, or its size is another: nothing is known of it any more."""
        self._lines.clear()

    def update(self, pieces: Iterable[Piece], colours: ColorSystem) -> str:
        """What to write so that these stand there, and no other cell is touched; empty where they do already."""
        wanted: dict[int, Line] = {}
        for y, x, strip in pieces:
            if y not in wanted:
                wanted[y] = list(self._lines.get(y, ()))
            _lay(wanted[y], x, _cells(strip))
        out: list[str] = []
        shift = find(self._lines, wanted, _BLANK)
        if shift is not None:
            whole = {y: self._lines[y] for y in range(shift.top, shift.bottom + 1)}
            self._lines |= shift.moved(whole, _BLANK)
            wanted = whole | wanted
            out.append(shift.escapes())
        style: Style | None = None
        for y, line in wanted.items():
            for start, cells in _differing(self._lines.get(y, []), line):
                out.append(Control.move_to(start, y).segment.text)
                for text, own in cells:
                    if own != style:
                        out.append(between(style, own, colours))
                        style = own
                    out.append(text)
        self._lines |= wanted
        out.append(between(style, None, colours))
        return "".join(out)


def _lay(line: Line, x: int, cells: list[Cell]) -> None:
    """Put cells into a line."""
    end = x + len(cells)
    line += repeat(None, end - len(line))
    if x and _half(line[x]):  # written over: the other half is gone
        line[x - 1] = None
    if end < len(line) and _half(line[end]):
        line[end] = None
    line[x:end] = cells


def _differing(old: Line, new: Line) -> Iterator[tuple[int, list[Cell]]]:
    """Runs of known cells that are not there yet, each with its column."""
    if old == new:
        return
    first = last = -1
    for at, now in enumerate(new):
        if now is None or (at < len(old) and old[at] == now):
            continue
        if first < 0:
            first = at
        elif at - last > 1 and not _crossed(new[last:at]):
            yield _whole(new, first, last)
            first = at
        last = at
    if first >= 0:
        yield _whole(new, first, last)


def _half(cell: Cell | None) -> bool:
    """Whether it is the second column of a wide character."""
    return cell is not None and not cell[0]


def _crossed(between: Line) -> bool:
    """Whether cells that stand there already are cheaper to send than to move over."""
    first = between[0]
    return len(between) <= _LEAP and all(cell and first and cell[1] == first[1] for cell in between)


def _whole(line: Line, first: int, last: int) -> tuple[int, list[Cell]]:
    """The run with both columns of the wide characters at its ends."""
    while first and _half(line[first]):
        first -= 1
    while last + 1 < len(line) and _half(line[last + 1]):
        last += 1
    return first, [cell for cell in line[first : last + 1] if cell is not None]


def _cells(strip: Strip) -> list[Cell]:
    """One for each column."""
    return list(
        chain.from_iterable(
            zip(text, repeat(style or None), strict=False) if text.isascii() else _wide(text, style or None)
            for text, style, _ in strip
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
