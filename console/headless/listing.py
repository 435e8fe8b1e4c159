"""Lists in every form, pod by pod as they answer: the one place where `get` and its like are written out."""

from collections.abc import Callable, Iterable
from datetime import datetime
from importlib import import_module

from msgspec import Struct

from backends.model.snapshot import Snapshot
from console.headless import document, form, output
from console.headless.form import Form
from console.headless.item import Item
from console.headless.table import Table, terminal_width
from console.targets import fold
from console.views.cell import Cell, Column, Row, View
from console.words import EMPTY


class Part(Struct, frozen=True):
    """What one pod has of a kind: the same things as rows for people and as items for programs.

    There is no view where nobody asked for rows.
    """

    pod: str
    view: View | None
    items: tuple[Item, ...]


def part(
    kind: str,
    snapshot: Snapshot,
    now: datetime,
    *,
    nodes: tuple[str, ...] | None = None,
    many: bool = False,
    rows: bool = True,
) -> Part:
    """One pod's part of a list: all of it, or these nodes. `many`: rows say which pod they are of."""
    items: Iterable[Item] = document.ITEMS[kind](snapshot)
    view = view_of(kind, snapshot, now) if rows else None
    if nodes is not None:
        chosen = frozenset(nodes)
        items = (item for item in items if item.label in chosen)
        view = view and form.keyed(view, chosen)
    if view is not None and many and kind != "pods":
        view = form.with_pod(view, snapshot.pod)
    return Part(snapshot.pod, view, tuple(items))


def view_of(kind: str, snapshot: Snapshot, now: datetime) -> View:
    """The rows of a kind. Each kind's view is imported when it is asked for: all of them are 25 ms."""
    view: Callable[..., View] = import_module(f"console.views.{kind}").view
    return view((snapshot,), now) if kind == "pods" else view(snapshot, now)


class Lister:
    """Writes parts as they come, in one form; a form that is one document is written at the end.

    `kind` is the document's, as in NodeList. Raises Stop where a column of the caller's own can never hold anything.
    """

    def __init__(self, how: Form, kind: str) -> None:
        self._form = how
        self._kind = kind
        self._table = Table(terminal_width() if how.name == "table" else None)
        self._begun = False

    def add(self, *parts: Part) -> None:
        """Write the next parts, where the form can be written in parts."""
        if self._form.whole:
            return
        text = self._text([one for one in parts if one.items])
        if text:
            output.write(text)

    def end(self, whole: Struct) -> None:
        """Write what could only be written now."""
        if self._form.whole:
            output.write_document(whole, self._form)

    def _text(self, parts: list[Part]) -> str:
        items = [item for one in parts for item in one.items]
        if not items:
            return ""
        match self._form.name:
            case "jsonl":
                return "".join(form.json_text(item, indent=False) for item in items)
            case "name":
                return "".join(f"{item.label}\n" for item in items)
            case "nodeset":
                return "".join(f"{folded}\n" for one in parts if (folded := node_set(one.items)))
            case _:
                return self._rows(parts, items)

    def _rows(self, parts: list[Part], items: list[Item]) -> str:
        first = not self._begun
        self._begun = True
        view = together([one.view for one in parts if one.view is not None])
        if self._form.name == "csv":
            return form.csv_text(view, head=first)
        if self._form.columns:
            titles, rows = form.own_columns(items, self._form)
            if first and any(set(column) == {EMPTY} for column in zip(*rows, strict=True)):
                from console.headless.path_check import refuse  # every kind there is: for slips alone

                refuse(self._form, self._kind)
            columns = tuple(Column(key=title, title=title) for title in titles)
            cells = tuple(Row(str(at), tuple(map(Cell, row))) for at, row in enumerate(rows))
            view = View(kind="", columns=columns, rows=cells, empty="")
        return "".join(f"{line}\n" for line in self._table.lines(view))


def write(how: Form, part: Part, whole: Struct) -> None:
    """A list that is known at once, in one form."""
    lister = Lister(how, getattr(whole, "kind", ""))
    lister.add(part)
    lister.end(whole)


def together(views: list[View]) -> View:
    """Views of one kind as one."""
    first = views[0]
    rows = tuple(row for view in views for row in view.rows)
    return View(kind=first.kind, columns=first.columns, rows=rows, empty=first.empty)


def node_set(items: Iterable[Item]) -> str:
    """The nodes that items stand for, each once, folded."""
    return fold(dict.fromkeys(name for item in items for name in item.on))
