"""Where each group and cell of a heat map stands at a given width: rows of lines, found again by arithmetic.

A line is a group's title, or a run of one group's cells. Narrow groups stand side by side; a group wider than the map
wraps. Built once per change of groups or width; drawing then costs the lines on screen.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from widgets.paint import width_of


@dataclass(frozen=True)
class Span:
    """Cells `first` to `last` (exclusive, counted over the map) at column `x` of a line; or a title, where `title`."""

    x: int
    first: int
    last: int
    title: str = ""
    width: int = 0


@dataclass(frozen=True)
class Group:
    """A rack, a switch's nodes, an NVLink domain: a title and how many cells it has."""

    title: str
    count: int


_MARGIN = 2


class HeatLayout:
    """Lines of spans. `cell_width` columns a cell; `label_first` puts the title before the cells, on their line."""

    def __init__(self, groups: Sequence[Group], width: int, cell_width: int) -> None:
        self.cell_width = cell_width
        self.lines: list[tuple[Span, ...]] = []
        self._line_of_first: list[tuple[int, int, Span]] = []
        self._firsts: list[int] = []
        self._build(groups, max(width, cell_width))

    def place_of(self, cell: int) -> tuple[int, int]:
        """Line and column of a cell."""
        at = bisect_right(self._firsts, cell) - 1
        first, line, span = self._line_of_first[at]
        return line, span.x + (cell - first) * self.cell_width

    def cell_at(self, line: int, x: int) -> int | None:
        """The cell drawn there, if any."""
        if not 0 <= line < len(self.lines):
            return None
        for span in self.lines[line]:
            if not span.title and span.x <= x < span.x + (span.last - span.first) * self.cell_width:
                return span.first + (x - span.x) // self.cell_width
        return None

    def nearest(self, line: int, x: int, step: int) -> int | None:
        """The cell nearest to column `x` on the next line with cells in the direction of `step` (1 or -1)."""
        line += step
        while 0 <= line < len(self.lines):
            spans = [span for span in self.lines[line] if not span.title]
            if spans:
                return min((self._near(span, x) for span in spans), key=lambda found: found[0])[1]
            line += step
        return None

    def _near(self, span: Span, x: int) -> tuple[int, int]:
        at = max(0, min((x - span.x) // self.cell_width, span.last - span.first - 1))
        return abs(span.x + at * self.cell_width - x), span.first + at

    def _build(self, groups: Sequence[Group], width: int) -> None:
        """Groups as tall blocks of equal columns, as racks stand in a row; a last block may be shorter."""
        block = self._block_width(groups, width)
        per_row = max(1, (width + _MARGIN) // (block + _MARGIN))
        first = 0
        for start in range(0, len(groups), per_row):
            beside = groups[start : start + per_row]
            firsts = []
            for group in beside:
                firsts.append(first)
                first += group.count
            self._row(beside, firsts, block)
        self._line_of_first.sort(key=lambda item: item[0])  # groups side by side take turns, line by line
        self._firsts = [item[0] for item in self._line_of_first]

    def _block_width(self, groups: Sequence[Group], width: int) -> int:
        """Wide enough for the titles and for a block about as wide as an eighth of the largest group is tall."""
        largest = max((group.count for group in groups), default=0)
        across = next((n for n in (6, 9, 12, 16, 20, 24, 32) if largest <= n * 4), 48)
        title = max((width_of(group.title) for group in groups), default=0)
        block = max(min(across, largest) * self.cell_width, title)
        return min(block, width) // self.cell_width * self.cell_width or self.cell_width

    def _row(self, groups: Sequence[Group], firsts: Sequence[int], block: int) -> None:
        across = block // self.cell_width
        self.lines.append(
            tuple(
                Span(at * (block + _MARGIN), 0, 0, title=group.title or " ", width=block)
                for at, group in enumerate(groups)
            )
        )
        tall = max(-(-group.count // across) for group in groups)
        for line in range(tall):
            spans = []
            for at, (group, first) in enumerate(zip(groups, firsts, strict=True)):
                low = first + line * across
                high = min(low + across, first + group.count)
                if low < high:
                    spans.append(Span(at * (block + _MARGIN), low, high))
            self._note(spans, len(self.lines))
            self.lines.append(tuple(spans))
        self.lines.append(())

    def _note(self, spans: Sequence[Span], line: int) -> None:
        self._line_of_first.extend((span.first, line, span) for span in spans)
