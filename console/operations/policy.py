"""What an operator may do to a pod, as its config says: how many nodes may be out, when, and who may what.

Pure: a policy, a snapshot and an intention give verdicts, and a blocker for each rule that is broken. Each names the
rule by its key in the config, and how to lift it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import Literal

from msgspec import Struct

from backends.model.node import Node, Power, Service
from backends.model.snapshot import Snapshot
from backends.model.topology import Kind
from console.operations.plan import TYPED_COUNT_OVER, Blocker, Obstacle, Verdict
from console.targets import fold

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TAKES_OUT = frozenset({"drain", "cordon", "hold", "provision", "power off", "power cycle", "power shut-down"})
"""Verbs that leave fewer nodes in service than before."""


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
            if limit is not None and _of(limit, 100) is None:
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


class Intention(Struct, frozen=True, kw_only=True):
    """Who wants to do what to which nodes, and when."""

    verb: str
    user: str
    at: datetime
    nodes: tuple[str, ...]


def judge(policy: Policy, snapshot: Snapshot, wish: Intention) -> tuple[tuple[Verdict, ...], tuple[Blocker, ...]]:
    """What each rule that concerns this wish says of it, and what forbids it."""
    verdicts: list[Verdict] = []
    blockers: list[Blocker] = []
    for verdict, obstacle, lift in _rules(policy, snapshot, wish):
        verdicts.append(verdict)
        if not verdict.ok:
            text = f"{verdict.text}; {lift}"
            blockers.append(Blocker(obstacle, fold(wish.nodes), text, rule=verdict.rule))
    return tuple(verdicts), tuple(blockers)


_Ruling = tuple[Verdict, Obstacle, str]


def _rules(policy: Policy, snapshot: Snapshot, wish: Intention) -> Iterator[_Ruling]:
    at = f"[pods.{snapshot.pod}.policy]"
    words = (wish.verb, wish.verb.split()[0])
    for word in dict.fromkeys(words):
        if word in policy.allow and wish.user not in policy.allow[word]:
            text = f"{word} is for {', '.join(policy.allow[word]) or 'nobody'}, not for {wish.user}"
            verdict = Verdict(f"allow.{word}", text, ok=False)
            yield verdict, Obstacle.NOT_ALLOWED, f"add {wish.user!r} to allow.{word} under {at}"
    for one in policy.freeze:
        if one.covers(wish.at) and (not one.verbs or set(words) & set(one.verbs)):
            end = f" until {one.end:%Y-%m-%d %H:%MZ}" if one.end else f" until {one.before:%H:%MZ}"
            verdict = Verdict(f"freeze.{one.name}", f"frozen for {one.name!r}{end}", ok=False)
            yield verdict, Obstacle.FROZEN, f"wait, or end that freeze under {at}"
    if wish.verb in TAKES_OUT and wish.nodes:
        for verdict in _budgets(policy.max_out, snapshot, wish.nodes):
            key = verdict.rule.removeprefix("max_out.").partition(" ")[0]
            yield verdict, Obstacle.BUDGET, f"give nodes back first, take fewer, or raise max_out.{key} under {at}"


def _budgets(limits: MaxOut, snapshot: Snapshot, nodes: tuple[str, ...]) -> Iterator[Verdict]:
    wanted = frozenset(nodes)
    groups: list[tuple[str, str, Iterable[str]]] = []
    if limits.pod is not None:
        groups.append(("pod", snapshot.pod, tuple(snapshot.nodes)))
    if limits.rack is not None:
        groups.extend(("rack", name, members) for name, members in _racks(snapshot).items())
    if limits.domain is not None:
        groups.extend(("domain", name, members) for name, members in _domains(snapshot))
    for kind, name, members in groups:
        if wanted.isdisjoint(members):
            continue
        every = [snapshot.nodes[member] for member in members]
        most = _of(getattr(limits, kind), len(every)) or 0
        before = {node.name for node in every if _out(node)}
        after = before | wanted.intersection(members)
        text = f"{len(after)} of {len(every)} nodes of {kind} {name} out with this ({len(before)} are); {most} allowed"
        yield Verdict(f"max_out.{kind} {name}", text, ok=len(after) <= max(most, len(before)))


def _racks(snapshot: Snapshot) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in snapshot.nodes.values():
        if node.rack:
            found.setdefault(node.rack, []).append(node.name)
    return found


def _domains(snapshot: Snapshot) -> Iterator[tuple[str, tuple[str, ...]]]:
    topology = snapshot.topology
    for domain in topology.of_kind(Kind.NVLINK_DOMAIN):
        reached = (identity.partition(":") for identity in topology.downstream(domain.id))
        members = tuple(name for kind, _, name in reached if kind == Kind.NODE.value and name in snapshot.nodes)
        if members:
            yield domain.name, members


def _out(node: Node) -> bool:
    """Whether it takes no work now, on purpose or not."""
    return node.service.out or node.service is Service.UNKNOWN or node.power is Power.OFF


def _of(limit: int | str, whole: int) -> int | None:
    """The limit as a number of nodes of a whole; None for what is none. A share is rounded down."""
    if isinstance(limit, int):
        return limit if limit >= 0 else None
    number = limit.removesuffix("%")
    if not limit.endswith("%") or not number.isdecimal() or int(number) > 100:
        return None
    return whole * int(number) // 100
