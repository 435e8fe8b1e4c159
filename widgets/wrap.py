"""Long text over several lines: at a blank or a comma where there is one near, never losing a sign."""

from collections.abc import Iterable

from widgets.paint import width_of

Run = tuple[str, str]
"""Text and the name of its style."""

_INDENT = 2
_JOIN = "· "
"""Stands at the beginning of what it joins on: at the end of a line it would read as an empty value."""


def head_of(text: str, room: int) -> str:
    """As much of a text as fits, up to a blank or comma in its second half where there is one; at least one sign."""
    if width_of(text) <= room:
        return text
    width = 0
    end = 0
    for char in text:
        width += width_of(char)
        if width > room:
            break
        end += 1
    head = text[: max(1, end)]
    soft = max(head.rfind(" "), head.rfind(",")) + 1
    soft = soft - len(_JOIN) if head[:soft].endswith(_JOIN) else soft
    return head[:soft] if soft > len(head) // 2 else head


def lines_of(text: str, room: int) -> list[str]:
    """A text as lines of at most `room` columns; one empty line for an empty text."""
    lines: list[str] = []
    rest = text
    while width_of(rest) > room:
        head = head_of(rest, room)
        lines.append(head.rstrip())
        rest = rest[len(head) :].lstrip()
    return [*lines, rest]


def runs_of(runs: Iterable[Run], width: int) -> list[tuple[Run, ...]]:
    """Styled runs as lines of at most `width` columns; what goes on is indented."""
    lines: list[tuple[Run, ...]] = []
    line: list[Run] = []
    room = width
    for text, style in runs:
        rest = text
        while width_of(rest) > room:
            head = head_of(rest, max(1, room)) if room > 0 else ""
            lines.append((*line, (head.rstrip(), style)))
            rest = rest[len(head) :].lstrip()
            line = [(" " * _INDENT, "")]
            room = max(1, width - _INDENT)
        line.append((rest, style))
        room -= width_of(rest)
    return [*lines, tuple(line)]
