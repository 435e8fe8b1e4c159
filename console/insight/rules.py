"""The rules, and the findings they make of a snapshot. Pure: the same snapshot gives the same findings.

A rule yields what is wrong now. What was wrong already keeps its `since`, so ages survive new snapshots.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from msgspec.structs import replace

from backends.model.finding import Finding
from backends.model.snapshot import Snapshot
from console.insight.blame import GONE, GROUPED
from console.insight.cause import by_cause
from console.insight.gpus import links_down, memory_errors, power_capped, telemetry_silent, throttled
from console.insight.hardware import (
    firmware_drift,
    gpu_health,
    gpus_missing,
    log_critical,
    node_health,
    power_off,
)
from console.insight.hits import complete
from console.insight.limits import dew_point, over_budget
from console.insight.plant import outlet_off, plant, redundancy_lost
from console.insight.scheduler import bad_state, not_responding, unjoined, without_hardware
from console.insight.sources import clock_skew, events_lost, source_partial, source_silent
from console.insight.suspects import Suspects

Rule = Callable[[Snapshot], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    source_silent,
    source_partial,
    events_lost,
    clock_skew,
    log_critical,
    firmware_drift,
)

ON_NODES = (
    not_responding,
    bad_state,
    unjoined,
    without_hardware,
    power_off,
    node_health,
    telemetry_silent,
    gpus_missing,
    gpu_health,
    throttled,
    power_capped,
    memory_errors,
    links_down,
)
ON_PLANT = (over_budget, plant, outlet_off, redundancy_lost, dew_point)
"""Rules that look at the suspects among the nodes and the components alone."""


def findings(snapshot: Snapshot, suspects: Suspects | None = None) -> tuple[Finding, ...]:
    """Every finding of a snapshot, by cause, the worst first. `snapshot.findings` are those of the instant before.

    `suspects` are the pod's own, from one of its snapshots to the next; what is found does not depend on them.
    """
    suspects = suspects or Suspects()
    known = _Known(snapshot.findings)
    nodes, components = suspects.nodes(snapshot), suspects.components(snapshot)
    raw = chain(
        *(rule(snapshot) for rule in RULES),
        *(rule(snapshot, nodes) for rule in ON_NODES),
        *(rule(snapshot, components) for rule in ON_PLANT),
    )
    found = [known.aged(finding) for finding in raw]
    causes = [complete(known.aged(finding), snapshot) for finding in by_cause(found, snapshot)]
    ranked = tuple(sorted(causes, key=lambda finding: (finding.severity.rank, -len(finding.hits_nodes), finding.id)))
    return snapshot.findings if ranked == snapshot.findings else ranked


class _Known:
    """The findings of the instant before, for since when: a trouble is as old as it was first seen.

    A node that joins its neighbours in one finding of the rack keeps its age, and so does one that was told as
    switched off and is told as not responding now.
    """

    def __init__(self, before: Iterable[Finding]) -> None:
        self._by_id = {finding.id: finding.since for finding in before}
        self._by_node = {
            (_trouble(finding.rule), node): finding.since
            for finding in before
            for node in finding.hits_nodes
            if finding.rule in GROUPED
        }

    def aged(self, finding: Finding) -> Finding:
        """The finding, since when it was first seen or was told to have begun, whichever is earlier."""
        ages = [finding.since]
        if finding.id in self._by_id:
            ages.append(self._by_id[finding.id])
        elif finding.rule in GROUPED and len(finding.hits_nodes) == 1:
            ages.extend(at for node in finding.hits_nodes if (at := self._by_node.get((_trouble(finding.rule), node))))
        since = min(ages)
        return finding if since == finding.since else replace(finding, since=since)


def _trouble(rule: str) -> str:
    return "gone" if rule in GONE else rule
