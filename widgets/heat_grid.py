"""What a heat map shows, and what it asks of it: worked out once, wherever there is time for it."""

from collections.abc import Sequence

from msgspec import Struct

from widgets.heat_layout import Group, HeatLayout
from widgets.paint import width_of


class HeatCell(Struct, frozen=True, gc=False):
    """A thing on the map. `glyph` says its value without colour; `tip` is what the screen may show for the cursor.

    With `parts`, runs of (text, style), these are drawn instead: a value beside the sign, or a sign for each GPU. All
    cells of a map are as wide as the widest.
    """

    key: str
    glyph: str
    style: str = ""
    stale: bool = False
    tip: str = ""
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def width(self) -> int:
        """Columns it takes, without the gap after it."""
        return sum(width_of(text) for text, _ in self.parts) if self.parts else 1


class HeatGroup(Struct, frozen=True, gc=False):
    """Cells that stand together, under a title."""

    title: str
    cells: tuple[HeatCell, ...]


class HeatGrid:
    """Groups in order, and their cells counted over the map. It looks at nothing else, so any thread may make it.

    For 100,000 cells that takes 50 ms, three frames in which no key would be heard. Where all stands as in the grid
    `before` it is not worked out again.
    """

    def __init__(self, groups: Sequence[HeatGroup] = (), before: "HeatGrid | None" = None) -> None:
        self.groups = tuple(groups)
        self.shape = [(group.title, len(group.cells)) for group in self.groups]
        self.cells = [cell for group in self.groups for cell in group.cells]
        self.keys = [cell.key for cell in self.cells]
        self.index: dict[str, int]
        self._layout: tuple[tuple[int, int], HeatLayout] | None = None
        if before is not None and self.alike(before):
            self.index, self._layout = before.index, before._layout  # noqa: SLF001 - one grid to another
        else:
            self.index = {key: at for at, key in enumerate(self.keys)}
        self.widest = max((cell.width for cell in self.cells if cell.parts), default=1 if self.cells else 0)

    @property
    def cell_width(self) -> int:
        """Columns of a cell, with a gap after it."""
        return self.widest + 1

    def layout(self, width: int, cell_width: int) -> HeatLayout:
        """Where the cells stand at this width."""
        if self._layout is None or self._layout[0] != (width, cell_width):
            groups = [Group(title, count) for title, count in self.shape]
            self._layout = (width, cell_width), HeatLayout(groups, width, cell_width)
        return self._layout[1]

    def alike(self, other: "HeatGrid") -> bool:
        """Whether the same cells stand at the same places, whatever they look like."""
        return self.shape == other.shape and self.keys == other.keys
