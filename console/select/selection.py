"""What a selection chose: the things, those nobody knows enough of to say, and those chosen by facts that are old."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from backends.model.snapshot import Snapshot
from console.select.evaluate import predicate
from console.select.expression import Expression, fields_of, uses_text
from console.select.field import Around, Kind

Shown = Callable[[Snapshot], Mapping[str, str]]


class Selection(Struct, frozen=True, kw_only=True):
    """Keys, in the snapshot's order. `unknown` were not chosen: what the selection asks is not known of them.

    `stale` are among the chosen ones: some fact that it asks for is old.
    """

    keys: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()

    def within(self, keys: Collection[str]) -> "Selection":
        """As far as it is about these."""
        some = frozenset(keys)
        return Selection(
            keys=tuple(key for key in self.keys if key in some),
            unknown=tuple(key for key in self.unknown if key in some),
            stale=tuple(key for key in self.stale if key in some),
        )


def select(expression: Expression, kind: Kind[Any], snapshot: Snapshot, now: datetime, shown: Shown) -> Selection:
    """Try it on everything of a kind in a pod. `shown` gives the rows' texts, and is called only if they are needed."""
    holds, around = predicate(expression, kind), Around(snapshot, now)
    texts = shown(snapshot) if uses_text(expression) else {}
    asked = [field for name in fields_of(expression) if (field := kind.get(name)) is not None and field.source]
    chosen, unknown, stale = [], [], []
    for key, thing in kind.of(snapshot).items():
        answer = holds(thing, around, texts.get(key, ""))
        if answer:
            chosen.append(key)
            if any(kind.old(thing, field.source, snapshot) for field in asked):
                stale.append(key)
        elif answer is None:
            unknown.append(key)
    return Selection(keys=tuple(chosen), unknown=tuple(unknown), stale=tuple(stale))
