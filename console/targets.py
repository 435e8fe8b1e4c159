"""Targets: node sets resolved against what is known. ClusterShell does the algebra; we only say what exists.

An empty set is an error, never "all"; an unknown node is an error, never "nothing to do".
"""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache, partial

from ClusterShell.NodeSet import RESOLVER_NOGROUP, NodeSet, NodeSetException, NodeSetExternalError
from ClusterShell.NodeUtils import GroupResolver, GroupResolverError, GroupSource, GroupSourceError
from msgspec import Struct

from backends.model.node import Service
from backends.model.snapshot import Snapshot
from console.select.field import domains_of
from console.target_error import TargetError

MOST_NODES = 1_000_000
GROUPS = "@rack: @job: @state: @partition: @domain: @finding:"
_PLAIN = re.compile(r"[\w.-]+")
_NAMED = 400
"""Of what is not known, folded, so much is named: a list of 20,000 names is no line to read."""
_RANGE = re.compile(r"(\d+)-(\d+)")


class UnknownGroup(TargetError):
    """A group that this pod does not have; another may."""


class Targets(Struct, frozen=True):
    """Nodes of one pod, in order, and the same folded."""

    pod: str
    nodes: tuple[str, ...]

    @property
    def node_set(self) -> str:
        """`gpu[001-004]`."""
        return fold(self.nodes)


def fold(nodes: Iterable[str]) -> str:
    """Names as a node set: `gpu[001-004]`. Names that a node set cannot hold are listed with commas."""
    return _folded(tuple(nodes))


@lru_cache(1024)
def _folded(names: tuple[str, ...]) -> str:
    """Kept: a finding's nodes are folded for each instant that it lasts, at 9 ms for 60 nodes of several racks."""
    try:
        folded = NodeSet.fromlist(names, resolver=RESOLVER_NOGROUP)
    except NodeSetException:
        return ",".join(names)
    # A name with a node set's own operators in it (`a&b`) is computed, not kept: no name may get lost.
    plain = all(map(_PLAIN.fullmatch, names))
    kept = len(folded) == len(set(names)) if plain else set(folded) == set(names)
    return str(folded) if kept else ",".join(names)


def expand(node_set: str) -> tuple[str, ...]:
    """The names in a node set without groups. Raises TargetError where it does not parse."""
    return tuple(_parse(node_set, RESOLVER_NOGROUP))


def check(expression: str) -> None:
    """Raise TargetError where an expression cannot be meant, whatever nodes and groups there are."""
    if any(char in expression for char in "*?"):
        raise TargetError(f"{_short(expression)}: no wildcards here; --select 'node=gpu0*' chooses by a pattern")
    _parse(expression, RESOLVER_NOGROUP)


def resolve(expression: str, snapshots: Mapping[str, Snapshot]) -> Targets:
    """The nodes an operator meant, all of one pod.

    Groups: `@rack:r1`, `@job:1234`, `@state:drained`, `@partition:batch`, `@domain:nv1`, and `@finding:` with a
    finding's id or its rule.

    Raises TargetError for an empty set, an unknown node or group, and a name that two pods have.
    """
    if not expression.strip():
        raise TargetError("no targets given; name nodes, as in gpu[001-004] or @rack:r1")
    found: dict[str, tuple[str, ...]] = {}
    unknown: tuple[str, ...] = ()
    no_group: UnknownGroup | None = None
    for pod, snapshot in snapshots.items():
        try:
            names = tuple(_parse(expression, _groups(snapshot)))
        except UnknownGroup as error:
            no_group = no_group if no_group and "did you mean" in str(no_group) else error
            continue
        known = tuple(name for name in names if name in snapshot.nodes)
        if known:
            found[pod] = known
            unknown = tuple(name for name in names if name not in snapshot.nodes)
        elif not found:
            unknown = names
    if len(found) > 1:
        raise TargetError(f"{_short(expression)}: in more than one pod ({', '.join(found)}); say which with --pod")
    if no_group and not found:
        raise no_group
    if unknown:
        raise TargetError(_unknown(unknown, snapshots))
    if not found:
        raise TargetError(f"{_short(expression)}: an empty set of nodes")
    pod, nodes = next(iter(found.items()))
    return Targets(pod, nodes)


def _parse(expression: str, resolver: object) -> Iterable[str]:
    for low, high in _RANGE.findall(expression):
        if int(high) - int(low) >= MOST_NODES:  # refused unparsed: a NodeSet writes every range out
            raise TargetError(f"{_short(expression)}: {int(high) - int(low) + 1} nodes; no fleet has that many")
    try:
        return list(NodeSet(expression, resolver=resolver))
    except (NodeSetExternalError, GroupSourceError, GroupResolverError) as error:
        said = str(error)
        hint = _short(said) if said.startswith("@") else f"groups are {GROUPS}"
        raise UnknownGroup(f"{_short(expression)}: no such group: {hint}") from None
    except NodeSetException as error:
        said = str(error).replace(f': "{expression}"', "")  # it quotes the whole, which may be long
        raise TargetError(f"{_short(expression)}: not a node set: {_short(said, 200)}") from None


_Members = Callable[[], dict[str, list[str]]]


class _Groups(GroupSource):  # type: ignore[misc]  # ClusterShell has no types
    """A source whose unknown groups are errors: ClusterShell makes them empty sets, `n1,@rack:typo` just n1.

    Its groups are put together when the first is asked for: most expressions have none.
    """

    def __init__(self, name: str, pod: str, members: _Members) -> None:
        super().__init__(name)
        self.pod = pod
        self._members = members
        self._known: dict[str, list[str]] | None = None

    def resolv_map(self, group: str) -> str:
        """The nodes of a group."""
        if self._known is None:
            self._known = self._members()
        if group not in self._known:
            close = get_close_matches(group, self._known, n=1)
            known = ", ".join(list(self._known)[:6]) + (" …" if len(self._known) > 6 else "")
            hint = f"did you mean {close[0]}?" if close else f"pod {self.pod} has {known or 'none'}"
            raise GroupSourceError(f"@{self.name}:{group}; {hint}", self)
        return fold(self._known[group])


def _groups(snapshot: Snapshot) -> GroupResolver:
    resolver = GroupResolver(illegal_chars=set())
    sources: dict[str, Callable[[Snapshot], dict[str, list[str]]]] = {
        "rack": _racks,
        "state": _states,
        "job": lambda now: {job.id: list(job.nodes) for job in now.jobs.values() if job.running},
        "partition": lambda now: {name: list(found.nodes) for name, found in now.partitions.items()},
        "domain": _domains,
        "finding": _findings,
    }
    for name, members in sources.items():
        resolver.add_source(_Groups(name, snapshot.pod, partial(members, snapshot)))
    return resolver


def _racks(snapshot: Snapshot) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in snapshot.nodes.values():
        if node.group:
            found.setdefault(node.group, []).append(node.name)
    return found


def _states(snapshot: Snapshot) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {state.value: [] for state in Service}
    for node in snapshot.nodes.values():
        found[node.service.value].append(node.name)
    return found


def _domains(snapshot: Snapshot) -> dict[str, list[str]]:
    named = domains_of(snapshot.topology)
    return {name: [node for node in nodes if node in snapshot.nodes] for name, nodes in named.items()}


def _findings(snapshot: Snapshot) -> dict[str, list[str]]:
    """By id, and by rule those of all its findings."""
    found: dict[str, list[str]] = {}
    for finding in snapshot.findings:
        for name in (finding.id, finding.rule):
            found.setdefault(name, []).extend(node for node in finding.hits_nodes if node in snapshot.nodes)
    return found


def _unknown(names: tuple[str, ...], snapshots: Mapping[str, Snapshot]) -> str:
    known = [name for snapshot in snapshots.values() for name in snapshot.nodes]
    if not known:
        return f"{_short(fold(names), _NAMED)}: no node is known yet (see the sources with `megapod get pods`)"
    close = get_close_matches(names[0], known, n=1)
    hint = f"; did you mean {close[0]}?" if close else f"; known: {_short(fold(known))}"
    return f"{_short(fold(names), _NAMED)}: no such node{hint}"


def _short(text: str, limit: int = 80) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
