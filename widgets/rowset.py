"""The rows of a table in the order they are shown: sorted, filtered, and kept so as rows change.

Pure of any screen, so that it can be tested and measured alone. A change costs what changed: rows that keep their
place touch one dict; one that moves costs a few microseconds. Long work is a generator that the
widget advances between keys; until it is done the old order stays valid and new contents show in it at once.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from itertools import compress
from operator import is_not

from widgets.order import Entry, in_blocks, sorted_in_slices
from widgets.ordered import Ordered
from widgets.row import Row, SortValue, sort_value

_SMALL = 2_000
"""Up to so many rows, reordering is done at once: it takes a few milliseconds and the table never shows an interim."""

_FEW = 250
"""So many moves are made in one slice, at 4 us each."""

_Work = Generator[None, None, None]


class RowSet:
    """Rows by key, and their entries in order.

    `replace` and `patch` take new contents, `sort` and `filter` new orders. While `busy`, call `step` until it is not.
    Keys must be unique.
    """

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}  # in source order: a dict keeps the order of first insertion
        self._places: dict[str, int] = {}
        self._source: list[Row] = []
        self._order = Ordered()
        self._entries: dict[str, Entry] = {}
        self._column: int | None = None
        self._keep: Callable[[Row], bool] | None = None
        self._work: _Work | None = None
        self._building: list[Row] | None = None
        self._late_rows: dict[str, Row] = {}
        self._late_removed: set[str] = set()
        self._late_source: list[Row] | None = None
        self._next_place = 0
        self.reverse = False

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    @property
    def total(self) -> int:
        """Rows held, shown or not."""
        return len(self._rows)

    @property
    def busy(self) -> bool:
        """Whether an order is still being made."""
        return self._work is not None

    def row(self, key: str) -> Row | None:
        """The row of this key as it is now, shown or not."""
        return self._rows.get(key)

    def key_at(self, index: int) -> str:
        """The key shown at an index, 0 the topmost."""
        return self._order.at(len(self._order) - 1 - index if self.reverse else index)[3]

    def index_of(self, key: str) -> int | None:
        """Where a key is shown, None where it is not."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        index = self._order.index(entry)
        return len(self._order) - 1 - index if self.reverse else index

    def keys(self) -> list[str]:
        """The keys shown, from the top."""
        keys = [entry[3] for entry in self._order]
        return keys[::-1] if self.reverse else keys

    def replace(self, rows: Sequence[Row]) -> None:
        """All rows there are, in source order. Unchanged rows should be the same objects: identity is the diff."""
        fresh = list(rows)
        if self._work is not None:
            self._late_source = fresh
            self._late_rows.clear()
            self._late_removed.clear()
            return
        if len(fresh) == len(self._source):
            differs = list(map(is_not, fresh, self._source))
            changed = list(compress(fresh, differs))
            before = compress(self._source, differs)
            if all(new.key == old.key for new, old in zip(changed, before, strict=True)):
                self._source = fresh
                self.patch(changed)
                return
        self._rebuild(fresh)

    def patch(self, changed: Iterable[Row], removed: Iterable[str] = ()) -> None:
        """Some rows changed or came (at the end of the source order), some went. Costs what changed."""
        gone = set(removed)
        moves: dict[str, Entry | None] = {}
        for row in changed:
            if row.key in gone:
                continue
            if self._work is not None:
                self._late_rows[row.key] = row
                self._late_removed.discard(row.key)
                if row.key in self._rows:
                    self._rows[row.key] = row
                continue
            entry = self._take(row)
            if entry != self._entries.get(row.key):
                moves[row.key] = entry
        if self._work is not None:
            self._late_removed |= gone
            for key in gone:
                self._late_rows.pop(key, None)
            return
        for key in gone & self._rows.keys():
            moves[key] = None
            del self._rows[key], self._places[key]
        if gone:
            self._source = []
        self._move(moves)

    def sort(self, column: int | None, *, reverse: bool = False) -> None:
        """Order by a column's cells, or by the source where None."""
        if column == self._column:
            self.reverse = reverse
            return
        self._column = column
        self.reverse = reverse
        self._again()

    def filter(self, keep: Callable[[Row], bool] | None) -> None:
        """Show only the rows this lets through; None shows all."""
        self._keep = keep
        self._again()

    def step(self) -> bool:
        """Advance the work by one slice; whether there is more."""
        if self._work is not None and next(self._work, _DONE) is _DONE:
            self._work = None
            self._catch_up()
        return self._work is not None

    def finish(self) -> None:
        """Advance the work to its end."""
        while self.step():
            pass

    def _begin(self, work: _Work, size: int) -> None:
        self._work = work
        if size <= _SMALL:
            self.finish()

    def _rebuild(self, source: list[Row]) -> None:
        self._building = source  # if this work is dropped for another, its rows must not be lost with it
        self._begin(self._restructure(source), len(source))

    def _again(self) -> None:
        """A new order was asked for: what was being made is dropped, and nothing handed in meanwhile is lost."""
        self._work = None
        if self._late_source is not None:
            fresh, self._late_source = self._late_source, None
            self._rebuild(fresh)
        elif self._building is not None:
            self._rebuild(self._building)
        elif len(self._source) == len(self._rows):  # their places are the source's
            self._begin(self._reorder(), len(self._source))
        else:
            self._rebuild(list(self._rows.values()))

    def _value(self, row: Row) -> SortValue:
        return (0, 0.0) if self._column is None else sort_value(row.cell(self._column))

    def _take(self, row: Row) -> Entry | None:
        """Keep a row, and say which entry it should have."""
        place = self._places.get(row.key)
        if place is None:
            place = self._places[row.key] = self._next_place
            self._next_place += 1
            self._source = []
        elif place < len(self._source):
            self._source[place] = row
        self._rows[row.key] = row
        return (*self._value(row), place, row.key) if self._keep is None or self._keep(row) else None

    def _move(self, moves: dict[str, Entry | None]) -> None:
        if moves:
            self._begin(self._moved(moves), len(moves))

    def _moved(self, moves: dict[str, Entry | None]) -> _Work:
        """One after the other: the order is right for all the others in between."""
        for at, (key, entry) in enumerate(moves.items(), 1):
            old = self._entries.pop(key, None)
            if old is not None:
                self._order.remove(old)
            if entry is not None:
                self._order.add(entry)
                self._entries[key] = entry
            if not at % _FEW:
                yield

    def _restructure(self, source: list[Row]) -> _Work:
        rows: dict[str, Row] = {}
        places: dict[str, int] = {}
        for block in in_blocks(source):
            start = len(places)
            rows.update((row.key, row) for row in block)
            places.update((row.key, start + at) for at, row in enumerate(block))
            yield
        if len(rows) != len(source):
            raise ValueError("two rows have one key")
        order, entries = yield from self._ordered(source)
        self._rows, self._places, self._source = rows, places, source
        self._next_place = len(source)
        self._building = None
        yield from self._show(order, entries)

    def _reorder(self) -> _Work:
        """The same rows in another order, or others of them."""
        order, entries = yield from self._ordered(self._source)
        yield from self._show(order, entries)

    def _ordered(self, source: list[Row]) -> Generator[None, None, tuple[list[Entry], dict[str, Entry]]]:
        order = yield from sorted_in_slices(source, self._value, self._keep)
        entries: dict[str, Entry] = {}
        for first in range(0, len(order), 4096):
            entries.update((entry[3], entry) for entry in order[first : first + 4096])
            yield
        return order, entries

    def _show(self, order: list[Entry], entries: dict[str, Entry]) -> _Work:
        old, self._order = self._order, Ordered(order)
        self._entries = entries
        while old.drop_some():  # freed in slices, too: 100,000 entries at once are a pause of their own
            yield

    def _catch_up(self) -> None:
        """What came in while an order was made."""
        if self._late_source is not None:
            fresh, self._late_source = self._late_source, None
            self.replace(fresh)
        if self._work is not None:
            return
        rows, removed = list(self._late_rows.values()), self._late_removed
        self._late_rows, self._late_removed = {}, set()
        if rows or removed:
            self.patch(rows, removed)


_DONE = object()
