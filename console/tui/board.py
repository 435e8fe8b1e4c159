"""Views as blocks of the board: the same cells that scripts print, with their gauges and histories drawn."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from console.views.cell import Cell, View
from widgets.board import Block, Heading, Reading
from widgets.glyphs import UNICODE

STALE = UNICODE.stale
"""The same sign in every glyph set."""


def block(view: View, title: str, most: int) -> Block:
    """A view under its own first heading; of many rows the first ones, and how many more there are."""
    headings = tuple(
        Heading(title if not at else column.title, column.right, column.priority)
        for at, column in enumerate(view.columns)
    )
    rows = [_signed(_readings(row.cells)) for row in view.rows[:most]]
    more = max(0, len(view.rows) - most) + view.more
    if more:
        rest = Reading(f"and {more} more", "muted")
        rows.append((rest, *(Reading("") for _ in headings[1:])))
    return Block(headings, tuple(rows))


def phrases(cells: Iterable[Cell]) -> tuple[Reading, ...]:
    """Cells as phrases; one that may be out of date says so with a sign, since colour never says it alone."""
    return tuple(replace(one, text=f"{STALE}{one.text}") if one.style == "stale" else one for one in _readings(cells))


def _readings(cells: Iterable[Cell]) -> tuple[Reading, ...]:
    """Cells as what the board draws."""
    return tuple(Reading(cell.text, cell.style, cell.level, cell.points) for cell in cells)


def _signed(row: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """A row with the sign behind its name where any of it may be out of date."""
    if not any(one.style == "stale" for one in row):
        return row
    return (replace(row[0], text=f"{row[0].text} {STALE}"), *row[1:])


def blocks(views: Sequence[tuple[View, str, int]]) -> tuple[Block, ...]:
    """Blocks of the views that have rows."""
    return tuple(block(view, title, most) for view, title, most in views if view.rows)
