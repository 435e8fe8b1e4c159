"""Findings from the GPUs' own readings: throttling, memory errors, links, silence."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from backends.model.finding import Finding
from backends.model.node import Gpu, Node, Power
from backends.model.plant import Condition
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.insight.evidence import last_seen, told_by
from console.insight.node_finding import node_finding

_AS_ASKED = frozenset({"swpowercap", "applicationsclockssetting", "clocklimit", "syncboost"})
"""What slows a healthy GPU under full load, or because somebody asked for it: its own power limit, a clock set."""

_POWER = ("power", "brake")

_HOT_C = 85.0
"""A little below where data centre GPUs begin to slow down (87 to 92): the last reading may be some seconds old."""

_HEAT = ("temperature", "thermal", "heat", "throttl")

Among = Mapping[str, Node]
"""The nodes that a rule has to look at: `console.insight.suspects`."""


def throttled(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """GPUs that their hardware slows down for heat: jobs there are slower, and so is every node of their gangs."""
    for node, slow in _where(among, lambda gpu: bool(_forced(gpu)) and not _capped(gpu)):
        yield _slowed(snapshot, node, slow, "throttled")


def power_capped(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """GPUs that are held below what they were given to draw: supplies cannot carry more."""
    for node, slow in _where(among, _capped):
        yield _slowed(snapshot, node, slow, "power-capped")


def memory_errors(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """Uncorrectable memory errors of a GPU that is not called well.

    The counts are for life: a GPU that had its bad rows mapped out years ago, and is OK since, is no finding.
    """
    for node, bad in _where(among, lambda gpu: bool(gpu.ecc_uncorrectable) and gpu.health is not Severity.OK):
        title = f"{node.name}: uncorrectable memory errors on {_gpus(bad)}"
        evidence = tuple(f"gpu {gpu.index}: {gpu.ecc_uncorrectable} uncorrectable" for gpu in bad)
        yield _about(snapshot, node, "gpu-ecc", Severity.CRITICAL, title, evidence, bad)


def links_down(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """NVLinks that are not trained, on nodes that have power: without it there is no link to expect."""
    for node, bad in _where(among, _some_down):
        if node.power in (Power.ON, Power.UNKNOWN):
            title = f"{node.name}: NVLinks down on {_gpus(bad)}"
            evidence = tuple(f"gpu {gpu.index}: {gpu.nvlinks_up} of {gpu.nvlinks} up" for gpu in bad)
            yield _about(snapshot, node, "nvlink-down", Severity.CRITICAL, title, evidence, bad)


def telemetry_silent(snapshot: Snapshot, among: Among) -> Iterator[Finding]:
    """A node that is on and reads no GPU, while others of its model do. A whole silent model says nothing."""
    for node in among.values():
        facts = node.hardware
        if facts is None or not facts.gpus or node.power is not Power.ON or snapshot.stale(facts):
            continue
        if not any(gpu.reads for gpu in facts.gpus) and _speaks(snapshot, facts.model):
            title = f"{node.name} is on, and its GPUs tell nothing"
            evidence = (f"{len(facts.gpus)} GPUs listed, none with a temperature or power",)
            yield _about(snapshot, node, "telemetry-silent", Severity.WARNING, title, evidence, ())


def dead(gpu: Gpu) -> bool:
    """Whether a GPU is on the list, called Critical, and gives no reading any more: it fell off the bus."""
    return gpu.health is Severity.CRITICAL and not gpu.reads


def overheated(gpu: Gpu, said: Iterable[Condition]) -> bool:
    """Whether a Critical GPU is so for heat: by its controller's own words, else by what it reads."""
    words = [one.message.lower() for one in said if one.severity is Severity.CRITICAL]
    telling = [text for text in words if not ("health" in text and "changed" in text)]
    if telling:
        return all(any(word in text for word in _HEAT) for text in telling)
    return bool(_forced(gpu)) or (gpu.temp_c is not None and gpu.temp_c >= _HOT_C)


def _slowed(snapshot: Snapshot, node: Node, slow: tuple[Gpu, ...], rule: str) -> Finding:
    causes = ", ".join(dict.fromkeys(cause for gpu in slow for cause in _forced(gpu)))
    title = f"{node.name}: {_gpus(slow)} throttled ({causes})"
    evidence = tuple(f"gpu {gpu.index}: {_temp(gpu)}, {', '.join(_forced(gpu))}" for gpu in slow)
    return _about(snapshot, node, rule, Severity.WARNING, title, evidence, slow)


def _forced(gpu: Gpu) -> tuple[str, ...]:
    return tuple(cause for cause in gpu.throttle if "".join(filter(str.isalpha, cause)).lower() not in _AS_ASKED)


def _capped(gpu: Gpu) -> bool:
    causes = _forced(gpu)
    return bool(causes) and all(any(word in cause.lower() for word in _POWER) for cause in causes)


def _some_down(gpu: Gpu) -> bool:
    return gpu.nvlinks is not None and gpu.nvlinks_up is not None and gpu.nvlinks_up < gpu.nvlinks


def _speaks(snapshot: Snapshot, model: str) -> bool:
    """Whether some node of a model reads a GPU."""
    hardware = (node.hardware for node in snapshot.nodes.values())
    return any(facts and facts.model == model and any(gpu.reads for gpu in facts.gpus) for facts in hardware)


def _where(among: Among, wrong: Callable[[Gpu], bool]) -> Iterator[tuple[Node, tuple[Gpu, ...]]]:
    for node in among.values():
        found = tuple(gpu for gpu in node.hardware.gpus if wrong(gpu)) if node.hardware else ()
        if found:
            yield node, found


def _gpus(gpus: tuple[Gpu, ...]) -> str:
    return f"gpu {','.join(str(gpu.index) for gpu in gpus)}"


def _temp(gpu: Gpu) -> str:
    return "temperature not known" if gpu.temp_c is None else f"{gpu.temp_c:.0f} °C"


_ADVICE = {
    "throttled": "look at its cooling first: `b` shows what it stands on",
    "power-capped": "look at its supplies and shelves first: `b` shows what it stands on",
    "gpu-ecc": "drain it, then reset the GPU; replace it if they come back",
    "nvlink-down": "drain it; reset the GPU or reseat the tray",
    "telemetry-silent": "restart its controller's telemetry, or the controller; jobs there go on",
}


def _about(  # noqa: PLR0913, PLR0917 - a finding's parts
    snapshot: Snapshot,
    node: Node,
    rule: str,
    severity: Severity,
    title: str,
    evidence: tuple[str, ...],
    gpus: tuple[Gpu, ...],
) -> Finding:
    facts = node.hardware
    more = (*told_by(facts), *(last_seen(snapshot, facts) if facts else ()))
    return node_finding(
        snapshot,
        node,
        rule=rule,
        severity=severity,
        title=title,
        evidence=(*evidence, *more),
        advice=_ADVICE[rule],
        gpus=tuple(gpu.index for gpu in gpus),
    )
