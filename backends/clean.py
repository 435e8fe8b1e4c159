"""The border for others' text: what comes in is one line, printable, and of bounded length.

Job names, reasons and resource names are written by anyone; on a terminal they must change nothing but their own
cell, so control characters, bidirectional overrides and invisible format characters are replaced before anything
else sees them. Markup is no concern here: widgets draw text as text.
"""

import unicodedata

_LIMIT = 512
_REPLACED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(text: str, limit: int = _LIMIT) -> str:
    """One printable line of at most `limit` characters; what could act on a terminal becomes U+FFFD."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable():
        return text.strip()
    return "".join("\ufffd" if unicodedata.category(char) in _REPLACED else char for char in text).strip()


def printable(text: str) -> str:
    """The lines of a longer text as a terminal may show them: indentation, tabs and length stay, nothing acts.

    A carriage return before a line's end goes; every other control or invisible character becomes U+FFFD.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line if line.isascii() and line.isprintable() else _shown(line) for line in lines)


def _shown(line: str) -> str:
    return "".join("\ufffd" if char != "\t" and unicodedata.category(char) in _REPLACED else char for char in line)
