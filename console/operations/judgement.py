"""What a pod's rules say of a wish: pure; a policy, a snapshot and an intention give verdicts.

A rule that is broken gives a blocker, too. Each names the rule by its key in the config, and how to lift it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from backends.model.node import Node, Power, Service
from backends.model.snapshot import Snapshot
from backends.model.topology import Kind
from console.operations.plan import Blocker, Obstacle, Verdict
from console.operations.policy import MaxOut, Policy, nodes_of
from console.targets import fold

TAKES_OUT = frozenset({"drain", "cordon", "hold", "provision", "power off", "power cycle", "power shut-down"})
"""Verbs that leave fewer nodes in service than before."""


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
        most = nodes_of(getattr(limits, kind), len(every)) or 0
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
