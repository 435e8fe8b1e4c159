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

_NO_LINE = Style(underline=False)
_NAME_LEAST = 8
"""Columns below which a name is only cut at its end."""


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


def clip_middle(text: str, width: int, ellipsis: str) -> str:
    """The same for names, which differ at their end: `Compute t…-r1-t01`."""
    if width < _NAME_LEAST or width_of(text) <= width:
        return clip(text, width, ellipsis)
    ends = (width - 1) * 2 // 3
    tail = text[-ends:]
    while width_of(tail) > ends:
        tail = tail[1:]
    return clip(text[: -len(tail)], width - width_of(tail), ellipsis) + tail


def fit(text: str, width: int, align: Align, ellipsis: str, *, middle: bool = False) -> str:
    """The text in exactly `width` columns; `middle` keeps the end of one that is too long."""
    text = (clip_middle if middle else clip)(text, width, ellipsis)
    room = width - width_of(text)
    if align is Align.RIGHT:
        return " " * room + text
    if align is Align.CENTER:
        return " " * (room // 2) + text + " " * (room - room // 2)
    return text + " " * room


def strip_of(pieces: Iterable[Piece], width: int, base: Style) -> Strip:
    """A line of exactly `width` columns: neighbours in one style become one run, since each run costs its escapes.

    Where only some of it is underlined, the blanks around a text are not: they would read as part of it.
    """
    merged: list[Segment] = []
    texts: list[str] = []
    current: Style | None = None
    given = [*pieces]
    if any(style.underline for _, style in given) and not all(style.underline for text, style in given if text):
        given = [part for piece in given for part in _bare_ends(*piece)]
    for text, style in given:
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


def _bare_ends(text: str, style: Style) -> tuple[Piece, ...]:
    """The blanks before and after an underlined text as pieces of their own, without the line."""
    core = text.strip(" ")
    if not style.underline or core == text:
        return ((text, style),)
    before = len(text) - len(text.lstrip(" "))
    bare = style + _NO_LINE
    return ((text[:before], bare), (core, style), (text[before + len(core) :], bare))
