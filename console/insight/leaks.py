"""Leak findings by place: one leak wets every detector of a tray, and is one finding all the same."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from backends.model.finding import Finding
from backends.model.snapshot import Snapshot
from backends.model.topology import Kind
from console.insight.radius import container

_WIDE = frozenset({Kind.RACK, Kind.POD})
"""Too large to be one place: two detectors that only share a rack may see two leaks."""


def leaks_by_place(found: Sequence[Finding], snapshot: Snapshot) -> list[Finding]:
    """The findings, those of detectors in one and the same tray or unit told as one: the oldest, with all evidence."""
    places: defaultdict[str, list[Finding]] = defaultdict(list)
    kept: list[Finding] = []
    for finding in found:
        place = container(snapshot.topology, finding.entity) if finding.rule == "leak" else ""
        if place and snapshot.topology.components[place].kind not in _WIDE:
            places[place].append(finding)
        else:
            kept.append(finding)
    return kept + [_one(leaks) for leaks in places.values()]


def _one(leaks: list[Finding]) -> Finding:
    first, *more = sorted(leaks, key=lambda one: (one.since, one.severity.rank, one.id))
    if not more:
        return first
    return replace(
        first,
        severity=min((one.severity for one in leaks), key=lambda severity: severity.rank),
        title=f"{first.title} (and {len(more)} more there)",
        evidence=(*first.evidence, *(one.title for one in more)),
        hits_nodes=tuple(dict.fromkeys(node for one in leaks for node in one.hits_nodes)),
        hits_jobs=tuple(dict.fromkeys(job for one in leaks for job in one.hits_jobs)),
    )
