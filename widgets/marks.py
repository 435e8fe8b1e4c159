"""Which keys are marked, and from where a range starts."""

from collections.abc import Container, Iterable


class Marks:
    """A set of keys with an anchor, the last one toggled."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self.anchor: str | None = None

    def __bool__(self) -> bool:
        return bool(self._keys)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    @property
    def keys(self) -> frozenset[str]:
        """The marked keys."""
        return frozenset(self._keys)

    def toggle(self, key: str) -> None:
        """Mark or unmark; the key becomes the anchor."""
        self._keys ^= {key}
        self.anchor = key

    def add(self, keys: Iterable[str]) -> None:
        """Mark these too."""
        self._keys.update(keys)

    def clear(self) -> None:
        """Unmark everything."""
        self._keys.clear()
        self.anchor = None

    def prune(self, known: Container[str]) -> bool:
        """Unmark what is gone; whether anything was. A write must never hit a target that nobody can see any more."""
        gone = [key for key in self._keys if key not in known]
        self._keys.difference_update(gone)
        return bool(gone)
