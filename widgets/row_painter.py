"""One row of a table as styled pieces: cells in their places, a gutter for mark and staleness, the cursor's row."""

from rich.style import Style

from widgets.column import Place
from widgets.line_view import LineView
from widgets.paint import Piece, fit
from widgets.row import Cell, Row

GUTTER = 2
"""Columns at the left: a mark, then a sign for stale; neither depends on colour."""


def is_stale(row: Row) -> bool:
    """Whether some cell of it is old."""
    return any(isinstance(cell, Cell) and cell.stale for cell in row.cells)


class RowPainter:
    """Draws with the palette and glyphs of its view. `places` are the columns as they stand at the view's width."""

    def __init__(self, view: LineView) -> None:
        self._view = view
        self.places: tuple[Place, ...] = ()
        self._styles: dict[tuple[str, bool, bool], Style] = {}

    def forget(self) -> None:
        """The theme or the focus changed."""
        self._styles.clear()

    def titles(self, sorted_by: str | None, *, reverse: bool) -> list[Piece]:
        """The head line; the sorted title carries its direction, which is never what is cut off."""
        glyphs = self._view.glyphs
        style = self._view.base + self._view.palette["header"]
        pieces: list[Piece] = []
        x = 0
        for spot in self.places:
            sign = (glyphs.descending if reverse else glyphs.ascending) if spot.column.key == sorted_by else ""
            title = fit(spot.column.title, spot.width - len(sign), spot.column.align, glyphs.ellipsis)
            if sign:
                title = title.rstrip() + sign + " " * (len(title) - len(title.rstrip()))
            pieces.append((" " * (spot.x - x) + title, style))
            x = spot.x + spot.width
        return [*pieces, (" " * (self._view.size.width - x), style)]

    def row(self, row: Row, *, cursor: bool, marked: bool) -> list[Piece]:
        """The line of a row, to the view's full width."""
        glyphs = self._view.glyphs
        plain = self.style("", stale=False, cursor=cursor)
        pieces: list[Piece] = [
            (glyphs.mark if marked else " ", self.style("mark", stale=False, cursor=cursor) if marked else plain),
            (glyphs.stale if is_stale(row) else " ", plain),
        ]
        x = GUTTER
        for spot in self.places:
            cell = row.cell(spot.index)
            text, name, stale = (cell, "", False) if isinstance(cell, str) else (cell.text, cell.style, cell.stale)
            text = fit(text, spot.width, spot.column.align, glyphs.ellipsis, middle=spot.column.middle)
            pieces.append((" " * (spot.x - x), plain))
            pieces.append((text, self.style(name, stale=stale, cursor=cursor)))
            x = spot.x + spot.width
        return [*pieces, (" " * (self._view.size.width - x), plain)]

    def style(self, name: str, *, stale: bool, cursor: bool) -> Style:
        """The whole style of a cell, kept: there are a few dozen."""
        key = (name, stale, cursor)
        style = self._styles.get(key)
        if style is None:
            style = self._styles[key] = self._view.cursor_style(name, stale=stale) if cursor else self._plain(key)
        return style

    def _plain(self, key: tuple[str, bool, bool]) -> Style:
        name, stale, _ = key
        return self._view.base + self._view.palette["stale" if stale else name]
