"""Findings from the GPUs' own readings: throttling, memory errors, links."""

from collections.abc import Callable, Iterator

from backends.model.finding import Finding
from backends.model.node import Gpu, Node
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.insight.node_finding import node_finding


def throttled(snapshot: Snapshot) -> Iterator[Finding]:
    """GPUs that their hardware slows down: jobs there are slower, and so is every node of their gangs."""
    for node, slow in _where(snapshot, lambda gpu: bool(gpu.throttle)):
        causes = ", ".join(dict.fromkeys(cause for gpu in slow for cause in gpu.throttle))
        title = f"{node.name}: {_gpus(slow)} throttled ({causes})"
        evidence = tuple(f"gpu {gpu.index}: {_temp(gpu)}, {', '.join(gpu.throttle)}" for gpu in slow)
        yield _about(snapshot, node, "throttled", Severity.WARNING, title, evidence)


def memory_errors(snapshot: Snapshot) -> Iterator[Finding]:
    """Uncorrectable memory errors. The counts are for the life of the GPU: any at all want an operator's eye."""
    for node, bad in _where(snapshot, lambda gpu: bool(gpu.ecc_uncorrectable)):
        title = f"{node.name}: uncorrectable memory errors on {_gpus(bad)}"
        evidence = tuple(f"gpu {gpu.index}: {gpu.ecc_uncorrectable} uncorrectable" for gpu in bad)
        yield _about(snapshot, node, "gpu-ecc", Severity.CRITICAL, title, evidence)


def links_down(snapshot: Snapshot) -> Iterator[Finding]:
    """NVLinks that are not trained."""
    for node, bad in _where(snapshot, _some_down):
        title = f"{node.name}: NVLinks down on {_gpus(bad)}"
        evidence = tuple(f"gpu {gpu.index}: {gpu.nvlinks_up} of {gpu.nvlinks} up" for gpu in bad)
        yield _about(snapshot, node, "nvlink-down", Severity.CRITICAL, title, evidence)


def _some_down(gpu: Gpu) -> bool:
    return gpu.nvlinks is not None and gpu.nvlinks_up is not None and gpu.nvlinks_up < gpu.nvlinks


def _where(snapshot: Snapshot, wrong: Callable[[Gpu], bool]) -> Iterator[tuple[Node, tuple[Gpu, ...]]]:
    for node in snapshot.nodes.values():
        if node.hardware is None or snapshot.stale(node.hardware):
            continue
        found = tuple(gpu for gpu in node.hardware.gpus if wrong(gpu))
        if found:
            yield node, found


def _gpus(gpus: tuple[Gpu, ...]) -> str:
    return f"gpu {','.join(str(gpu.index) for gpu in gpus)}"


def _temp(gpu: Gpu) -> str:
    return "temperature not known" if gpu.temp_c is None else f"{gpu.temp_c:.0f} °C"


_ADVICE = {
    "throttled": "look at its cooling first: `b` shows what it stands on",
    "gpu-ecc": "drain it, then reset the GPU; replace it if they come back",
    "nvlink-down": "drain it; reset the GPU or reseat the tray",
}


def _about(
    snapshot: Snapshot, node: Node, rule: str, severity: Severity, title: str, evidence: tuple[str, ...]
) -> Finding:
    return node_finding(
        snapshot, node, rule=rule, severity=severity, title=title, evidence=evidence, advice=_ADVICE[rule]
    )
