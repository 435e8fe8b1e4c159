"""The forms of an answer (`-o`): which there are, what they want, and how each is written out.

A list has every form. A single document (a plan, a result) has those that need no rows.
"""

import csv
import io
from argparse import ArgumentTypeError
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from console.headless.forms import DOCUMENTS, LISTS, WANT, shown
from console.headless.path import Path, PathError
from console.views.cell import Cell, Column, Row, View
from console.words import EMPTY

WHOLE = frozenset({"json", "yaml", "jsonpath"})


class Form(Struct, frozen=True):
    """One form. `columns` are those of `custom-columns`, `path` that of `jsonpath`."""

    name: str = "table"
    columns: tuple[tuple[str, Path], ...] = ()
    path: Path | None = None

    @property
    def whole(self) -> bool:
        """Whether it is one document, which cannot be begun before all of it is known."""
        return self.name in WHOLE


TABLE = Form()


def list_form(text: str) -> Form:
    """A form of a list, for argparse."""
    return _form(text, LISTS)


def document_form(text: str) -> Form:
    """A form of a single document, for argparse."""
    return _form(text, DOCUMENTS)


def _form(text: str, names: Sequence[str]) -> Form:
    name, equals, detail = text.partition("=")
    if name not in names or bool(detail if name in WANT else equals) != (name in WANT):
        raise ArgumentTypeError(f"{text!r} is none of {shown(names)}")
    try:
        if name == "jsonpath":
            return Form(name, path=Path.parse(detail))
        return Form(name, columns=tuple(_column(part) for part in detail.split(",")) if detail else ())
    except PathError as error:
        raise ArgumentTypeError(str(error)) from None


def _column(text: str) -> tuple[str, Path]:
    title, colon, path = text.partition(":")
    if not (title and colon and path):
        raise PathError(f"{text!r}: a column is NAME:.path, as in NODE:.name")
    return title, Path.parse(path)


def json_text(value: object, *, indent: bool = True) -> str:
    """A value as JSON: structs by their field names, times as RFC 3339, what is absent as null."""
    data = msgspec.json.encode(value)
    return (msgspec.json.format(data, indent=2) if indent else data).decode() + "\n"


def document_text(value: object, form: Form) -> str:
    """A document in one of its forms: for all but `table`, which each kind draws by itself."""
    if form.name == "yaml":
        return msgspec.yaml.encode(msgspec.to_builtins(value)).decode()
    if form.path is not None:
        return "".join(f"{plain(found)}\n" for found in form.path.values(msgspec.to_builtins(value)))
    return json_text(value)


def plain(value: object) -> str:
    """A value on a line of its own, as `jq -r` has it: a text as it is, the rest as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def csv_text(view: View, *, head: bool) -> str:
    """The rows of a view as CSV under the keys of its columns: RFC 4180, with Unix line ends. `?` stays unknown."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    if head:
        writer.writerow([column.key for column in view.columns])
    writer.writerows([_bare(cell.text) for cell in row.cells] for row in view.rows)
    return page.getvalue()


def own_columns(items: Sequence[object], form: Form) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The titles of `custom-columns`, and a row an item: `·` where there is nothing, known or not."""
    titles = tuple(title for title, _ in form.columns)
    rows = [tuple(_cell(path, tree) for _, path in form.columns) for tree in map(msgspec.to_builtins, items)]
    return titles, rows


def _cell(path: Path, tree: object) -> str:
    found = [value for value in path.values(tree) if value not in (None, "")]
    return ",".join(map(plain, found)) or EMPTY


def _bare(text: str) -> str:
    return "" if text == EMPTY else text


def keyed(view: View, keys: frozenset[str]) -> View:
    """The view with only these rows."""
    return msgspec.structs.replace(view, rows=tuple(row for row in view.rows if row.key in keys))


def with_pod(view: View, pod: str) -> View:
    """The view with a first column that says which pod."""
    rows = tuple(Row(f"{pod}/{row.key}", (Cell(pod), *row.cells)) for row in view.rows)
    return msgspec.structs.replace(view, columns=(Column(key="pod", title="POD"), *view.columns), rows=rows)
