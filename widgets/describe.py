"""Facts about one thing, source by source, each with its age: what is known, since when, and by whom."""

from collections.abc import Sequence

from msgspec import Struct
from textual.strip import Strip

from widgets.glyphs import UNICODE, GlyphSet
from widgets.paint import Align, Piece, clip, fit, width_of
from widgets.reader import Reader
from widgets.sparkline import sparkline
from widgets.wrap import head_of, lines_of


class Fact(Struct, frozen=True):
    """One fact. `age` is a ready-made text (`4m12s`), shown at the right; a stale fact is dim and says `~`.

    `points` are its last values, drawn after it as a line of bars between their lowest and highest.
    """

    label: str
    value: str
    age: str = ""
    style: str = ""
    stale: bool = False
    points: tuple[float, ...] = ()


class Section(Struct, frozen=True):
    """Facts of one source under its name, with a note at the right (its age, or what is wrong with it)."""

    title: str
    facts: tuple[Fact, ...] = ()
    note: str = ""
    note_style: str = "muted"


_Line = Section | Fact | None

SPARK = 16
"""Columns of a fact's history, where there is room beside its value."""


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

    def update(self, sections: Sequence[Section]) -> None:
        """What is known now. Only lines that read differently are repainted."""
        if tuple(sections) == self._sections:
            return
        self._sections = tuple(sections)
        self.follow()

    def laid(self) -> tuple[Sequence[object], object]:
        """Lines of all sections, and how wide their labels are."""
        return self._lines, self._label_width

    def draw(self, index: int) -> Strip:
        """A section's title, a fact, a wrapped rest, or a blank."""
        line = self._lines[index]
        if isinstance(line, Section):
            return self._draw_title(line)
        if isinstance(line, Fact):
            return self._draw_fact(line)
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
        bars = sparkline(fact.points, self.glyphs, SPARK) if width_of(fact.value) + SPARK + 2 <= room else ""
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

    def lay(self, width: int) -> None:
        """Titles, facts with their values wrapped, a blank between sections."""
        labels = [width_of(fact.label) for section in self._sections for fact in section.facts]
        self._label_width = min(max(labels, default=0), max(8, width // 3))
        lines: list[_Line] = []
        for section in self._sections:
            if lines:
                lines.append(None)
            lines.extend(self._titled(section, width))
            for fact in section.facts:
                lines.extend(self._wrapped(fact, width))
        self._lines = lines

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
        first = Fact(fact.label, lines[0], fact.age, fact.style, fact.stale, fact.points)
        return [first, *(Fact("", line, "", fact.style, fact.stale) for line in lines[1:])]
