"""What an operator may do to a pod, as its config says: how many nodes may be out, when, and who may what.

Rules as they are written down; what they say of a wish is `judgement`'s. By themselves, as every command reads them.
"""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Literal

from msgspec import Struct

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TYPED_COUNT_OVER = 16
"""A plan that changes more nodes than that wants their number typed, where the config says nothing else."""


class Freeze(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A time in which nothing is changed: once from `start` to `end`, or each week on `days` between two times, UTC.

    `after` a later time than `before` is a night: it begins on one of the days and ends on the next. `verbs` are those
    it forbids; none means every one.
    """

    name: str
    start: datetime | None = None
    end: datetime | None = None
    days: tuple[Day, ...] = ()
    after: time = time(0)
    before: time = time(23, 59, 59)
    verbs: tuple[str, ...] = ()

    def covers(self, at: datetime) -> bool:
        """Whether it holds at this instant."""
        if self.start is not None and self.end is not None and self.start <= at < self.end:
            return True
        if self.after <= self.before:
            return DAYS[at.weekday()] in self.days and self.after <= at.time() <= self.before
        tonight = DAYS[at.weekday()] in self.days and at.time() >= self.after
        return tonight or (DAYS[at.weekday() - 1] in self.days and at.time() <= self.before)


class MaxOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many nodes may be out of service at once: a number, or a share such as `"25%"`. None: no limit."""

    pod: int | str | None = None
    rack: int | str | None = None
    domain: int | str | None = None


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pod's rules. `allow` maps a verb to the users who may use it; a verb that is not in it is everybody's.

    `typed_count_over`: a plan that changes more nodes than that wants their number typed. `reason_for` are the verbs
    that want a reason although they do without one elsewhere, `read_only_allows` those that a read-only pod takes all
    the same (`exec` is the one that is asked for there).
    """

    max_out: MaxOut = MaxOut()
    freeze: tuple[Freeze, ...] = ()
    allow: dict[str, tuple[str, ...]] = {}
    typed_count_over: int = TYPED_COUNT_OVER
    reason_for: tuple[str, ...] = ()
    read_only_allows: tuple[Literal["exec"], ...] = ()

    def problem(self) -> str:
        """What is wrong with it, as `key: why`; empty when nothing is."""
        for key in ("pod", "rack", "domain"):
            limit = getattr(self.max_out, key)
            if limit is not None and nodes_of(limit, 100) is None:
                return f'max_out.{key}: {limit!r} must be a number of nodes, or a share such as "25%"'
        for one in self.freeze:
            if (one.start is None) != (one.end is None) or (one.start is None and not one.days):
                return f"freeze {one.name!r}: give `start` and `end`, or `days`"
            if any(at is not None and at.tzinfo is None for at in (one.start, one.end)):
                return f"freeze {one.name!r}: say in which zone, as in 2026-12-24T00:00:00Z"
            if one.start is not None and one.end is not None and one.start >= one.end:
                return f"freeze {one.name!r}: ends before it begins, so it would forbid nothing"
        return ""

    def wants_reason(self, verb: str, power: str = "") -> bool:
        """Whether this verb, or this power action, wants a reason here although it does without one elsewhere."""
        return verb in self.reason_for or f"{verb} {power}" in self.reason_for

    @property
    def words(self) -> Iterator[tuple[str, str]]:
        """Every verb that it names, each with where: one that is misspelt forbids nothing to anybody."""
        yield from ((f"allow.{verb}", verb) for verb in self.allow)
        yield from ((f"freeze {one.name!r}", verb) for one in self.freeze for verb in one.verbs)
        yield from (("reason_for", verb) for verb in self.reason_for)


def nodes_of(limit: int | str, whole: int) -> int | None:
    """The limit as a number of nodes of a whole; None for what is none. A share is rounded down."""
    if isinstance(limit, int):
        return limit if limit >= 0 else None
    number = limit.removesuffix("%")
    if not limit.endswith("%") or not number.isdecimal() or int(number) > 100:
        return None
    return whole * int(number) // 100
