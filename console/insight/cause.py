"""Folds effects under their cause: one failed pump is one finding that hits 72 nodes, not 72 findings.

Two ways to be an effect: a thing that contains, powers or cools the broken one and merely rolls its health up; and a
node that suffers what the broken thing would do to it (a throttled GPU below a sick loop). The cause takes the
effects' evidence, counted. What has no cause in sight stands for itself, grouped by rack where many share one rule.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from backends.model.finding import Finding
from backends.model.snapshot import Snapshot
from backends.model.topology import Relation, Topology
from console.insight.radius import SUPPORT, container, jobs_of
from console.targets import fold
from console.words import count

SUFFERS = {
    "throttled": frozenset({"cooling", "pump", "leak", "fan"}),
    "node-health": frozenset({"cooling", "pump", "leak", "fan", "power", "power-supply", "fabric", "component"}),
    "gpu-health": frozenset({"cooling", "pump", "leak", "fabric"}),
    "nvlink-down": frozenset({"fabric"}),
    "component": frozenset({"cooling", "pump", "leak", "fan", "power", "power-supply"}),
    "not-responding": frozenset({"leak", "power", "power-supply", "outlet", "off-but-scheduled"}),
    "off-but-scheduled": frozenset({"leak", "power", "power-supply", "outlet"}),
}
PARTS = {
    "cooling": frozenset({"pump"}),
    "redundancy-lost": frozenset({"pump", "power-supply", "fan"}),
    "power": frozenset({"power-supply", "outlet"}),
}
"""What a part that failed does to the whole it sits in, and to what that whole feeds."""

PLANT = frozenset(
    {"leak", "cooling", "pump", "fan", "power", "power-supply", "outlet", "fabric", "component", "redundancy-lost"}
)
CAUSES = frozenset().union(*SUFFERS.values(), *PARTS.values())
ALIKE_IN_A_RACK = 3


def by_cause(found: Sequence[Finding], snapshot: Snapshot) -> list[Finding]:
    """The findings with effects folded into their causes, and the rest grouped where a rack shares one trouble."""
    found = _without_rollups(found, snapshot)
    causes = [finding for finding in found if finding.rule in CAUSES]
    effects: defaultdict[str, list[Finding]] = defaultdict(list)
    alone: list[Finding] = []
    for finding in found:
        root, cause = None, _cause_of(finding, causes, snapshot.topology)
        while cause is not None:  # what explains a cause explains its effects
            root, cause = cause, _cause_of(cause, causes, snapshot.topology)
        if root is None:
            alone.append(finding)
        else:
            effects[root.id].append(finding)
    alone = _without_frames(alone)
    explained = [_with_effects(finding, effects[finding.id]) if finding.id in effects else finding for finding in alone]
    return _by_rack(explained, snapshot)


def _without_rollups(found: Sequence[Finding], snapshot: Snapshot) -> list[Finding]:
    """Drop a component's finding when something below it explains it: health rolls up, causes are at the bottom."""
    entities = {finding.entity for finding in found if finding.rule in PLANT}
    kept = []
    for finding in found:
        rolled = finding.rule in PLANT and not _reads_wrong(finding)
        below = snapshot.topology.downstream(finding.entity, Relation.CONTAINS) if rolled else ()
        if rolled and any(one in entities for one in below if not one.startswith("node:")):
            continue
        kept.append(finding)
    return kept


def _without_frames(found: list[Finding]) -> list[Finding]:
    """Drop a tray's or rack's own word where a finding about the nodes in it says what is wrong."""
    told = {node for finding in found if finding.rule != "component" for node in finding.hits_nodes}
    return [
        finding
        for finding in found
        if finding.rule != "component" or _reads_wrong(finding) or told.isdisjoint(finding.hits_nodes)
    ]


def _reads_wrong(finding: Finding) -> bool:
    return any(", limit " in line for line in finding.evidence) or finding.rule == "redundancy-lost"


def _cause_of(finding: Finding, causes: Sequence[Finding], topology: Topology) -> Finding | None:
    if finding.rule in PARTS:
        able = [
            cause
            for cause in causes
            if cause.rule in PARTS[finding.rule] and finding.entity in _whole(topology, cause.entity)
        ]
    else:
        blamed, nodes = SUFFERS.get(finding.rule, frozenset()), set(finding.hits_nodes)
        able = [cause for cause in causes if cause.rule in blamed and nodes.issubset(cause.hits_nodes)]
    return min(able, key=lambda cause: (cause.severity.rank, len(cause.hits_nodes)), default=None)


def _whole(topology: Topology, part: str) -> frozenset[str]:
    """What a part sits in, and what that contains, powers or cools."""
    whole = container(topology, part)
    return frozenset((whole, *topology.downstream(whole, *SUPPORT))) if whole else frozenset()


def _with_effects(cause: Finding, effects: list[Finding]) -> Finding:
    kinds = Counter(effect.rule for effect in effects)
    nodes = {rule: [name for effect in effects if effect.rule == rule for name in effect.hits_nodes] for rule in kinds}
    lines = tuple(
        f"{rule}: {count(len(names), 'node')}, {fold(names)}" for rule, names in nodes.items() if rule not in PLANT
    )
    lines += tuple(effect.title for effect in effects if effect.rule in PLANT)
    worst = min((cause, *effects), key=lambda finding: finding.severity.rank).severity
    return replace(cause, severity=worst, evidence=(*cause.evidence, *lines))


def _by_rack(found: list[Finding], snapshot: Snapshot) -> list[Finding]:
    groups: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    kept: list[Finding] = []
    for finding in found:
        node = snapshot.nodes.get(finding.entity.removeprefix("node:"))
        rack = node.rack if node and finding.rule in SUFFERS else ""
        if rack:
            groups[finding.rule, rack].append(finding)
        else:
            kept.append(finding)
    for (rule, rack), members in groups.items():
        kept.extend(members if len(members) < ALIKE_IN_A_RACK else [_shared(rule, rack, members, snapshot)])
    return kept


def _shared(rule: str, rack: str, members: list[Finding], snapshot: Snapshot) -> Finding:
    nodes = tuple(dict.fromkeys(name for finding in members for name in finding.hits_nodes))
    first = min(members, key=lambda finding: finding.severity.rank)
    return replace(
        first,
        id=f"{rule}:rack:{rack}",
        entity=f"rack:{rack}",
        title=f"{rack}: {rule.replace('-', ' ')} on {count(len(nodes), 'node')}",
        since=min(finding.since for finding in members),
        evidence=tuple(finding.title for finding in members[:16]),
        hits_nodes=nodes,
        hits_jobs=jobs_of(snapshot, nodes),
    )
