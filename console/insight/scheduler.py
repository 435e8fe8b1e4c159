"""Findings from what the scheduler says of its nodes."""

from collections.abc import Iterator

from backends.model.finding import Finding
from backends.model.node import Power, SchedulerFacts, Service
from backends.model.reason import Reason
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.insight.evidence import last_seen, said, told_by
from console.insight.gpus import Among

_UP = frozenset({"", "OSRunning", "OEM"})


def not_responding(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """A node the scheduler has lost, or doubts. Power is told beside it: a dead node reads idle for up to 40 s.

    One that has power and has not reached its OS is told as such: there is nobody there who could respond.
    """
    for node in among.values():
        facts = node.scheduler
        if facts is None:
            continue
        if facts.service is not Service.DOWN and (facts.responding or Service.POWERED_DOWN is facts.service):
            continue
        down = facts.service is Service.DOWN
        power = Power.UNKNOWN if snapshot.stale(node.hardware) else node.power
        stuck = down and power is Power.ON and node.hardware is not None and node.hardware.boot not in _UP
        rule = "never-boots" if stuck else "not-responding"
        word = "on, but its OS is not up" if stuck else "down" if down else "not responding"
        yield Finding(
            id=f"{rule}:{node.name}",
            rule=rule,
            severity=Severity.CRITICAL if down else Severity.WARNING,
            entity=f"node:{node.name}",
            title=f"{node.name} is {word}{_why(facts)}",
            since=min(snapshot.at, (why.at if down and (why := _why_down(facts)) else None) or snapshot.at),
            evidence=(
                f"scheduler: {'+'.join(facts.state).lower()}",
                f"power: {power.value if power is not Power.UNKNOWN else 'not known'}",
                *((f"boot progress: {node.hardware.boot}",) if stuck and node.hardware else ()),
                *told_by(node.hardware, facts),
                *last_seen(snapshot, facts),
                *said(snapshot, f"node:{node.name}"),
            ),
            hits_nodes=(node.name,),
            hits_jobs=tuple(job.id for job in snapshot.jobs_on(node.name)),
            advice=_advice(node.name, power, stuck=stuck, answers=facts.responding and power is Power.ON),
        )


def bad_state(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """A node in a state the scheduler itself gives up on: failed, or with words we do not know."""
    for node in among.values():
        facts = node.scheduler
        if facts is None or facts.service not in (Service.FAILED, Service.UNKNOWN):
            continue
        yield Finding(
            id=f"bad-state:{node.name}",
            rule="bad-state",
            severity=Severity.CRITICAL if facts.service is Service.FAILED else Severity.WARNING,
            entity=f"node:{node.name}",
            title=f"{node.name} is {'+'.join(facts.state).lower()}",
            since=min(snapshot.at, (facts.reason.at if facts.reason else None) or snapshot.at),
            evidence=(
                *((facts.reason.text,) if facts.reason else ()),
                *told_by(facts),
                *last_seen(snapshot, facts),
            ),
            hits_nodes=(node.name,),
            hits_jobs=tuple(job.id for job in snapshot.jobs_on(node.name)),
            advice=f"`scontrol show node {node.name}` on the head node says what it registered with",
        )


def unjoined(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """Systems the controller shows and the scheduler does not know, while both answer. Told once for all of them."""
    if not any(node.scheduler for node in snapshot.nodes.values()):
        return
    alone = tuple(name for name, node in among.items() if node.scheduler is None and node.hardware)
    if alone:
        yield Finding(
            id="unjoined",
            rule="unjoined",
            severity=Severity.WARNING,
            entity=f"pod:{snapshot.pod}",
            title=f"{len(alone)} of the controller's systems match no node of the scheduler: {alone[0]} …",
            since=snapshot.at,
            evidence=(*alone[:16], *told_by(snapshot.nodes[alone[0]].hardware)),
            hits_nodes=alone,
            advice=f"map their host name, serial or UUID in the config: [pods.{snapshot.pod}.node_names]",
        )


def without_hardware(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """Nodes the scheduler gives out and no controller shows, while all controllers answer in full. Told once."""
    hardware = [status for name, status in snapshot.sources.items() if not name.startswith("slurm")]
    if not hardware or not all(status.trusted and not status.partial for status in hardware):
        return
    if not any(node.hardware for node in snapshot.nodes.values()):
        return
    alone = tuple(name for name, node in among.items() if node.hardware is None)
    if alone:
        yield Finding(
            id="without-hardware",
            rule="without-hardware",
            severity=Severity.WARNING,
            entity=f"pod:{snapshot.pod}",
            title=f"{len(alone)} of the scheduler's nodes are shown by no controller: {alone[0]} …",
            since=snapshot.at,
            evidence=(*alone[:16], *told_by(snapshot.nodes[alone[0]].scheduler)),
            hits_nodes=alone,
            advice=f"add their controller, or map its name for them: [pods.{snapshot.pod}.node_names]",
        )


def _why_down(facts: SchedulerFacts) -> Reason | None:
    """The reason, where it is for this: Slurm keeps the one a node was drained with when it goes down as well."""
    reason = facts.reason
    return reason if reason is not None and (reason.by_itself or "DRAIN" not in facts.state) else None


def _why(facts: SchedulerFacts) -> str:
    if facts.reason is None:
        return ": no reason given"
    return f": {facts.reason.text}" if _why_down(facts) else f", and drained: {facts.reason.text}"


def _advice(name: str, power: Power, *, stuck: bool, answers: bool) -> str:
    if stuck:
        return "watch its console while it starts; reset it once, then look at its boot source and disk"
    if answers:
        return f"it is on and answers: find out why it went, then `megapod resume {name}`"
    return "power it on" if power is Power.OFF else "look at its console; reset it if it is dead"
