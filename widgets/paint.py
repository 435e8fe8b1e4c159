"""Text on a line of the terminal: measured in columns, clipped with a sign, never interpreted.

What cannot be printed is replaced even though the border has done so already: one tab or newline here would shift
every column to its right.
"""

from collections.abc import Iterable
from enum import StrEnum

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

Piece = tuple[str, Style]
"""A run of text in one style."""


class Align(StrEnum):
    """Where a text stands in its field. Numbers go right."""

    LEFT = "left"
    RIGHT = "right"
    CENTER = "center"


def width_of(text: str) -> int:
    """Columns a text takes; CJK and most emoji take two."""
    return len(text) if text.isascii() else cell_len(text)


def clip(text: str, width: int, ellipsis: str) -> str:
    """The text in at most `width` columns; a cut is always visible as `ellipsis`."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else "\ufffd" for char in text)
    if width_of(text) <= width:
        return text
    if width <= 0:
        return ""
    return set_cell_size(text, width - 1).rstrip() + ellipsis


def fit(text: str, width: int, align: Align, ellipsis: str) -> str:
    """The text in exactly `width` columns."""
    text = clip(text, width, ellipsis)
    room = width - width_of(text)
    if align is Align.RIGHT:
        return " " * room + text
    if align is Align.CENTER:
        return " " * (room // 2) + text + " " * (room - room // 2)
    return text + " " * room


def strip_of(pieces: Iterable[Piece], width: int, base: Style) -> Strip:
    """A line of exactly `width` columns: neighbours in one style become one run, since each run costs its escapes."""
    merged: list[Segment] = []
    texts: list[str] = []
    current: Style | None = None
    for text, style in (*pieces,):
        if not text:
            continue
        if current is not None and style != current:
            merged.append(Segment("".join(texts), current))
            texts = []
        current = style
        texts.append(text)
    if current is not None:
        merged.append(Segment("".join(texts), current))
    return Strip(merged).adjust_cell_length(width, base)
