"""A small path language into a document: `.items[*].name`, `.sources[0].state`, `.services["n-1"]`.

Keys, `[N]` (from the end where negative), `[*]` for each; nothing else. What is not there gives nothing, never an
error: an item without hardware has no `.hardware.power`. What can never be there is found by `path_check`.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

_STEP = re.compile(
    r"""\.(?P<name>[A-Za-z_][\w-]*|\*)
      | \[(?P<number>-?\d+)\]
      | \[(?P<every>\*)\]
      | \[(?P<quote>["'])(?P<key>.+?)(?P=quote)\]""",
    re.VERBOSE,
)

EVERY = "*"


class PathError(ValueError):
    """A path that is none: one line with the place where it stops making sense."""


class Path(Struct, frozen=True):
    """A parsed path. A step is a key, a number, or `EVERY` for each member."""

    text: str
    steps: tuple[str | int, ...]

    @classmethod
    def parse(cls, text: str) -> "Path":
        """Read one, with or without kubectl's braces and the `$` of JSONPath. Raises PathError."""
        inner = text.strip()
        if inner.startswith("{") and inner.endswith("}"):
            inner = inner[1:-1].strip()
        inner = inner.removeprefix("$")
        steps: list[str | int] = []
        if inner != ".":
            at = 0
            while at < len(inner):
                found = _STEP.match(inner, at)
                if found is None:
                    raise PathError(f"{text!r}: not a path from column {at + 1} on: write .items[*].name")
                steps.append(_step(found))
                at = found.end()
        return cls(text, tuple(steps))

    def values(self, tree: object) -> Iterator[object]:
        """Everything the path leads to, in order."""
        found: list[object] = [tree]
        for step in self.steps:
            found = [inner for outer in found for inner in _inside(outer, step)]
        yield from found


def _step(found: re.Match[str]) -> str | int:
    if found["number"] is not None:
        return int(found["number"])
    return found["name"] or found["every"] or found["key"]


def _inside(value: object, step: str | int) -> Iterator[object]:
    match value, step:
        case (dict() as tree, "*"):
            yield from tree.values()
        case (list() | tuple() as members, "*"):
            yield from members
        case (dict() as tree, str() as key) if key in tree:
            yield tree[key]
        case (list() | tuple() as members, int() as number) if -len(members) <= number < len(members):
            yield members[number]
        case _:
            return
