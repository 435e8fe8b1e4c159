"""Entries kept in order in blocks: one of 100,000 comes or goes in a few microseconds, and is found by its place.

One list would move 400 KB for each (20 us, and again 20 us where a row changes its place); 10,000 rows a second then
keep a core half busy. A block is 8 KB.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from itertools import accumulate, chain

from widgets.order import Entry

BLOCK = 1024


class Ordered:
    """Entries from the least on. Made of a list that is in order already."""

    def __init__(self, entries: list[Entry] | None = None) -> None:
        found = entries or []
        self._blocks = [found[first : first + BLOCK] for first in range(0, len(found), BLOCK)]
        self._lasts = [block[-1] for block in self._blocks]
        self._starts: list[int] | None = None
        self._count = len(found)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Entry]:
        return chain.from_iterable(self._blocks)

    def at(self, index: int) -> Entry:
        """The entry at a place, 0 the least. Raises IndexError beyond the last."""
        if not 0 <= index < self._count:
            raise IndexError(index)
        starts = self._places()
        block = bisect_right(starts, index) - 1
        return self._blocks[block][index - starts[block]]

    def index(self, entry: Entry) -> int:
        """The place of an entry that is there."""
        block = bisect_left(self._lasts, entry)
        return self._places()[block] + bisect_left(self._blocks[block], entry)

    def add(self, entry: Entry) -> None:
        """One more."""
        self._count += 1
        self._starts = None
        if not self._blocks:
            self._blocks.append([entry])
            self._lasts.append(entry)
            return
        at = min(bisect_left(self._lasts, entry), len(self._blocks) - 1)
        block = self._blocks[at]
        insort(block, entry)
        if len(block) > 2 * BLOCK:
            self._blocks[at : at + 1] = [block[:BLOCK], block[BLOCK:]]
            self._lasts[at : at + 1] = [block[BLOCK - 1], block[-1]]
        else:
            self._lasts[at] = block[-1]

    def remove(self, entry: Entry) -> None:
        """One less; it must be there."""
        self._count -= 1
        self._starts = None
        at = bisect_left(self._lasts, entry)
        block = self._blocks[at]
        del block[bisect_left(block, entry)]
        if block:
            self._lasts[at] = block[-1]
        else:
            del self._blocks[at], self._lasts[at]

    def drop_some(self) -> bool:
        """Let go of a few blocks of what is no longer used; whether there are more."""
        del self._blocks[-4:]
        return bool(self._blocks)

    def _places(self) -> list[int]:
        if self._starts is None:
            self._starts = list(accumulate(map(len, self._blocks), initial=0))
        return self._starts
