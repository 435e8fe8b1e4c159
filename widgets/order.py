"""Sorting and merging in slices: ordering 100,000 rows must never stop the loop.

A thread would not help, for `list.sort` keeps the interpreter lock to its end (60-150 ms at this size). So the work is
cut: each `yield` is a place where the loop may run. Slices are sized to stay near 2 ms on one shared core.
"""

from bisect import bisect_left
from collections.abc import Callable, Generator, Iterable, Sequence
from itertools import islice

from widgets.row import Row, SortValue

Entry = tuple[int, float | str, int, str]
"""A row's place: its sort value in two parts, its place in the source (unique: nothing after is compared), its key."""

_BLOCK = 1024
_TESTED = 256
_MERGE = 4096


def sorted_in_slices(
    rows: Sequence[Row], value: Callable[[Row], SortValue], keep: Callable[[Row], bool] | None
) -> Generator[None, None, list[Entry]]:
    """Entries of the rows that `keep` lets through, in order. The sequence must not change meanwhile."""
    runs: list[list[Entry]] = []
    for first in range(0, len(rows), _BLOCK):
        run: list[Entry] = []
        for start in range(first, min(first + _BLOCK, len(rows)), _TESTED):
            block = rows[start : start + _TESTED]
            run += [(*value(row), start + at, row.key) for at, row in enumerate(block) if keep is None or keep(row)]
            if keep is not None:
                yield
        run.sort()
        if run:
            runs.append(run)
        yield
    while len(runs) > 1:
        merged = runs[-1:] if len(runs) % 2 else []
        for at in range(len(runs) // 2 * 2 - 2, -1, -2):
            merged.insert(0, (yield from merged_in_slices(runs[at], runs[at + 1])))
        runs = merged
    return runs[0] if runs else []


def merged_in_slices(left: list[Entry], right: list[Entry]) -> Generator[None, None, list[Entry]]:
    """Two ordered lists as one. `list.sort` sees the two runs of a part and merges them in C."""
    if not left or not right or left[-1] < right[0]:
        return left + right
    out: list[Entry] = []
    at = 0
    for first in range(0, len(left), _MERGE):
        last = first + _MERGE
        until = bisect_left(right, left[last], at) if last < len(left) else len(right)
        part = left[first:last] + right[at:until]
        part.sort()
        out += part
        at = until
        yield
    return out


def in_blocks(items: Iterable[Row], size: int = _MERGE) -> Iterable[list[Row]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while block := list(islice(iterator, size)):
        yield block
