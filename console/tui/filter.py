"""The `/` filter of a view: what was typed, and the same as a test of rows. The language is `console.select`'s."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from backends.model.snapshot import Snapshot
from console.select.evaluate import parse, predicate
from console.select.expression import Expression, Text, fields_of, uses_text
from console.select.field import UNKNOWN, Around, Field, Kind, Reading, words
from console.select.kinds import kind
from console.words import EMPTY
from console.words import UNKNOWN as NOT_SAID
from widgets.column import Column
from widgets.row import Cell, Row

MOST_COUNTED = 5_000
"""Things that are asked one after the other, 2 us each; more are asked only as rows, in slices."""

Keep = Callable[[Row], bool]


class Filter(Struct, frozen=True):
    """A filter that can be read. Without an expression everything passes."""

    text: str = ""
    expression: Expression | None = None

    def __bool__(self) -> bool:
        return self.expression is not None

    @property
    def of_facts(self) -> bool:
        """Whether it looks at fields, so that a new snapshot may change its answers where no cell changed."""
        return self.expression is not None and bool(fields_of(self.expression))


ALL = Filter()


def read(text: str, of: Kind[Any]) -> Filter:
    """The filter that was typed, for a kind of things. Raises SelectError, with the column."""
    return Filter(text, parse(text, of)) if text.strip() else ALL


def plain(text: str) -> Filter:
    """A filter where there are no fields: the text as it is."""
    return Filter(text, Text(text)) if text.strip() else ALL


def kind_of(name: str, columns: Sequence[Column]) -> Kind[Any]:
    """The kind that a table shows; of one that `megapod get` does not have, each column is a field of text."""
    return kind(name) if name else Kind("this table", [_field(*one) for one in enumerate(columns)], _none, _never)


def keeper(wanted: Filter, of: Kind[Any], around: Around, things: Mapping[str, object] | None = None) -> Keep | None:
    """The filter as a test of a table's rows; None lets everything through. What is not known does not pass.

    `things` are the kind's by the rows' keys, where they are not the snapshot's own.
    """
    if wanted.expression is None:
        return None
    holds = predicate(wanted.expression, of)
    known = of.of(around.snapshot) if things is None else things
    reads, asks = uses_text(wanted.expression), wanted.of_facts
    rows = of.name == "this table"

    def keep(row: Row) -> bool:
        thing = row if rows else known.get(row.key)
        if thing is None and asks:  # a row that stands for several things, or for one that is gone
            return False
        return holds(thing, around, text_of(row) if reads else "") is True

    return keep


def undecided(wanted: Filter, of: Kind[Any], around: Around, things: Mapping[str, object] | None = None) -> int:
    """How many things do not pass because nobody has said what the filter asks; 0 where it would take long to know."""
    known = of.of(around.snapshot) if things is None else things
    if wanted.expression is None or uses_text(wanted.expression) or len(known) > MOST_COUNTED:
        return 0
    holds = predicate(wanted.expression, of)
    return sum(holds(thing, around, "") is None for thing in known.values())


def text_of(row: Row) -> str:
    """A row's cells in lower case, one a line: a text is found in a cell, never across two."""
    return "\n".join(map(_text, row.cells)).casefold()


def _field(index: int, column: Column) -> Field[Row]:
    def said(row: Row, _around: Around) -> Reading:
        text = _text(row.cell(index))
        return UNKNOWN if text == NOT_SAID else words("" if text == EMPTY else text)

    return Field(name=column.key, help=column.title.lower(), read=said)


def _text(cell: Cell | str) -> str:
    return cell if isinstance(cell, str) else cell.text


def _none(_snapshot: Snapshot) -> Mapping[str, Row]:
    return {}


def _never(_row: Row, _source: str, _snapshot: Snapshot) -> bool:
    return False
