"""Facts about one thing, source by source, each with its age: what is known, since when, and by whom."""

from collections.abc import Sequence

from msgspec import Struct
from textual.strip import Strip

from widgets.glyphs import UNICODE, GlyphSet
from widgets.graph import bounds, graph, moves
from widgets.paint import Align, Piece, clip, fit, width_of
from widgets.reader import Reader
from widgets.sparkline import sparkline
from widgets.wrap import head_of, lines_of


class Fact(Struct, frozen=True):
    """One fact. `age` is a ready-made text (`4m12s`), shown at the right; a stale fact is dim and says `~`.

    `history` is what it was, oldest first (seconds of the clock, number): drawn below it as a graph between its lowest
    and highest where the pane has the lines, else behind it as a line of bars.
    """

    label: str
    value: str
    age: str = ""
    style: str = ""
    stale: bool = False
    history: tuple[tuple[float, float], ...] = ()


class Section(Struct, frozen=True):
    """Facts of one source under its name, with a note at the right (its age, or what is wrong with it)."""

    title: str
    facts: tuple[Fact, ...] = ()
    note: str = ""
    note_style: str = "muted"


class _Graph(Struct, frozen=True):
    """One line of a fact's graph: what stands left of it, and right."""

    drawn: str
    mark: str = ""
    style: str = ""
    over: str = ""


_Line = Section | Fact | _Graph | None

SPARK = 16
"""Columns of a fact's history, where there is room beside its value."""

GRAPH_LINES = (4, 3, 2)
"""How high graphs are: as high as all of them find place."""

SOME = 3
"""How high where only some do."""

GRAPH_LEAST, GRAPH_MOST = 16, 72
"""Columns of a graph."""

LEAST_PAGE = 3
"""Lines of a pane that tells on its last one how many more there are."""

OVER = 8
"""Columns beside it, for how long it goes back."""


class Describe(Reader):
    """A pane of sections. A value longer than its line is wrapped, never cut: this is where one reads it whole."""

    def __init__(
        self,
        *,
        glyphs: GlyphSet = UNICODE,
        empty: str = "nothing is known",
        id: str | None = None,  # noqa: A002 (Textual's own name)
        classes: str | None = None,
    ) -> None:
        super().__init__(glyphs=glyphs, empty=empty, id=id, classes=classes)
        self._sections: tuple[Section, ...] = ()
        self._lines: list[_Line] = []
        self._label_width = 0
        self._graph_lines = 0
        self._moving: tuple[Fact, ...] = ()
        self._some = False
        self._tall: bool | None = None

    def update(self, sections: Sequence[Section]) -> None:
        """What is known now. Only lines that read differently are repainted."""
        if tuple(sections) == self._sections:
            return
        self._sections = tuple(sections)
        self.follow()

    def turn(self) -> None:
        """Graphs though not all of it fits then, or none though they would; until now it went by the room."""
        self._tall = not self._moving or self._some
        self.follow()

    def laid(self) -> tuple[Sequence[object], object]:
        """Lines of all sections, and how wide their labels are."""
        return self._lines, self._label_width

    def render_line(self, y: int) -> Strip:
        """The last line says how much more there is, while there is: nobody looks for what does not show."""
        more = self.line_count - self.top - self.page
        if more <= 0 or y + 1 < self.size.height or self.page < LEAST_PAGE:
            return super().render_line(y)
        text = fit(f"{self.glyphs.descending} {more + 1} more", self.size.width, Align.RIGHT, self.glyphs.ellipsis)
        return self.line([(text, self.base + self.palette["muted"])])

    def draw(self, index: int) -> Strip:
        """A section's title, a fact, a wrapped rest, or a blank."""
        line = self._lines[index]
        if isinstance(line, Section):
            return self._draw_title(line)
        if isinstance(line, Fact):
            return self._draw_fact(line)
        if isinstance(line, _Graph):
            return self._draw_graph(line)
        return self.line(())

    def _draw_title(self, section: Section) -> Strip:
        width = self.size.width
        note = clip(section.note, width // 2, self.glyphs.ellipsis)
        title = clip(section.title, width - width_of(note) - 4, self.glyphs.ellipsis)
        rule = self.glyphs.rule * max(0, width - width_of(title) - width_of(note) - (2 if note else 1))
        pieces: list[Piece] = [
            (f"{title} ", self.base + self.palette["title"]),
            (rule, self.base + self.palette["rule"]),
            (f" {note}" if note else "", self.base + self.palette[section.note_style]),
        ]
        return self.line(pieces)

    def _draw_fact(self, fact: Fact) -> Strip:
        age = f"{self.glyphs.stale if fact.stale else ''}{fact.age}"
        room = max(0, self.size.width - self._label_width - 3 - (width_of(age) + 1 if age else 0))
        bars = ""
        if width_of(fact.value) + SPARK + 2 <= room:
            bars = sparkline([value for _, value in fact.history], self.glyphs, SPARK)
        value = fit(fact.value, room - (SPARK + 2 if bars else 0), Align.LEFT, self.glyphs.ellipsis)
        pieces: list[Piece] = [
            (
                "  " + fit(fact.label, self._label_width, Align.LEFT, self.glyphs.ellipsis) + " ",
                self.base + self.palette["label"],
            ),
            (value, self.base + self.palette["stale" if fact.stale else fact.style]),
            (f"  {bars}" if bars else "", self.base + self.palette["muted"]),
            (f" {age}" if age else "", self.base + self.palette["stale" if fact.stale else "muted"]),
        ]
        return self.line(pieces)

    def _draw_graph(self, line: _Graph) -> Strip:
        pieces: list[Piece] = [
            (
                fit(line.mark, self._label_width + 2, Align.RIGHT, self.glyphs.ellipsis),
                self.base + self.palette["muted"],
            ),
            (f" {self.glyphs.bar}", self.base + self.palette["rule"]),
            (line.drawn, self.base + self.palette[line.style]),
            (f" {line.over}" if line.over else "", self.base + self.palette["muted"]),
        ]
        return self.line(pieces)

    def lay(self, width: int) -> None:
        """Titles, facts with their values wrapped, a blank between sections; graphs where all of them find place."""
        labels = [width_of(fact.label) for section in self._sections for fact in section.facts]
        self._label_width = min(max(labels, default=0), max(8, width // 3))
        self._moving, self._some = tuple[Fact, ...](), False
        lines = self._texts(width)
        if self._tall is not False and width - self._label_width >= GRAPH_LEAST + OVER:
            self._choose(self.size.height - len(lines))
        self._lines = self._texts(width) if self._moving else lines

    def _choose(self, room: int) -> None:
        """What is a graph, and how high: all that moves; else, by itself, what is beyond its limits and what fits."""
        moving = [fact for section in self._sections for fact in section.facts if moves(fact.history)]
        self._graph_lines = next((each for each in GRAPH_LINES if each * len(moving) <= room), 0)
        if not self._graph_lines:
            self._graph_lines = GRAPH_LINES[-1] if self._tall else SOME
            moving.sort(key=lambda fact: not fact.style)
            if not self._tall:
                self._some = True
                moving = moving[: max(0, room // SOME)]
        self._moving = tuple(moving)

    def _texts(self, width: int) -> list[_Line]:
        lines: list[_Line] = []
        for section in self._sections:
            if lines:
                lines.append(None)
            lines.extend(self._titled(section, width))
            for fact in section.facts:
                if fact in self._moving:
                    bare = Fact(fact.label, fact.value, fact.age, fact.style, fact.stale)
                    lines += [*self._wrapped(bare, width), *self._graphed(fact, width)]
                else:
                    lines.extend(self._wrapped(fact, width))
        return lines

    def _titled(self, section: Section, width: int) -> list[_Line]:
        """A title too long for its line goes on below it, where values stand."""
        first = head_of(section.title, max(8, width - width_of(clip(section.note, width // 2, "…")) - 4))
        rest = section.title[len(first) :].lstrip()
        if not rest:
            return [section]
        below = lines_of(rest, max(4, width - self._label_width - 3))
        head = Section(first.rstrip(), (), section.note, section.note_style)
        return [head, *(Fact("", line, "", "title") for line in below)]

    def _wrapped(self, fact: Fact, width: int) -> list[Fact]:
        """A fact as the lines it takes; the age stands beside the first."""
        age = width_of(fact.age) + 2 if fact.age else 0
        room = max(4, width - self._label_width - 3 - age)
        lines = lines_of(fact.value, room)
        first = Fact(fact.label, lines[0], fact.age, fact.style, fact.stale, fact.history)
        return [first, *(Fact("", line, "", fact.style, fact.stale) for line in lines[1:])]

    def _graphed(self, fact: Fact, width: int) -> list[_Graph]:
        """Its graph, with its highest and lowest at the left and how long it goes back at the right."""
        columns = min(GRAPH_MOST, width - self._label_width - OVER)
        low, high = bounds(fact.history)
        drawn = graph(fact.history, self.glyphs, columns, self._graph_lines)
        marks = [f"{high:.4g}", *[""] * (self._graph_lines - 2), f"{low:.4g}"]
        minutes = round((fact.history[-1][0] - fact.history[0][0]) / 60)
        over = [""] * (self._graph_lines - 1) + [f"{minutes}m" if minutes else "<1m"]
        style = "stale" if fact.stale else fact.style or "accent"
        return [_Graph(*each) for each in zip(drawn, marks, [style] * len(drawn), over, strict=True)]
