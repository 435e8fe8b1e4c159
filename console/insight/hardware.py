"""Findings from what the controllers say, and from where they and the scheduler disagree."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from backends.model.finding import Finding
from backends.model.node import Gpu, HardwareFacts, Node, Power, Service
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.insight.evidence import BAD, conditions, last_seen, told_by
from console.insight.gpus import Among, dead
from console.insight.node_finding import node_finding
from console.words import count

_EXPECTED_OFF = (Service.DOWN, Service.POWERED_DOWN, Service.DRAINED, Service.REBOOTING, Service.UNKNOWN)
_ALIKE_LEAST = 3

T = TypeVar("T")


def power_off(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """The controller says Off, the scheduler still counts on the node: the sources disagree, and jobs will fail."""
    for node in among.values():
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
            evidence=(
                f"power: {node.power.value}",
                f"scheduler: {'+'.join(node.scheduler.state).lower()}",
                *told_by(node.hardware, node.scheduler),
            ),
            advice=f"`megapod drain {node.name}` keeps jobs away until it is back on",
        )


def node_health(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """The controller's own verdict on a system."""
    for node in among.values():
        if node.hardware and node.health in BAD and not _explained(node):
            yield node_finding(
                snapshot,
                node,
                rule="node-health",
                severity=node.health,
                title=f"{node.name} reports {node.health.value}",
                evidence=(
                    f"health: {node.health.value}",
                    f"state: {node.hardware.state or 'not known'}",
                    *told_by(node.hardware),
                    *last_seen(snapshot, node.hardware),
                ),
                advice="read its controller's log",
            )


def gpu_health(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """GPUs the controller calls sick, told once a node."""
    for node in among.values():
        sick = tuple(gpu for gpu in _sick_gpus(node) if not _gone(node, gpu))
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
            evidence=(*map(_reading, sick), *told_by(node.hardware), *last_seen(snapshot, node.hardware)),
            advice=f"`megapod drain {node.name}`, then test or replace the GPU",
            gpus=tuple(gpu.index for gpu in sick),
        )


def gpus_missing(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """GPUs that fell off the bus: listed and dead, or fewer than there should be.

    How many there should be the scheduler says, where it gives GPUs out; else the other nodes of the model. A list
    that is empty says nothing, unless the others' are not.
    """
    lists = _counted((one.model, len(one.gpus)) for one in _hardware(snapshot) if one.power is Power.ON)
    usual = _usual_gpus(lists)
    alike = all(len(counts) == 1 for counts in lists.values())  # as nearly always: then none has fewer than its model
    for node in (among if alike else snapshot.nodes).values():
        if node.hardware is None or node.power is not Power.ON:
            continue
        listed, siblings = len(node.hardware.gpus), usual.get(node.hardware.model, 0)
        gone = tuple(gpu.index for gpu in node.hardware.gpus if _gone(node, gpu))
        given = node.scheduler.gpus if node.scheduler and not snapshot.stale(node.scheduler) else 0
        wanted = given or siblings
        short = not snapshot.stale(node.hardware) and listed < wanted and bool(listed or siblings)
        if not short and not gone:
            continue
        seen = listed - len(gone)
        whose = f"the scheduler gives out {given}" if given else f"others of its model have {siblings or listed}"
        yield node_finding(
            snapshot,
            node,
            rule="gpu-missing",
            severity=Severity.CRITICAL,
            title=f"{node.name}: the controller sees {count(seen, 'GPU')}, {whose}",
            evidence=(
                f"controller: {seen}",
                *((f"scheduler: {given}",) if given else ()),
                *((f"others of {node.hardware.model or 'its model'}: {siblings}",) if siblings else ()),
                *(f"gpu {index}: Critical, and gives no reading" for index in gone),
                *told_by(node.hardware, node.scheduler),
                *last_seen(snapshot, node.hardware),
            ),
            advice=f"`megapod drain {node.name}`; a power cycle brings back a GPU that fell off the bus",
            gpus=() if short else gone,
        )


def _hardware(snapshot: Snapshot) -> Iterator[HardwareFacts]:
    return (node.hardware for node in snapshot.nodes.values() if node.hardware is not None)


def _counted(told: Iterable[tuple[str, T]]) -> dict[str, Counter[T]]:
    """By model how many nodes tell what."""
    found: dict[str, Counter[T]] = {}
    for (model, one), number in Counter(told).items():
        found.setdefault(model, Counter())[one] = number
    return found


def _usual_gpus(lists: Mapping[str, Counter[int]]) -> dict[str, int]:
    """How many GPUs most nodes of a model list, where three and more than half of them agree."""
    usual = {model: counts.most_common(1)[0] for model, counts in lists.items()}
    return {
        model: number
        for model, (number, most) in usual.items()
        if most >= _ALIKE_LEAST and most * 2 > lists[model].total()
    }


def firmware_drift(snapshot: Snapshot) -> Iterator[Finding]:
    """Nodes of one model whose firmware is not that of most of them: gangs across them fail in odd ways."""
    for model, counts in _counted((facts.model, facts.bios) for facts in _hardware(snapshot) if facts.bios).items():
        (usual, most), *_ = counts.most_common(1)
        if len(counts) == 1 or most < _ALIKE_LEAST or most * 2 <= counts.total():
            continue
        odd = [
            node
            for node in snapshot.nodes.values()
            if node.hardware and node.hardware.model == model and node.hardware.bios not in ("", usual)
        ]
        names = tuple(node.name for node in odd)
        yield Finding(
            id=f"firmware-drift:{model}",
            rule="firmware-drift",
            severity=Severity.WARNING,
            entity=f"node:{names[0]}" if len(names) == 1 else f"pod:{snapshot.pod}",
            title=f"firmware of {len(names)} of {counts.total()} nodes ({model or 'no model told'}) is not {usual}",
            since=snapshot.at,
            evidence=(
                *(f"{node.name}: {node.hardware.bios}" for node in odd[:16] if node.hardware),
                f"{usual}: the other {most}",
                *told_by(odd[0].hardware),
            ),
            hits_nodes=names,
            hits_jobs=tuple(dict.fromkeys(job.id for name in names for job in snapshot.jobs_on(name))),
            advice="bring them to one version when they are next empty",
        )


def log_critical(snapshot: Snapshot) -> Iterator[Finding]:
    """What only a node's own log calls critical: small controllers keep a lost GPU to that."""
    if not any(one.log for one in snapshot.conditions):
        return
    for node in snapshot.nodes.values():
        told = [one for one in conditions(snapshot, f"node:{node.name}") if one.log]
        if not told or node.hardware is None:
            continue
        newest, *more = told
        yield node_finding(
            snapshot,
            node,
            rule="log-critical",
            severity=Severity.WARNING,
            title=f"{node.name}'s log: {newest.message}{f' (and {len(more)} more)' if more else ''}",
            evidence=(*told_by(node.hardware), *last_seen(snapshot, node.hardware), f"in {newest.log}"),
            advice=f"`megapod logs {node.name}` has all of it; look at the node, then resolve or clear the entry",
        )


def _sick_gpus(node: Node) -> tuple[Gpu, ...]:
    return tuple(gpu for gpu in node.hardware.gpus if gpu.health in BAD) if node.hardware else ()


def _gone(node: Node, gpu: Gpu) -> bool:
    """Whether a GPU is dead on a node that is on. Where no GPU of the node reads, silence proves nothing."""
    return dead(gpu) and node.power is Power.ON and not all(map(dead, node.hardware.gpus if node.hardware else ()))


def _explained(node: Node) -> bool:
    """Whether its sick GPUs account for the system's verdict: a Warning on a GPU does not explain a Critical system."""
    return any(gpu.health.rank <= node.health.rank for gpu in _sick_gpus(node))


def _reading(gpu: Gpu) -> str:
    return f"gpu {gpu.index}: {gpu.health.value}" + (f", {gpu.temp_c:.0f} °C" if gpu.temp_c is not None else "")
