"""What has happened in a pod since we look at it: the last of it, numbered, so that it can be read again."""

from collections import deque
from collections.abc import Iterable

from msgspec import Struct

from console.insight.changes import Change

KEPT = 2000


class Happening(Struct, frozen=True, kw_only=True):
    """A change under the number it came with."""

    number: int
    change: Change


class Chronicle:
    """The last changes, oldest first. One writer: the session."""

    def __init__(self, kept: int = KEPT) -> None:
        self._ring: deque[Happening] = deque(maxlen=kept)
        self.count = 0

    @property
    def happenings(self) -> tuple[Happening, ...]:
        """All that are kept."""
        return tuple(self._ring)

    def add(self, changes: Iterable[Change]) -> None:
        """Keep these too."""
        for change in changes:
            self.count += 1
            self._ring.append(Happening(number=self.count, change=change))
