"""A board of readings: blocks of aligned columns with gauges and histories, and phrases below them. Read, not entered.

It is as tall as it needs, so that what is below it keeps its place; a block's least important columns go where it is
narrow, and what room is left widens its gauge.
"""

from collections.abc import Sequence

from msgspec import Struct
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from widgets.glyphs import UNICODE, GlyphSet
from widgets.line_view import LineView
from widgets.paint import Align, Piece, fit, width_of
from widgets.sparkline import gauge, sparkline

GAP = 2
HISTORY, HISTORY_MOST = 12, 32
GAUGE_LEAST, GAUGE_MOST = 8, 40


class Reading(Struct, frozen=True, gc=False):
    """A text; with `level` a gauge (0 to 1) stands beside it, with `points` it is drawn as a history instead."""

    text: str
    style: str = ""
    level: float | None = None
    points: tuple[float, ...] = ()


class Heading(Struct, frozen=True):
    """A column. `priority` 0 always stays, the highest goes first."""

    title: str
    right: bool = False
    priority: int = 0


class Block(Struct, frozen=True):
    """Rows under headings. The first column is as wide in every block of a board."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[Reading, ...], ...]


_Line = tuple[Block, tuple[Reading, ...] | None] | tuple[Reading, ...]


class Board(LineView, can_focus=False):
    """Blocks, then phrases that fill lines."""

    DEFAULT_CSS = """
    Board { height: auto; }
    """

    def __init__(
        self,
        *,
        glyphs: GlyphSet = UNICODE,
        id: str | None = None,  # noqa: A002 (Textual's own name)
        classes: str | None = None,
    ) -> None:
        super().__init__(glyphs=glyphs, id=id, classes=classes)
        self._blocks: tuple[Block, ...] = ()
        self._phrases: tuple[Reading, ...] = ()
        self._lines: list[_Line] = []
        self._plans: dict[int, list[tuple[int, int]]] = {}
        self._laid_for = 0

    def update(self, blocks: Sequence[Block], phrases: Sequence[Reading] = ()) -> None:
        """What it reads from now on; only lines that read differently are repainted."""
        if (tuple(blocks), tuple(phrases)) == (self._blocks, self._phrases):
            return
        before, plans = self._lines, self._plans
        self._blocks, self._phrases = tuple(blocks), tuple(phrases)
        self._lay(self.size.width or 80)
        if len(before) != len(self._lines) or list(plans.values()) != list(self._plans.values()):
            self.refresh(layout=len(before) != len(self._lines))
            return
        for index, (old, new) in enumerate(zip(before, self._lines, strict=True)):
            if _read(old) != _read(new):
                self.refresh_body(index)

    @property
    def line_count(self) -> int:
        """Headings, rows and lines of phrases."""
        return len(self._lines)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 (Textual's signature)
        """The lines it takes at a width."""
        if width != self._laid_for:
            self._lay(width)
        return len(self._lines)

    def on_resize(self) -> None:
        """Columns and phrases are laid out anew."""
        self._lay(self.size.width)
        self.refresh()

    def draw(self, index: int) -> Strip:
        """A heading, a row, or some phrases."""
        line = self._lines[index]
        if len(line) == 2 and isinstance(line[0], Block):
            block, cells = line
            return self.line(self._draw_row(block, cells if isinstance(cells, tuple) else None))
        pieces: list[Piece] = []
        for reading in line:
            if isinstance(reading, Reading):
                pieces += [(" " * GAP if pieces else "", self.base), (reading.text, self._style(reading))]
        return self.line(pieces)

    def _draw_row(self, block: Block, cells: tuple[Reading, ...] | None) -> list[Piece]:
        pieces: list[Piece] = []
        for at, width in self._plans[id(block)]:
            if pieces:
                pieces.append((" " * GAP, self.base))
            heading = block.headings[at]
            align = Align.RIGHT if heading.right else Align.LEFT
            if cells is None:
                text = fit(heading.title, self._told(block, at), align, self.glyphs.ellipsis)
                pieces.append((text.ljust(width), self.base + self.palette["header"]))
            else:
                pieces += self._draw_cell(cells[at], width, self._told(block, at), align)
        return pieces

    def _draw_cell(self, cell: Reading, width: int, told: int, align: Align) -> list[Piece]:
        style = self._style(cell)
        bars = sparkline(cell.points, self.glyphs, width)
        if bars:
            return [(bars.ljust(width), style)]
        pieces: list[Piece] = [(fit(cell.text, min(told, width), align, self.glyphs.ellipsis), style)]
        room = width - told
        if room > 0 and cell.level is not None:
            full, track = gauge(cell.level, self.glyphs, room - 1)
            return [*pieces, (" ", self.base), (full, style), (track, self.base + self.palette["rule"])]
        return [*pieces, (" " * max(0, room), self.base)]

    def _style(self, cell: Reading) -> Style:
        return self.base + self.palette[cell.style]

    def _told(self, block: Block, at: int) -> int:
        """The width of a column's texts, gauge excluded."""
        if any(row[at].points for row in block.rows):
            return max(HISTORY, width_of(block.headings[at].title))
        return max((width_of(block.headings[at].title), *(width_of(row[at].text) for row in block.rows)))

    def _lay(self, width: int) -> None:
        self._laid_for = width
        first = max((self._told(block, 0) for block in self._blocks), default=0)
        self._plans = {id(block): self._plan(block, first, width) for block in self._blocks}
        lines: list[_Line] = []
        for block in self._blocks:
            lines.append((block, None))
            lines.extend((block, row) for row in block.rows)
        lines.extend(_filled(self._phrases, width))
        self._lines = lines

    def _plan(self, block: Block, first: int, width: int) -> list[tuple[int, int]]:
        """The columns that fit, each with its width: (index, width)."""
        wants = {at: first if not at else self._told(block, at) for at in range(len(block.headings))}
        gauged = next((at for at in wants if any(row[at].level is not None for row in block.rows)), None)
        if gauged is not None:
            wants[gauged] += GAUGE_LEAST + 1
        while _total(wants) > width and (droppable := [at for at in wants if block.headings[at].priority]):
            del wants[max(droppable, key=lambda at: (block.headings[at].priority, at))]
        if gauged is not None:
            more = width - _total(wants)
            wants[gauged] += max(-GAUGE_LEAST - 1, min(more, GAUGE_MOST - GAUGE_LEAST))
        drawn = next((at for at in wants if any(row[at].points for row in block.rows)), None)
        if drawn is not None:
            wants[drawn] += max(0, min(width - _total(wants), HISTORY_MOST - wants[drawn]))
        over = _total(wants) - width
        if over > 0:
            wants[0] = max(6, wants[0] - over)
        return list(wants.items())


def _total(wants: dict[int, int]) -> int:
    return sum(wants.values()) + GAP * (len(wants) - 1)


def _filled(phrases: Sequence[Reading], width: int) -> list[_Line]:
    """Phrases over as many lines as they need."""
    lines: list[list[Reading]] = []
    room = 0
    for phrase in phrases:
        wide = width_of(phrase.text) + GAP
        if not lines or wide - GAP > room:
            lines.append([])
            room = width
        lines[-1].append(phrase)
        room -= wide
    return [tuple(line) for line in lines]


def _read(line: _Line) -> object:
    """What a line says, whichever block object says it."""
    if isinstance(line[0], Block):
        return line[0].headings if line[1] is None else line[1]
    return line
