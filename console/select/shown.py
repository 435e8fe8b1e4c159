"""The text of each row of a kind, as the tables show it: what bare words and `~` are looked for in."""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module

from backends.model.snapshot import Snapshot
from console.select.selection import Shown
from console.views.cell import Row, View


def shown(name: str, now: datetime) -> Shown:
    """The texts of a kind's rows by their keys."""

    def texts(snapshot: Snapshot) -> Mapping[str, str]:
        view = import_module(f"console.views.{name}").view
        table: View = view([snapshot], now) if name == "pods" else view(snapshot, now)
        return {row.key: text_of(row) for row in table.rows}

    return texts


def text_of(row: Row) -> str:
    """A row's cells in lower case, one a line: a text is found in a cell, never across two."""
    return "\n".join(cell.text for cell in row.cells).casefold()
