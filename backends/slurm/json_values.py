"""The two families of Slurm's JSON in one type each.

22.05 (openapi v0.0.36-38) writes plain numbers, null for unset and one word for a state; from 23.02 (data_parser) on
a number is `{set, infinite, number}` and a state a list. Both are decoded here, so the readers need not ask which.
"""

from typing import TypeAlias

import msgspec
from msgspec import Struct

from backends.clean import clean
from backends.errors import Malformed, Unreachable


class Number(Struct, frozen=True):
    """A number as the newer family writes it."""

    set: bool = False
    infinite: bool = False
    number: float = 0


Count: TypeAlias = int | float | Number | None
Words: TypeAlias = str | list[str] | None


class SlurmError(Struct, frozen=True):
    """One entry of `errors`; the key of its text differs by version."""

    error: str | None = None
    description: str | None = None


def value(count: Count) -> int | None:
    """The number, None where it is unset or infinite."""
    if isinstance(count, Number):
        return int(count.number) if count.set and not count.infinite else None
    return None if count is None else int(count)


def words(text: Words) -> list[str]:
    """A list, also where the older family writes `a,b` or nothing."""
    if isinstance(text, list):
        return text
    return [word for word in (text or "").split(",") if word]


def checked(errors: list[SlurmError], *, empty: bool, where: str) -> None:
    """Refuse an answer that is an error in disguise.

    22.05's `sinfo --json` says `errors: [...], nodes: []` with status 0 when slurmctld is down: that is not an empty
    cluster.
    """
    if errors and empty:
        said = next((entry.description or entry.error for entry in errors if entry.description or entry.error), "")
        raise Unreachable(f"slurmctld gives no answer: {clean(said or 'an error without a text')}", where=where)


def malformed(error: msgspec.DecodeError, where: str) -> Malformed:
    """What msgspec cannot read, as an adapter's error."""
    return Malformed(f"JSON that is not Slurm's: {clean(str(error))}", where=where)
