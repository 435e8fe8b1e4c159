"""A finding about one node, whichever rule made it."""

from backends.model.finding import Finding
from backends.model.node import Node
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.insight.evidence import said, since
from console.insight.radius import holds


def node_finding(  # noqa: PLR0913 - a finding's parts, all named
    snapshot: Snapshot,
    node: Node,
    *,
    rule: str,
    severity: Severity,
    title: str,
    evidence: tuple[str, ...],
    advice: str,
    gpus: tuple[int, ...] = (),
) -> Finding:
    """What a rule found wrong about one node, or about some of its GPUs: it hits the jobs that hold them.

    The controller's own words about them, and since when it says so, are added.
    """
    about = tuple(f"gpu:{node.name}/{index}" for index in gpus) or (f"node:{node.name}",)
    return Finding(
        id=f"{rule}:{node.name}",
        rule=rule,
        severity=severity,
        entity=f"node:{node.name}",
        title=title,
        since=since(snapshot, *about),
        evidence=(*evidence, *said(snapshot, *about)),
        gpus=tuple(one.removeprefix("gpu:") for one in about if gpus),
        hits_nodes=(node.name,),
        hits_jobs=tuple(job.id for job in snapshot.jobs_on(node.name) if holds(job, node.name, *gpus)),
        advice=advice,
    )
