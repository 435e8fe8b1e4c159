"""A map of a pod: a cell a node (or a GPU), in its rack or under its switch, drawn by whatever was asked for.

The widget knows glyphs and style names, not what they mean. A cell that changes repaints its line up to itself, nothing
else; 100,000 cells cost what is on screen.
"""

from collections.abc import Collection, Iterable, Sequence
from operator import is_
from typing import ClassVar

from msgspec import Struct
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.strip import Strip

from widgets.glyphs import UNICODE, GlyphSet
from widgets.heat_grid import HeatCell, HeatGrid, HeatGroup
from widgets.heat_layout import HeatLayout
from widgets.line_view import LineView
from widgets.marks import Marks
from widgets.messages import CellHighlighted, CellSelected, MarksChanged
from widgets.paint import Align, Piece, fit, width_of


class LegendEntry(Struct, frozen=True):
    """What a glyph and a style mean."""

    glyph: str
    style: str
    text: str


class HeatMap(LineView):
    """Groups of cells with a cursor in two dimensions, marks, and a highlighted set (a job's nodes, say).

    The cursor is a reversed cell, marks carry the mark's style, the highlighted set its own background: where there are
    no colours these are reverse, underline and bold. The legend follows the last group; it is at the bottom where the
    map is longer than the screen.
    """

    DEFAULT_CSS = """
    HeatMap { width: 1fr; height: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "sideways", show=False),
        Binding("right", "step(1)", "sideways", show=False),
        Binding("up,k", "climb(-1)", "move", show=False),
        Binding("down,j", "climb(1)", "move", show=False),
        Binding("pageup", "page(-1)", "page", show=False),
        Binding("pagedown", "page(1)", "page", show=False),
        Binding("home,g", "edge(-1)", "ends", show=False),
        Binding("end,G", "edge(1)", "ends", show=False),
        Binding("enter", "select", "open", show=False),
    ]

    def __init__(
        self,
        *,
        glyphs: GlyphSet = UNICODE,
        cell_width: int = 2,
        empty: str = "no nodes",
        id: str | None = None,  # noqa: A002 (Textual's own name)
        classes: str | None = None,
    ) -> None:
        super().__init__(glyphs=glyphs, empty=empty, id=id, classes=classes)
        self._least_width = self._cell_width = cell_width
        self._grid = HeatGrid()
        self._layout = HeatLayout((), 1, cell_width)
        self._legend: tuple[LegendEntry, ...] = ()
        self._legend_lines: list[list[LegendEntry]] = []
        self._highlighted: frozenset[str] = frozenset()
        self._marks = Marks()
        self._cursor = 0

    # -- what is handed in ----------------------------------------------------------------------------------------

    def update(self, groups: Sequence[HeatGroup] | HeatGrid) -> None:
        """All groups in order. The cursor and marks stay on their keys; cells that changed are repainted."""
        was = self._grid
        given = groups.groups if isinstance(groups, HeatGrid) else groups
        if was.groups and len(given) == len(was.groups) and all(map(is_, given, was.groups)):
            return
        at = self.cursor
        self._grid = grid = groups if isinstance(groups, HeatGrid) else HeatGrid(groups)
        width = max(self._least_width, grid.cell_width)
        if width == self._cell_width and grid.alike(was):
            self._repaint_changed(was)
            return
        self._cell_width = width
        if self._marks and self._marks.prune(grid.index):
            self.post_message(MarksChanged(self, self.marks))
        self._relay()
        self._cursor = grid.index.get(at or "", max(0, min(self._cursor, len(grid.cells) - 1)))
        if self.cursor != at:
            self.post_message(CellHighlighted(self, self.cursor))

    def _repaint_changed(self, was: HeatGrid) -> None:
        """Of the cells on screen those that look otherwise."""
        for line in self._layout.lines[self.top : self.top + self.page]:
            for span in line:
                for at in range(span.first, span.last):
                    if was.cells[at] != self._cells[at]:
                        self._repaint(at)

    def set_legend(self, entries: Sequence[LegendEntry]) -> None:
        """What the signs mean, below the cells; only its lines are repainted where it takes as many as before."""
        if tuple(entries) == self._legend:
            return
        self._legend = tuple(entries)
        width, before = self.size.width or 80, len(self._legend_lines)
        lines = _legend_lines(self._legend, width)
        if not before or len(lines) != before:
            self._relay()
            return
        self._legend_lines = lines
        self.refresh(Region(0, self._legend_top, width, before))

    def highlight(self, keys: Collection[str]) -> None:
        """Light up these cells and no others."""
        wanted = frozenset(keys)
        for key in wanted ^ self._highlighted:
            if key in self._grid.index:
                self._repaint(self._grid.index[key])
        self._highlighted = wanted

    # -- what can be asked ----------------------------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """Lines of the map."""
        return len(self._layout.lines) if self._cells else 0

    @property
    def page(self) -> int:
        """Lines of the map on screen, the legend's excluded."""
        return max(0, self.size.height - len(self._legend_lines))

    @property
    def cursor(self) -> str | None:
        """The key under the cursor."""
        return self._cells[self._cursor].key if self._cells else None

    @property
    def current(self) -> HeatCell | None:
        """The cell under the cursor."""
        return self._cells[self._cursor] if self._cells else None

    @property
    def marks(self) -> frozenset[str]:
        """The marked keys."""
        return self._marks.keys

    def places(self) -> list[tuple[int, int, str]]:
        """The cells on screen: column, line, key."""
        found = ((*self._layout.place_of(at), cell.key) for at, cell in enumerate(self._cells))
        return [(x, line - self.top, key) for line, x, key in found if self.top <= line < self.top + self.page]

    # -- cursor and marks -----------------------------------------------------------------------------------------

    def move_to(self, key: str) -> bool:
        """Put the cursor on a key; False where there is none such."""
        if key not in self._grid.index:
            return False
        self._go(self._grid.index[key])
        return True

    def toggle_mark(self, key: str | None = None) -> None:
        """Mark or unmark a cell, the one under the cursor by default."""
        key = key or self.cursor
        if key is not None and key in self._grid.index:
            self._marks.toggle(key)
            self._repaint(self._grid.index[key])
            self.post_message(MarksChanged(self, self.marks))

    def mark(self, keys: Iterable[str]) -> int:
        """Mark these, as far as they have a cell; how many have."""
        known = [key for key in keys if key in self._grid.index]
        self._marks.add(known)
        for key in known:
            self._repaint(self._grid.index[key])
        self.post_message(MarksChanged(self, self.marks))
        return len(known)

    def mark_range(self) -> None:
        """Mark from the last one marked to the cursor, in the map's order."""
        start = self._grid.index.get(self._marks.anchor or "", self._cursor)
        low, high = sorted((start, self._cursor))
        self._marks.add(cell.key for cell in self._cells[low : high + 1])
        self.refresh()
        self.post_message(MarksChanged(self, self.marks))

    def clear_marks(self) -> None:
        """Unmark everything."""
        if self._marks:
            self._marks.clear()
            self.refresh()
            self.post_message(MarksChanged(self, self.marks))

    def action_step(self, cells: int) -> None:
        """Cursor to the neighbour in the line; over its end to the next group beside it, or the next line."""
        line, x = self._layout.place_of(self._cursor)
        beside = [span for span in self._layout.lines[line] if not span.title] if self._cells else []
        for span in beside if cells > 0 else reversed(beside):
            if cells > 0 and span.x > x and not (span.first <= self._cursor + 1 < span.last):
                self._go(span.first)
                return
            if span.first <= self._cursor + cells < span.last:
                self._go(self._cursor + cells)
                return
            if cells < 0 and span.x + (span.last - span.first) * self._cell_width <= x:
                self._go(span.last - 1)
                return

    def action_climb(self, lines: int) -> None:
        """Cursor to the line above or below, as near as there is a cell."""
        if self._cells:
            line, x = self._layout.place_of(self._cursor)
            found = self._layout.nearest(line, x, lines)
            if found is None:
                self.scroll_view(self.top + lines)
            else:
                self._go(found)

    def action_page(self, pages: int) -> None:
        """Cursor up or down by a page."""
        if self._cells:
            line, x = self._layout.place_of(self._cursor)
            goal = max(0, min(line + pages * max(1, self.page - 1), self.line_count - 1))
            found = self._layout.nearest(goal - pages, x, pages)
            self._go(found if found is not None else (0 if pages < 0 else len(self._cells) - 1))

    def action_edge(self, side: int) -> None:
        """Cursor to the first or the last cell."""
        self._go(0 if side < 0 else len(self._cells) - 1)

    def action_select(self) -> None:
        """Post that the cell under the cursor was chosen."""
        if self.cursor is not None:
            self.post_message(CellSelected(self, self.cursor))

    # -- events ---------------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Groups are laid out anew; the cursor stays on screen."""
        self._relay()

    def on_focus(self) -> None:
        """The cursor is drawn."""
        self._repaint(self._cursor)

    def on_blur(self) -> None:
        """The cursor is drawn weaker."""
        self._repaint(self._cursor)

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, one on the cursor selects."""
        found = self._layout.cell_at(self.top + event.y, event.x) if event.y < self.page else None
        if found is None:
            return
        if found == self._cursor:
            self.action_select()
        else:
            self._go(found)

    # -- drawing --------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """A line of the map, or of the legend below it."""
        line = y - self._legend_top
        if 0 <= line < len(self._legend_lines):
            return self._draw_legend(line)
        return super().render_line(y)

    def draw(self, index: int) -> Strip:
        """One line: titles, or runs of cells."""
        pieces: list[Piece] = []
        x = 0
        for span in self._layout.lines[index]:
            pieces.append((" " * (span.x - x), self.base))
            if span.title:
                text = fit(span.title, span.width, Align.LEFT, self.glyphs.ellipsis)
                pieces.append((text, self.base + self.palette["header"]))
                x = span.x + span.width
            else:
                for at in range(span.first, span.last):
                    pieces.extend(self._draw_cell(at))
                x = span.x + (span.last - span.first) * self._cell_width
        return self.line(pieces)

    def _draw_cell(self, at: int) -> list[Piece]:
        cell = self._cells[at]
        parts = cell.parts or ((fit(cell.glyph, 1, Align.LEFT, self.glyphs.ellipsis), cell.style),)
        pieces: list[Piece] = [(text, self._cell_style(cell, at, name)) for text, name in parts]
        gap = self._cell_width - sum(width_of(text) for text, _ in pieces)
        if gap > 0 and cell.key in self._marks:
            return [*pieces, (self.glyphs.mark + " " * (gap - 1), self.base + self.palette["mark"])]
        return [*pieces, (" " * max(0, gap), self.base)]

    def _cell_style(self, cell: HeatCell, at: int, name: str) -> Style:
        style = self.base + self.palette["stale" if cell.stale else name]
        if cell.key in self._highlighted:
            style += self.palette["highlight"]
        if cell.key in self._marks:
            style += Style(underline=True, bold=True)
        if at == self._cursor:
            style += Style(reverse=not style.reverse, bold=True, underline=not self.has_focus or None)
        return style

    def _draw_legend(self, line: int) -> Strip:
        pieces: list[Piece] = []
        for entry in self._legend_lines[line]:
            pieces.append((entry.glyph, self.base + self.palette[entry.style]))
            pieces.append((f" {entry.text}  ", self.base + self.palette["label"]))
        return self.line(pieces)

    @property
    def _legend_top(self) -> int:
        return min(self.line_count, self.page) if self._cells else self.page

    @property
    def _cells(self) -> list[HeatCell]:
        return self._grid.cells

    # -- keeping up -----------------------------------------------------------------------------------------------

    def _relay(self) -> None:
        self._layout = self._grid.layout(self.size.width or 80, self._cell_width)
        self._legend_lines = _legend_lines(self._legend, self.size.width or 80)
        if len(self._legend_lines) * 2 > self.size.height:
            self._legend_lines = []
        self.top = max(0, min(self.top, self.line_count - self.page))
        if self._cells and self.is_mounted:
            self.show(self._layout.place_of(self._cursor)[0])
        self.refresh()

    def _go(self, at: int) -> None:
        if not self._cells:
            return
        old, self._cursor = self._cursor, max(0, min(at, len(self._cells) - 1))
        if old == self._cursor:
            return
        line = self._layout.place_of(self._cursor)[0]
        self._repaint(old)
        self._repaint(self._cursor)
        if line and any(span.title for span in self._layout.lines[line - 1]):
            self.show(line - 1)
        self.show(line)
        self.post_message(CellHighlighted(self, self.cursor))

    def _repaint(self, at: int) -> None:
        if self._cells:
            line, x = self._layout.place_of(at)
            if self.top <= line < self.top + self.page:
                self.refresh_body(line, x, self._cell_width)


def _legend_lines(entries: Sequence[LegendEntry], width: int) -> list[list[LegendEntry]]:
    """Entries over as many lines as they need; half a map of legend is none, which the caller sees to."""
    lines: list[list[LegendEntry]] = []
    room = 0
    for entry in entries:
        wide = width_of(entry.glyph) + width_of(entry.text) + 3
        if not lines or wide - 2 > room:
            lines.append([])
            room = width
        lines[-1].append(entry)
        room -= wide
    return lines
