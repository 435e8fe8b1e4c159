"""What has changed from one snapshot to the next, as an operator would tell it: findings, service, power, sources.

Nodes that did the same thing at the same time are told together. Work that comes and goes on a healthy node is no
change: it would bury the rest.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from msgspec import Struct

from backends.model.finding import Finding
from backends.model.node import Node, Power, Service
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState, SourceStatus
from console.targets import fold
from console.words import age

_AT_WORK = frozenset({Service.IDLE, Service.MIXED, Service.ALLOCATED, Service.COMPLETING, Service.RESERVED})
_BAD = frozenset({Service.DOWN, Service.FAILED})


class Change(Struct, frozen=True, kw_only=True):
    """One thing that changed. `source` says whose word it is; `entity` is an id of the pod's, or a node set."""

    at: datetime
    severity: Severity
    source: str
    entity: str
    text: str


def changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """The changes, told at the time of the later snapshot. The first answer of a source changes nothing."""
    told = {finding.title for finding in after.findings}
    yield from (change for change in _sources(before, after) if change.text not in told)
    if before.findings is not after.findings:
        yield from _findings(before, after)
    if before.nodes is not after.nodes:
        yield from _nodes(before, after, "scheduler", _service)
        yield from _nodes(before, after, "hardware", _power)


def _findings(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    old = {finding.id: finding for finding in before.findings}
    new = {finding.id: finding for finding in after.findings}
    for identity, finding in new.items():
        was = old.get(identity)
        if was is None:
            yield _of_finding(finding, after.at, finding.severity, finding.title)
        elif was.severity is not finding.severity:
            yield _of_finding(finding, after.at, finding.severity, f"now {finding.severity.value}: {finding.title}")
    for identity, finding in old.items():
        if identity not in new and not _silent(after, finding):
            lasted = age(finding.since, after.at)
            yield _of_finding(finding, after.at, Severity.OK, f"over after {lasted}: {finding.title}")


def _silent(snapshot: Snapshot, finding: Finding) -> bool:
    """Whether it is about a source that is silent still: others have joined it, and all are told as one."""
    status = snapshot.sources.get(finding.entity.removeprefix("source:"))
    return status is not None and status.state is not SourceState.PENDING and not status.trusted


def _of_finding(finding: Finding, at: datetime, severity: Severity, text: str) -> Change:
    return Change(at=at, severity=severity, source="finding", entity=finding.entity, text=text)


def _sources(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    for name, status in after.sources.items():
        was = before.sources.get(name)
        if was is None or was.state is status.state or SourceState.PENDING in (was.state, status.state):
            continue
        if was.trusted != status.trusted:
            yield _of_source(status, was, after.at)


def _of_source(status: SourceStatus, was: SourceStatus, at: datetime) -> Change:
    if status.trusted:
        text, severity = f"answers again after {age(was.failing_since, at)}", Severity.OK
    else:
        text, severity = f"{status.state.value}: {status.error or 'no answer'}", Severity.WARNING
    entity = f"source:{status.name}"
    return Change(at=at, severity=severity, source=status.name, entity=entity, text=f"{status.name} {text}")


Told = tuple[str, Severity, str]
"""What a node did, how bad that is, and whose word it is."""

Tell = Callable[[Node, Node], Told | None]


def _nodes(
    before: Snapshot, after: Snapshot, witness: str, tell: Callable[[Node, Node], Told | None]
) -> Iterator[Change]:
    did: dict[Told, list[str]] = {}
    for name, node in after.nodes.items():
        was = before.nodes.get(name)
        if was is None or was is node or getattr(was, witness) is getattr(node, witness):
            continue
        told = tell(was, node)
        if told is not None:
            did.setdefault(told, []).append(name)
    for (text, severity, source), names in did.items():
        folded = fold(names)
        entity = f"node:{names[0]}" if len(names) == 1 else folded
        yield Change(at=after.at, severity=severity, source=source, entity=entity, text=f"{folded} {text}")


def _service(was: Node, node: Node) -> Told | None:
    if was.scheduler is None or node.scheduler is None or was.service is node.service:
        return None
    if was.service in _AT_WORK and node.service in _AT_WORK:
        return None
    reason = f": {node.scheduler.reason.text}" if node.service.out and node.scheduler.reason else ""
    severity = Severity.CRITICAL if node.service in _BAD else Severity.WARNING if node.service.out else Severity.OK
    return f"{was.service.value} -> {node.service.value}{reason}", severity, node.scheduler.source


def _power(was: Node, node: Node) -> Told | None:
    if was.hardware is None or node.hardware is None or was.power is node.power:
        return None
    severity = Severity.OK if node.power is Power.ON else Severity.WARNING
    return f"power {was.power.value} -> {node.power.value}", severity, node.hardware.source
