"""What widgets post: past tense, the widget it came from, and keys, never values of the domain."""

from textual.message import Message
from textual.widget import Widget


class _Posted(Message):
    """A message that `@on` selectors can tell by its widget."""

    def __init__(self, view: Widget) -> None:
        super().__init__()
        self.view = view

    @property
    def control(self) -> Widget:
        """The widget it came from."""
        return self.view

    def _supersedes(self, message: Message) -> bool:
        return isinstance(message, type(self)) and message.view is self.view


class _Highlighted(_Posted):
    def __init__(self, view: Widget, key: str | None) -> None:
        super().__init__(view)
        self.key = key

    def can_replace(self, message: Message) -> bool:
        """Only the latest place of the cursor matters: a held key must not queue up work behind it."""
        return self._supersedes(message)


class _Selected(_Posted):
    def __init__(self, view: Widget, key: str) -> None:
        super().__init__(view)
        self.key = key


class RowHighlighted(_Highlighted):
    """A table's cursor came to another row; None when there is none left."""


class RowSelected(_Selected):
    """Enter on a table's row, or a click on the row under the cursor."""


class CellHighlighted(_Highlighted):
    """A heat map's cursor came to another cell; None when there is none left."""


class CellSelected(_Selected):
    """Enter on a heat map's cell, or a click on the cell under the cursor."""


class ItemHighlighted(_Highlighted):
    """A tree's cursor came to another item; None when there is none left."""


class ItemSelected(_Selected):
    """Enter on a tree's item."""


class MarksChanged(_Posted):
    """Other rows or cells are marked now."""

    def __init__(self, view: Widget, marks: frozenset[str]) -> None:
        super().__init__(view)
        self.marks = marks


class Scrolled(_Posted):
    """A view shows another part; read its `top`, `page` and `line_count`."""

    def can_replace(self, message: Message) -> bool:
        """Only the latest part matters."""
        return self._supersedes(message)


class OrderAwaited(_Posted):
    """A table's new order takes long, or has come: read its `doing`."""


class FilterChanged(_Posted):
    """The text of a filter bar changed."""

    def __init__(self, view: Widget, text: str) -> None:
        super().__init__(view)
        self.text = text

    def can_replace(self, message: Message) -> bool:
        """Only the latest text matters."""
        return self._supersedes(message)


class FilterSubmitted(_Posted):
    """Enter in a filter bar: the filter stays, the bar goes."""

    def __init__(self, view: Widget, text: str) -> None:
        super().__init__(view)
        self.text = text


class FilterClosed(_Posted):
    """Escape in a filter bar: the filter goes with it."""
