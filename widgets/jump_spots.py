"""Where a jump can go: each line or cell on screen under a label of its own, with what has to be done to be there."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import product

from msgspec import Struct

from widgets.heatmap import HeatMap
from widgets.line_view import LineView
from widgets.table import LineTable
from widgets.tree import LineTree

LETTERS = "asdfghjklqwertyuiopzxcvbnm"


class Spot(Struct, frozen=True):
    """A place on the screen, in cells from its upper left corner, and the way there."""

    x: int
    y: int
    go: Callable[[], object]


def spots(views: Iterable[LineView]) -> list[Spot]:
    """Every place of some views, view by view, from the top."""
    return [spot for view in views for spot in _of(view)]


def labels(number: int) -> list[str]:
    """As many labels, as short as they can all be: one letter each, or two."""
    if number <= len(LETTERS):
        return list(LETTERS[:number])
    return ["".join(pair) for pair in product(LETTERS, repeat=2)][:number]


def _of(view: LineView) -> Iterator[Spot]:
    if isinstance(view, HeatMap):
        places = view.places()
    elif isinstance(view, LineTable | LineTree):
        shown = view.shown_keys()[view.top : view.top + view.page]
        places = [(0, y, key) for y, key in enumerate(shown, view.head_lines)]
    else:
        places = [(0, 0, "")] if view.can_focus and view.line_count else []
    for x, y, key in places:
        yield Spot(view.content_region.x + x, view.content_region.y + y, partial(_go, view, key))


def _go(view: LineView, key: str) -> None:
    view.focus()
    if isinstance(view, LineTable | LineTree | HeatMap):
        view.move_to(key)
