"""Findings from what the scheduler says of its nodes."""

from collections.abc import Iterator

from backends.model.finding import Finding
from backends.model.node import Power, Service
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.insight.evidence import last_seen


def not_responding(snapshot: Snapshot) -> Iterator[Finding]:
    """A node the scheduler has lost, or doubts. Power is told beside it: a dead node reads idle for up to 40 s."""
    for node in snapshot.nodes.values():
        facts = node.scheduler
        if facts is None:
            continue
        if facts.service is not Service.DOWN and (facts.responding or Service.POWERED_DOWN is facts.service):
            continue
        down = facts.service is Service.DOWN
        reason = facts.reason.text if facts.reason else "no reason given"
        power = Power.UNKNOWN if snapshot.stale(node.hardware) else node.power
        yield Finding(
            id=f"not-responding:{node.name}",
            rule="not-responding",
            severity=Severity.CRITICAL if down else Severity.WARNING,
            entity=f"node:{node.name}",
            title=f"{node.name} is {'down' if down else 'not responding'}: {reason}",
            since=(facts.reason.at if facts.reason and down else None) or snapshot.at,
            evidence=(
                f"scheduler: {'+'.join(facts.state).lower()}",
                f"power: {power.value if power is not Power.UNKNOWN else 'not known'}",
                *last_seen(snapshot, facts),
            ),
            hits_nodes=(node.name,),
            hits_jobs=tuple(job.id for job in snapshot.jobs_on(node.name)),
            advice="power it on" if power is Power.OFF else "look at its console; reset it if it is dead",
        )


def bad_state(snapshot: Snapshot) -> Iterator[Finding]:
    """A node in a state the scheduler itself gives up on: failed, or with words we do not know."""
    for node in snapshot.nodes.values():
        facts = node.scheduler
        if facts is None or facts.service not in (Service.FAILED, Service.UNKNOWN):
            continue
        yield Finding(
            id=f"bad-state:{node.name}",
            rule="bad-state",
            severity=Severity.CRITICAL if facts.service is Service.FAILED else Severity.WARNING,
            entity=f"node:{node.name}",
            title=f"{node.name} is {'+'.join(facts.state).lower()}",
            since=(facts.reason.at if facts.reason else None) or snapshot.at,
            evidence=(*((facts.reason.text,) if facts.reason else ()), *last_seen(snapshot, facts)),
            hits_nodes=(node.name,),
            hits_jobs=tuple(job.id for job in snapshot.jobs_on(node.name)),
            advice=f"`scontrol show node {node.name}` on the head node says what it registered with",
        )


def unjoined(snapshot: Snapshot) -> Iterator[Finding]:
    """Systems the controller shows and the scheduler does not know, while both answer. Told once for all of them."""
    if not any(node.scheduler for node in snapshot.nodes.values()):
        return
    alone = tuple(name for name, node in snapshot.nodes.items() if node.scheduler is None and node.hardware)
    if alone:
        yield Finding(
            id="unjoined",
            rule="unjoined",
            severity=Severity.WARNING,
            entity=f"pod:{snapshot.pod}",
            title=f"{len(alone)} of the controller's systems match no node of the scheduler: {alone[0]} …",
            since=snapshot.at,
            evidence=alone[:16],
            hits_nodes=alone,
            advice=f"map their host name, serial or UUID in the config: [pods.{snapshot.pod}.node_names]",
        )
