"""The rules, and the findings they make of a snapshot. Pure: the same snapshot gives the same findings.

A rule yields what is wrong now. What was wrong already keeps its `since`, so ages survive new snapshots.
"""

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from backends.model.finding import Finding
from backends.model.snapshot import Snapshot
from console.insight.cause import by_cause
from console.insight.gpus import links_down, memory_errors, throttled
from console.insight.hardware import gpu_health, gpus_missing, node_health, power_off
from console.insight.plant import over_budget, plant, redundancy_lost
from console.insight.scheduler import bad_state, not_responding, unjoined
from console.insight.sources import source_partial, source_silent

Rule = Callable[[Snapshot], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    source_silent,
    source_partial,
    not_responding,
    bad_state,
    unjoined,
    power_off,
    node_health,
    gpu_health,
    gpus_missing,
    throttled,
    memory_errors,
    links_down,
    plant,
    redundancy_lost,
    over_budget,
)


def findings(snapshot: Snapshot) -> tuple[Finding, ...]:
    """Every finding of a snapshot, by cause, the worst first. `snapshot.findings` are those of the instant before."""
    since = {finding.id: finding.since for finding in snapshot.findings}
    found = [
        replace(finding, since=since[finding.id]) if finding.id in since else finding
        for finding in by_cause([finding for rule in RULES for finding in rule(snapshot)], snapshot)
    ]
    return tuple(sorted(found, key=lambda finding: (finding.severity.rank, -len(finding.hits_nodes), finding.id)))
