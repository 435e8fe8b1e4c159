"""A finding about one node, whichever rule made it."""

from backends.model.finding import Finding
from backends.model.node import Node
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot


def node_finding(  # noqa: PLR0913 - a finding's parts, all named
    snapshot: Snapshot,
    node: Node,
    *,
    rule: str,
    severity: Severity,
    title: str,
    evidence: tuple[str, ...],
    advice: str,
) -> Finding:
    """What a rule found wrong about one node: it hits the node and the jobs on it."""
    return Finding(
        id=f"{rule}:{node.name}",
        rule=rule,
        severity=severity,
        entity=f"node:{node.name}",
        title=title,
        since=snapshot.at,
        evidence=evidence,
        hits_nodes=(node.name,),
        hits_jobs=tuple(job.id for job in snapshot.jobs_on(node.name)),
        advice=advice,
    )
