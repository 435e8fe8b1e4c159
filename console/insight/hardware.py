"""Findings from what the controllers say, and from where they and the scheduler disagree."""

from collections.abc import Iterator

from backends.model.finding import Finding
from backends.model.node import Gpu, Node, Power, Service
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.insight.evidence import last_seen
from console.insight.node_finding import node_finding

_BAD = (Severity.CRITICAL, Severity.WARNING)
_EXPECTED_OFF = (Service.DOWN, Service.POWERED_DOWN, Service.DRAINED, Service.REBOOTING, Service.UNKNOWN)


def power_off(snapshot: Snapshot) -> Iterator[Finding]:
    """The controller says Off, the scheduler still counts on the node: the sources disagree, and jobs will fail."""
    for node in snapshot.nodes.values():
        if node.power is not Power.OFF or snapshot.stale(node.hardware):
            continue
        if node.scheduler is None or snapshot.stale(node.scheduler) or node.service in _EXPECTED_OFF:
            continue
        yield node_finding(
            snapshot,
            node,
            rule="off-but-scheduled",
            severity=Severity.CRITICAL,
            title=f"{node.name} is switched off, but the scheduler says {node.service.value}",
            evidence=(f"power: {node.power.value}", f"scheduler: {'+'.join(node.scheduler.state).lower()}"),
            advice=f"`megapod drain {node.name}` keeps jobs away until it is back on",
        )


def node_health(snapshot: Snapshot) -> Iterator[Finding]:
    """The controller's own verdict on a system."""
    for node in snapshot.nodes.values():
        if node.hardware and node.health in _BAD and not _explained(node):
            yield node_finding(
                snapshot,
                node,
                rule="node-health",
                severity=node.health,
                title=f"{node.name} reports {node.health.value}",
                evidence=(
                    f"health: {node.health.value}",
                    f"state: {node.hardware.state or 'not known'}",
                    *last_seen(snapshot, node.hardware),
                ),
                advice="read its controller's log",
            )


def gpu_health(snapshot: Snapshot) -> Iterator[Finding]:
    """GPUs the controller calls sick, told once a node."""
    for node in snapshot.nodes.values():
        sick = _sick_gpus(node)
        if not sick or node.hardware is None:
            continue
        indices = ",".join(str(gpu.index) for gpu in sick)
        severity = min((gpu.health for gpu in sick), key=lambda health: health.rank)
        yield node_finding(
            snapshot,
            node,
            rule="gpu-health",
            severity=severity,
            title=f"{node.name} gpu {indices} reports {severity.value}",
            evidence=(*map(_reading, sick), *last_seen(snapshot, node.hardware)),
            advice=f"`megapod drain {node.name}`, then test or replace the GPU",
        )


def gpus_missing(snapshot: Snapshot) -> Iterator[Finding]:
    """Fewer GPUs on the controller's list than the scheduler gives out. No list at all says nothing."""
    for node in snapshot.nodes.values():
        if node.scheduler is None or node.hardware is None or node.power is not Power.ON:
            continue
        seen, given = len(node.hardware.gpus), node.scheduler.gpus
        if 0 < seen < given and not snapshot.stale(node.hardware) and not snapshot.stale(node.scheduler):
            yield node_finding(
                snapshot,
                node,
                rule="gpu-missing",
                severity=Severity.CRITICAL,
                title=f"{node.name}: the controller sees {seen} GPUs, the scheduler gives out {given}",
                evidence=(f"controller: {seen}", f"scheduler: {given}"),
                advice=f"`megapod drain {node.name}`; a power cycle brings back a GPU that fell off the bus",
            )


def _sick_gpus(node: Node) -> tuple[Gpu, ...]:
    return tuple(gpu for gpu in node.hardware.gpus if gpu.health in _BAD) if node.hardware else ()


def _explained(node: Node) -> bool:
    """Whether its sick GPUs account for the system's verdict: a Warning on a GPU does not explain a Critical system."""
    return any(gpu.health.rank <= node.health.rank for gpu in _sick_gpus(node))


def _reading(gpu: Gpu) -> str:
    return f"gpu {gpu.index}: {gpu.health.value}" + (f", {gpu.temp_c:.0f} °C" if gpu.temp_c is not None else "")
