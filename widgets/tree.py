"""A tree of things within things (pod, rack, node, GPU) on the line API: only what is open has a line.

Items are known by key, so what is open stays open and the cursor stays put while the tree below it changes.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import is_
from typing import ClassVar, NamedTuple

from msgspec import Struct
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.strip import Strip

from widgets.glyphs import UNICODE, GlyphSet
from widgets.line_view import LineView
from widgets.messages import ItemHighlighted, ItemSelected
from widgets.paint import Align, Piece, clip, fit, width_of


class TreeItem(Struct, frozen=True, gc=False):
    """One item. `glyph` and `style` say how it is; `note` stands at the right (`3 draining`) in `note_style`.

    What `opens` and has no children has some that are made when it is opened.
    """

    key: str
    text: str
    glyph: str = ""
    style: str = ""
    note: str = ""
    note_style: str = "muted"
    stale: bool = False
    children: "tuple[TreeItem, ...]" = ()
    opens: bool = False


Within = Callable[[str], Sequence[TreeItem]]
"""The items under the key of one that `opens`."""


class _Line(NamedTuple):
    item: TreeItem
    depth: int
    parent: int
    opened: bool


_INDENT = 2


class LineTree(LineView):
    """Items under items. Left closes or goes to the parent, right opens or goes in, enter selects."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "move", show=False),
        Binding("down,j", "move(1)", "move", show=False),
        Binding("left", "close", "close", show=False),
        Binding("right", "open", "open", show=False),
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
        empty: str = "nothing here",
        id: str | None = None,  # noqa: A002 (Textual's own name)
        classes: str | None = None,
    ) -> None:
        super().__init__(glyphs=glyphs, empty=empty, id=id, classes=classes)
        self._roots: tuple[TreeItem, ...] = ()
        self._within: Within = _nothing
        self._made = False
        self._open: set[str] = set()
        self._above: dict[str, str] | None = None
        self._lines: list[_Line] = []
        self._cursor: str | None = None
        self._cursor_index = 0

    @property
    def line_count(self) -> int:
        """Lines of what is open."""
        return len(self._lines)

    @property
    def cursor(self) -> str | None:
        """The key under the cursor."""
        return self._cursor

    @property
    def opened(self) -> frozenset[str]:
        """The keys that are open, whether or not they can be seen."""
        return frozenset(self._open)

    def shown_keys(self) -> list[str]:
        """The keys of what is open, from the top."""
        return [line.item.key for line in self._lines]

    def update(
        self, roots: Sequence[TreeItem], above: dict[str, str] | None = None, within: Within | None = None
    ) -> None:
        """The whole tree; unchanged sub-trees as the same objects. `above` is what `parents` makes of it, if made."""
        self._within = within or _nothing
        same = self._roots and len(roots) == len(self._roots) and all(map(is_, roots, self._roots))
        if same and not self._made:
            return
        self._roots = tuple(roots)
        self._above = above
        self._relay()

    def open_keys(self, keys: Iterable[str]) -> None:
        """Open these, too."""
        self._open.update(keys)
        self._relay()

    def close_keys(self, keys: Iterable[str]) -> None:
        """Close these."""
        self._open.difference_update(keys)
        self._relay()

    def move_to(self, key: str) -> bool:
        """Put the cursor on an item, opening what is above it; False where there is none such."""
        path = self._path(key)
        if path is None:
            return False
        if not self._open.issuperset(path):
            self.open_keys(path)
        self._go(next(at for at, line in enumerate(self._lines) if line.item.key == key))
        return True

    def action_move(self, lines: int) -> None:
        """Cursor up or down."""
        self._go(self._cursor_index + lines)

    def action_page(self, pages: int) -> None:
        """Cursor up or down by a page."""
        self._go(self._cursor_index + pages * max(1, self.page - 1))

    def action_edge(self, side: int) -> None:
        """Cursor to the first or the last line."""
        self._go(0 if side < 0 else len(self._lines) - 1)

    def action_open(self) -> None:
        """Open the item under the cursor; if it is open, go to its first child."""
        if not self._lines:
            return
        item = self._lines[self._cursor_index].item
        if not _opens(item):
            return
        if item.key in self._open:
            self._go(self._cursor_index + 1)
        else:
            self.open_keys((item.key,))

    def action_close(self) -> None:
        """Close the item under the cursor; if it is closed, go to its parent."""
        if not self._lines:
            return
        line = self._lines[self._cursor_index]
        if line.item.key in self._open and _opens(line.item):
            self.close_keys((line.item.key,))
        elif line.parent >= 0:
            self._go(line.parent)

    def action_select(self) -> None:
        """Post that the item under the cursor was chosen."""
        if self._cursor is not None:
            self.post_message(ItemSelected(self, self._cursor))

    def on_resize(self) -> None:
        """The cursor stays on screen."""
        self.scroll_view(self.top)
        self.show(self._cursor_index)
        self.refresh()

    def on_focus(self) -> None:
        """The cursor is drawn stronger."""
        self.refresh_body(self._cursor_index)

    def on_blur(self) -> None:
        """The cursor is drawn weaker."""
        self.refresh_body(self._cursor_index)

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor; on the arrow it opens or closes; on the cursor it selects."""
        index = self.top + event.y
        if index >= len(self._lines):
            return
        line = self._lines[index]
        if _opens(line.item) and line.depth * _INDENT <= event.x < line.depth * _INDENT + 2:
            (self.close_keys if line.item.key in self._open else self.open_keys)((line.item.key,))
        elif index == self._cursor_index:
            self.action_select()
        else:
            self._go(index)

    def draw(self, index: int) -> Strip:
        """One item: arrow, glyph, text, and its note at the right."""
        item, depth, _, opened = self._lines[index]
        cursor = index == self._cursor_index
        glyphs = self.glyphs
        arrow = " "
        if _opens(item):
            arrow = glyphs.expanded if opened else glyphs.collapsed
        lead = " " * (depth * _INDENT) + arrow + " "
        sign = f"{item.glyph} " if item.glyph else ""
        room = max(0, self.size.width - width_of(lead) - width_of(sign))
        note = clip(item.note, max(0, room - min(width_of(item.text), room * 2 // 3) - 2), glyphs.ellipsis)
        text = fit(item.text, max(0, room - width_of(note) - (1 if note else 0)), Align.LEFT, glyphs.ellipsis)
        pieces: list[Piece] = [
            (lead, self._style("muted", cursor=cursor)),
            (sign, self._style("stale" if item.stale else item.style, cursor=cursor)),
            (text, self._style("stale" if item.stale else "text", cursor=cursor)),
            (note + " " if note else "", self._style(item.note_style, cursor=cursor)),
        ]
        return self.line(pieces, self._style("", cursor=cursor))

    def _style(self, name: str, *, cursor: bool) -> Style:
        return self.cursor_style(name) if cursor else self.base + self.palette[name]

    def _path(self, key: str) -> list[str] | None:
        """The keys above an item, topmost first. Looked up: a map's cursor asks for 100,000 nodes, key by key."""
        if self._above is None:
            self._above = parents(self._roots)
        if key not in self._above:
            return None
        path: list[str] = []
        while key := self._above[key]:
            path.insert(0, key)
        return path

    def _relay(self) -> None:
        """Lines anew, the cursor on its key, and only the lines that differ repainted."""
        before, top, was = self._lines, self.top, self._cursor_index
        self._lines = list(self._flatten())
        at = next((index for index, line in enumerate(self._lines) if line.item.key == self._cursor), None)
        self._cursor_index = max(0, min(was, len(self._lines) - 1)) if at is None else at
        self._point()
        if not self.is_mounted:
            return
        self.top = max(0, min(top, len(self._lines) - self.page))
        self.show(self._cursor_index)
        if self.top != top or bool(before) != bool(self._lines):
            self.refresh()
            return
        for y in range(self.page):
            index = top + y
            old = before[index] if index < len(before) else None
            new = self._lines[index] if index < len(self._lines) else None
            if not _same(old, new) or (index in (was, self._cursor_index) and was != self._cursor_index):
                self.refresh_body(index)

    def _flatten(self) -> Iterable[_Line]:
        stack = [(item, 0, -1) for item in reversed(self._roots)]
        count = 0
        self._made = False
        while stack:
            item, depth, parent = stack.pop()
            opened = item.key in self._open
            yield _Line(item, depth, parent, opened)
            if opened:
                self._made = self._made or item.opens
                children = self._within(item.key) if item.opens else item.children
                stack.extend((child, depth + 1, count) for child in reversed(children))
            count += 1

    def _go(self, index: int) -> None:
        if not self._lines:
            return
        old, self._cursor_index = self._cursor_index, max(0, min(index, len(self._lines) - 1))
        self._point()
        self.show(self._cursor_index)
        if old != self._cursor_index:
            self.refresh_body(old)
            self.refresh_body(self._cursor_index)

    def _point(self) -> None:
        key = self._lines[self._cursor_index].item.key if self._lines else None
        if key != self._cursor:
            self._cursor = key
            self.post_message(ItemHighlighted(self, key))


def _same(old: _Line | None, new: _Line | None) -> bool:
    """Whether two lines are drawn alike. Of the children only matters whether there are any."""
    if old is None or new is None:
        return old is new
    return (old.item is new.item or _face(old.item) == _face(new.item)) and old[1::2] == new[1::2]


def _face(item: TreeItem) -> tuple[object, ...]:
    return (item.key, item.text, item.glyph, item.style, item.note, item.note_style, item.stale, _opens(item))


def _opens(item: TreeItem) -> bool:
    return item.opens or bool(item.children)


def _nothing(_key: str) -> Sequence[TreeItem]:
    return ()


def parents(roots: Sequence[TreeItem]) -> dict[str, str]:
    """The key above each item that is made already, "" above the roots."""
    above = dict.fromkeys((item.key for item in roots), "")
    stack = list(roots)
    while stack:
        item = stack.pop()
        above.update((child.key, item.key) for child in item.children)
        stack.extend(child for child in item.children if child.children)
    return above
