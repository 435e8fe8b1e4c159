"""A screenshot that every renderer draws alike.

A run of text in Rich's SVG has one place and a length (`textLength`) that renderers such as librsvg do not heed: where
their font is a hair narrower, the columns of a table drift apart. So every word gets a place of its own.
"""

import re
from html import unescape

from rich.cells import cell_len

from console.tui.app import MegapodApp

_TEXT = re.compile(
    r'<text (?P<before>[^>]*?)x="(?P<x>[\d.]+)"(?P<within>[^>]*?)textLength="(?P<length>[\d.]+)"(?P<after>[^>]*)>'
    r"(?P<said>[^<]*)</text>"
)
_WORD = re.compile("[\u2800-\u28ff]|[^\\s\u2800-\u28ff]+")
"""Braille comes from another font, whose signs have another width: each has a place of its own, too."""


def picture(app: MegapodApp, title: str) -> str:
    """The screen of the console as it is now, as SVG."""
    return anchored(app.export_screenshot(title=title))


def anchored(svg: str) -> str:
    """The same picture, each word at the column where the terminal has it."""
    return _TEXT.sub(_words, svg)


def _words(text: re.Match[str]) -> str:
    said = text["said"].replace("&#160;", " ")
    cell = float(text["length"]) / len(unescape(said))  # Rich counts characters where it means cells
    words = []
    for word in _WORD.finditer(said):
        x = float(text["x"]) + cell * cell_len(unescape(said[: word.start()]))
        length = cell * cell_len(unescape(word[0]))
        words.append(
            f'<text {text["before"]}x="{x:g}"{text["within"]}textLength="{length:g}"{text["after"]}>{word[0]}</text>'
        )
    return "".join(words)
