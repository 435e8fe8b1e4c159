"""A line that is typed or pasted into. What is pasted is taken as text: it ends no line, and draws nothing."""

import re

from textual import events
from textual.widgets import Input

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_]")
"""Control sequences of ECMA-48, and the strings that set a title or a clipboard."""


def pasted(text: str) -> str:
    """A paste as one line: its lines with a space between them, without escapes and other unprintable signs."""
    lines = (_ESCAPES.sub("", line) for line in text.splitlines())
    printable = ("".join(char for char in line.replace("\t", " ") if char.isprintable()) for line in lines)
    return " ".join(line.strip() for line in printable if line.strip())


class LineInput(Input):
    """Textual's own, which takes the first line of a paste alone, with whatever escapes are in it."""

    def on_paste(self, event: events.Paste) -> None:
        """All of it, cleaned."""
        event.prevent_default()
        event.stop()
        self.replace(pasted(event.text), *self.selection)
