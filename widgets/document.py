"""A long text in styled runs, to scroll through: JSON, a command's answer."""

from collections.abc import Sequence

from textual.strip import Strip

from widgets.paint import Piece
from widgets.reader import Reader
from widgets.wrap import Run, runs_of


class Document(Reader):
    """Lines of runs of (text, style name). A long line is wrapped, never cut; the place stays where it is."""

    _given: tuple[tuple[Run, ...], ...] = ()
    _lines: tuple[tuple[Run, ...], ...] = ()

    def update(self, lines: Sequence[tuple[Run, ...]]) -> None:
        """All of it. Only lines that read differently are painted anew."""
        given = tuple(lines)
        if given == self._given:
            return
        self._given = given
        self.follow()

    def laid(self) -> tuple[Sequence[object], object]:
        """Lines, as wrapped."""
        return self._lines, None

    def draw(self, index: int) -> Strip:
        """One line."""
        pieces: list[Piece] = [(text, self.base + self.palette[style]) for text, style in self._lines[index]]
        return self.line(pieces)

    def lay(self, width: int) -> None:
        """Each line over as many as it takes."""
        self._lines = tuple(line for given in self._given for line in runs_of(given, width))
