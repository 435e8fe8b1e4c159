"""What a pod, and a rack of one, can be selected by."""

from collections.abc import Iterable

from msgspec import Struct

from backends.model.node import Node, Service
from backends.model.severity import Severity, worst
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState
from backends.model.topology import Kind as Part
from console.select.field import SEVERITIES, UNKNOWN, Around, Field, Kind, Reading, number, seconds_since, words
from console.select.quantity import COUNT, DURATION, HEAT, POWER
from console.views import power
from console.views.answered import answered
from console.views.racks import groups

_DOWN = frozenset({Service.DOWN, Service.FAILED})


def _out(pod: Snapshot) -> Reading:
    return number(sum(node.service.out for node in pod.nodes.values()) if answered(pod, "slurm.nodes") else None)


def _in(pod: Snapshot, *services: Service) -> Reading:
    known = answered(pod, "slurm.nodes")
    return number(sum(node.service in services for node in pod.nodes.values()) if known else None)


def _draining(pod: Snapshot) -> Reading:
    leaving = frozenset(service for service in Service if service.out) - _DOWN
    return _in(pod, *leaving)


def _up(pod: Snapshot) -> Reading:
    up = sum(not node.service.out and node.service is not Service.UNKNOWN for node in pod.nodes.values())
    return number(up if answered(pod, "slurm.nodes") else None)


def _drawn_kw(pod: Snapshot) -> Reading:
    """What the table shows."""
    rows = power.view(pod, pod.at, (Part.POD,)).rows
    return number(float(rows[0].cells[1].text) if rows else None)


def _jobs(pod: Snapshot) -> Reading:
    return number(sum(job.running for job in pod.jobs.values()) if answered(pod, "slurm.jobs") else None)


def _severity(pod: Snapshot) -> Reading:
    known = worst(*(finding.severity for finding in pod.findings))
    if known in (Severity.CRITICAL, Severity.WARNING):
        return (known.value,)
    complete = all(status.observed_at is not None for status in pod.sources.values())
    return (Severity.OK.value,) if complete and not pod.findings else UNKNOWN


def _gpus(nodes: Iterable[Node]) -> Reading:
    return number(sum(node.gpu_count for node in nodes))


def _sources(pod: Snapshot) -> Reading:
    return tuple(dict.fromkeys(status.state.value for status in pod.sources.values()))


def _seen(pod: Snapshot, around: Around) -> Reading:
    times = [status.observed_at for status in pod.sources.values() if status.observed_at is not None]
    return seconds_since(min(times, default=None), around.now)


PODS: Kind[Snapshot] = Kind(
    "pods",
    (
        Field(name="pod", also=("name",), help="its name; globs", read=lambda p, _: (p.pod,)),
        Field(
            name="mode", help="read-only or read-write", choices=("read-only", "read-write"), read=lambda p, _: _mode(p)
        ),
        Field(name="nodes", help="how many", unit=COUNT, read=lambda p, _: number(len(p.nodes))),
        Field(name="out", help="nodes that take no work", unit=COUNT, read=lambda p, _: _out(p)),
        Field(name="up", help="nodes that take work", unit=COUNT, read=lambda p, _: _up(p)),
        Field(
            name="draining",
            also=("drain",),
            help="nodes on their way out, or out",
            unit=COUNT,
            read=lambda p, _: _draining(p),
        ),
        Field(name="down", help="nodes that are", unit=COUNT, read=lambda p, _: _in(p, *_DOWN)),
        Field(name="power", also=("power_kw",), help="what it draws", unit=HEAT, read=lambda p, _: _drawn_kw(p)),
        Field(name="gpus", help="how many", unit=COUNT, read=lambda p, _: _gpus(p.nodes.values())),
        Field(name="jobs", help="running jobs", unit=COUNT, read=lambda p, _: _jobs(p)),
        Field(name="findings", help="how many", unit=COUNT, read=lambda p, _: number(len(p.findings))),
        Field(name="severity", help="of its worst finding", order=SEVERITIES, read=lambda p, _: _severity(p)),
        Field(
            name="sources",
            also=("source",),
            help="any source's state: ok failed …",
            choices=tuple(state.value for state in SourceState),
            read=lambda p, _: _sources(p),
        ),
        Field(name="seen", help="age of the source silent longest", unit=DURATION, read=_seen),
        Field(name="requests", help="a minute, by megapod", unit=COUNT, read=lambda p, _: number(p.requests_last_min)),
    ),
    of=lambda snapshot: {snapshot.pod: snapshot},
    old=lambda _pod, _source, _snapshot: False,
)


class Rack(Struct, frozen=True):
    """A rack, or what stands for one, with its nodes."""

    name: str
    nodes: tuple[Node, ...]


def _mode(pod: Snapshot) -> Reading:
    return ("read-only" if pod.read_only else "read-write",)


def _in_state(rack: Rack, state: str) -> Reading:
    return number(sum(node.service.value == state for node in rack.nodes))


def _watts(rack: Rack) -> Reading:
    known = [node.hardware.power_w if node.hardware else None for node in rack.nodes]
    said = [one for one in known if one is not None]
    return number(sum(said) if len(said) == len(known) else None)


def _health(rack: Rack) -> Reading:
    found = worst(*(node.health for node in rack.nodes))
    return UNKNOWN if found is Severity.UNKNOWN else (found.value,)


RACKS: Kind[Rack] = Kind(
    "racks",
    (
        Field(name="rack", also=("name",), help="its name; globs", read=lambda r, _: (r.name,)),
        Field(name="pod", help="the pod it is of", read=lambda _, a: (a.snapshot.pod,)),
        Field(
            name="kind",
            help="rack or switch",
            choices=("rack", "switch"),
            read=lambda r, _: words("rack" if r.nodes[0].rack else "switch"),
        ),
        Field(name="nodes", help="how many", unit=COUNT, read=lambda r, _: number(len(r.nodes))),
        Field(name="gpus", help="how many", unit=COUNT, read=lambda r, _: _gpus(r.nodes)),
        Field(name="idle", help="nodes that are", unit=COUNT, read=lambda r, _: _in_state(r, "idle")),
        Field(name="draining", help="nodes that are", unit=COUNT, read=lambda r, _: _in_state(r, "draining")),
        Field(name="drained", help="nodes that are", unit=COUNT, read=lambda r, _: _in_state(r, "drained")),
        Field(name="down", help="nodes that are", unit=COUNT, read=lambda r, _: _in_state(r, "down")),
        Field(name="health", help="of its worst node", order=SEVERITIES, read=lambda r, _: _health(r)),
        Field(name="watts", also=("power_w",), help="all its nodes draw", unit=POWER, read=lambda r, _: _watts(r)),
    ),
    of=lambda snapshot: {name: Rack(name, tuple(nodes)) for name, nodes in groups(snapshot).items()},
    old=lambda _rack, _source, _snapshot: False,
)
