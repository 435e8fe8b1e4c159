"""The `-o` strings of squeue and sinfo: `%[[.]WIDTH]LETTER` and literal text of any kind around it."""

import re
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from msgspec import Struct

Row = TypeVar("Row")
_SPEC = re.compile(r"(?P<right>\.?)(?P<width>\d*)(?P<letter>.)(?P<after>.*)", re.DOTALL)


class Column(Struct, Generic[Row], frozen=True):
    """What a letter prints: its header, and its value for a row."""

    header: str
    value: Callable[[Row], str]


class Spec(Struct, frozen=True):
    """One `%` of a template. A width cuts as well as pads; an unknown letter has the text of its own spec as value."""

    letter: str
    width: int | None
    right: bool
    after: str


class Template(Generic[Row]):
    """A parsed format string over a table of columns.

    As in Slurm, there is no way to write a `%`: two in a row count as one, and what follows is a letter. An unknown
    letter is printed as it was written, with an error on stderr (`errors` has the lines) and exit status 0.
    """

    def __init__(self, text: str, columns: Mapping[str, Column[Row]], command: str) -> None:
        pieces = text.split("%")
        self._before = pieces[0]
        self._columns = columns
        self.specs: list[Spec] = []
        self.errors = ""
        for piece in filter(None, pieces[1:]):
            match = _SPEC.fullmatch(piece)
            if match and match["letter"] in columns:
                width = int(match["width"]) if match["width"] else None
                self.specs.append(Spec(match["letter"], width, bool(match["right"]), match["after"]))
            else:
                self.specs.append(Spec("", None, False, f"%{piece}"))
                self.errors += f"{command}: error: Invalid job format specification: {piece[0]}\n"

    def header(self) -> str:
        """The line of headers."""
        return self._line(lambda column: column.header)

    def values(self, row: Row) -> str:
        """The line of one row."""
        return self._line(lambda column: column.value(row))

    def _line(self, text: Callable[[Column[Row]], str]) -> str:
        parts = [self._before]
        for spec in self.specs:
            value = text(self._columns[spec.letter]) if spec.letter else ""
            if spec.width:
                value = value[: spec.width]
                value = value.rjust(spec.width) if spec.right else value.ljust(spec.width)
            parts += (value, spec.after)
        return "".join(parts)
