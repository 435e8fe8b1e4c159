"""The journal of a simulated node: its boots, its jobs, and what its kernel wrote of each fault in its tray.

It is made of the world when it is read, as the log of its controller is: the two never tell different stories. The
words are those of Linux, the NVIDIA driver (its Xid numbers), DCGM and slurmd.
"""

from collections.abc import Iterator

from msgspec import Struct

from backends.simulator.alarm import Entry
from backends.simulator.job import SimJob
from backends.simulator.node import Boot, SimNode
from backends.simulator.world import World

ERR, WARNING, NOTICE, INFO = 3, 4, 5, 6
"""Syslog's levels (RFC 5424)."""
KERNEL = "kernel"
_DCGM = "nv-hostengine"
_SLURMD = "slurmd"
_BUS = ("0008:01:00", "0009:01:00", "0018:01:00", "0019:01:00")


class Line(Struct, frozen=True, order=True):
    """One line: the simulated second, who wrote it, what, and its syslog level."""

    at_s: float
    by: str
    text: str
    level: int


def journal(world: World, node: SimNode) -> list[Line]:
    """All of a node's lines, the oldest first. What its OS was not up to write is not there."""
    boots = [*list(node.boots)[:-1], node.last_boot]
    return sorted([*_started(node, boots), *_faults(world, node, boots), *_jobs(world, node)])


def _started(node: SimNode, boots: list[Boot]) -> Iterator[Line]:
    for boot in boots:
        if boot.up_s is None:
            continue
        yield Line(
            boot.up_s - 8, KERNEL, "Linux version 6.8.0-1024-nvidia-64k (aarch64), booted from the network", NOTICE
        )
        for gpu in node.gpus:
            yield Line(boot.up_s - 5, KERNEL, f"NVRM: GPU {_bus(gpu.index)} initialised, {gpu.uuid}", INFO)
        yield Line(boot.up_s - 2, "systemd", "Reached target multi-user.target - Multi-User System.", INFO)
        yield Line(boot.up_s, _SLURMD, f"slurmd started on {node.name}", INFO)


def _faults(world: World, node: SimNode, boots: list[Boot]) -> Iterator[Line]:
    own = (f"Systems/{node.name}/", f"Chassis/{node.tray}/")
    down = [(boot.began_s, boot.up_s or world.now_s) for boot in boots]
    for entry in world.alarms.history:
        if entry.origin.startswith(own) and not any(off <= entry.at_s < up for off, up in down):
            yield from _written(node, entry)


def _written(node: SimNode, entry: Entry) -> Iterator[Line]:
    """What the OS writes when it comes to pass; of an end it only tells where a driver does."""
    index = next((gpu.index for gpu in node.gpus if f"GPU_{gpu.index}" in f"{entry.origin}/".replace("_DRAM", "/")), 0)
    at, settled, bus = entry.at_s, entry.severity == "OK", _bus(index)
    link = entry.origin.rpartition("NVLink_")[2]
    match entry.topic, settled:
        case "xid", False:
            yield Line(at, KERNEL, f"NVRM: Xid (PCI:{bus}): 95, Uncontained: UNCORRECTABLE error, reset required", ERR)
        case "lost", False:
            yield Line(at, KERNEL, f"NVRM: Xid (PCI:{bus}): 79, GPU has fallen off the bus.", ERR)
            yield Line(at, KERNEL, f"NVRM: GPU {bus}: GPU has fallen off the bus.", ERR)
        case "ecc", False if "/Memory/" in entry.origin:
            yield Line(at, KERNEL, f"NVRM: Xid (PCI:{bus}): 48, An uncorrectable double bit error (DBE) occurred", ERR)
            yield Line(at, KERNEL, f"NVRM: Xid (PCI:{bus}): 63, Row Remapper: row marked for remapping", WARNING)
        case "link", False if "NVLink_" in entry.origin:
            yield Line(at, KERNEL, f"NVRM: Xid (PCI:{bus}): 74, NVLink: fatal error detected on link {link}", ERR)
        case "link", True if "NVLink_" in entry.origin:
            yield Line(at, KERNEL, f"NVRM: GPU {bus}: NVLink {link} trained again", NOTICE)
        case "temperature", False:
            yield Line(at, _DCGM, f"Detected clocks event due to thermal violation in GPU {index}", WARNING)
        case _:
            return


def _jobs(world: World, node: SimNode) -> Iterator[Line]:
    for job in world.scheduler.jobs.values():
        if node.name in job.nodes and job.started_s is not None:
            yield from _job(job, job.started_s)


def _job(job: SimJob, started_s: float) -> Iterator[Line]:
    step = f"StepId={job.number}.batch"
    yield Line(started_s, _SLURMD, f"launch task {step} request from UID of {job.request.user}", INFO)
    if job.ended_s is not None:
        level = INFO if job.state == "COMPLETED" else WARNING
        yield Line(job.ended_s, _SLURMD, f"{step} done with job: {job.state}", level)


def _bus(index: int) -> str:
    """The PCI address of a GPU: two on each of the tray's two boards."""
    return _BUS[index % len(_BUS)]
