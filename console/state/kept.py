"""A value that is made again only when what it is made of is another object.

Snapshots share what did not change, so identity tells: with 1,000 nodes it is the difference between 110 ms and a few
for a round that brought nothing new (`tests/bench/bench_merge.py`).
"""

from collections.abc import Callable, Collection, Mapping
from operator import is_
from typing import Generic, TypeVar

T = TypeVar("T")
K = TypeVar("K")
R = TypeVar("R")


def very(one: Collection[object], other: Collection[object]) -> bool:
    """Whether two hold the very same objects in the same order."""
    return len(one) == len(other) and all(map(is_, one, other))


def shared(new: dict[K, T], before: dict[K, T]) -> dict[K, T]:
    """`before` where it has the very same things under the same keys in the same order, else `new`."""
    return before if very(new.values(), before.values()) and new.keys() == before.keys() else new


class Kept(Generic[T]):
    """The value made last, and what it was made of."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] | None = None
        self._value: T | None = None

    def of(self, parts: tuple[object, ...], make: Callable[[], T]) -> T:
        """The value for these parts: `make` must look at nothing else."""
        old, value = self._of, self._value
        if old is not None and value is not None and very(old, parts):
            return value
        value = make()
        self._of, self._value = parts, value
        return value


class Each(Generic[T, R]):
    """What is made of each thing of a mapping. What is the very object of last time is not made of again."""

    def __init__(self, make: Callable[[T], R]) -> None:
        self._make = make
        self._things: Mapping[str, T] = {}
        self._made: dict[str, R] = {}

    def of(self, things: Mapping[str, T]) -> dict[str, R]:
        """By key, in order; `make` must look at nothing else."""
        if things is self._things:
            return self._made
        old, made, make = self._things, self._made, self._make
        self._made = {key: made[key] if old.get(key) is one else make(one) for key, one in things.items()}
        self._things = things
        return self._made


class Same(Generic[T]):
    """The first of equal values: a copy of what was there is the very object again."""

    def __init__(self) -> None:
        self._value: T | None = None

    def of(self, value: T) -> T:
        """The value, or the equal one that came before it."""
        if self._value is None or self._value != value:
            self._value = value
        return self._value
