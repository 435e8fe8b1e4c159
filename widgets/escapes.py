"""The escapes from one style to the next, as few as do: only what differs is said.

A cell of a truecolor theme has a colour and a ground of 18 bytes each. Beside it the ground is mostly the same, and
saying both for each change of colour was half of what a live screen sent (`tests/bench/bench_views.py`).
"""

from functools import lru_cache
from typing import NamedTuple

from rich.color import Color, ColorSystem
from rich.style import Style
from textual.strip import Strip

RESET = "\x1b[0m"


class _Codes(NamedTuple):
    """What a style sets (ECMA-48 SGR): attributes, colour, ground; the last two are never empty."""

    attributes: str
    colour: str
    ground: str


_PLAIN = _Codes("", "39", "49")


@lru_cache(4096)
def between(old: Style | None, new: Style | None, colours: ColorSystem) -> str:
    """What to write after text of the `old` style and before text of the `new` one."""
    was, now = _codes(old, colours), _codes(new, colours)
    if was == now:
        return ""
    if now == _PLAIN:
        return RESET
    said = []
    if was.attributes != now.attributes:
        if was.attributes:  # there is no code that all terminals know for the end of one attribute
            said, was = ["0"], _PLAIN
        said += [now.attributes] if now.attributes else []
    said += [now.colour] if was.colour != now.colour else []
    said += [now.ground] if was.ground != now.ground else []
    return f"\x1b[{';'.join(said)}m"


def _codes(style: Style | None, colours: ColorSystem) -> _Codes:
    if style is None:
        return _PLAIN
    bare = Strip.render_style(style.without_color, "\0", color_system=colours).partition("\0")[0]
    return _Codes(
        bare[2:-1],
        _color(style.color, colours, _PLAIN.colour, foreground=True),
        _color(style.bgcolor, colours, _PLAIN.ground, foreground=False),
    )


def _color(color: Color | None, colours: ColorSystem, otherwise: str, *, foreground: bool) -> str:
    return ";".join(color.downgrade(colours).get_ansi_codes(foreground)) if color is not None else otherwise
