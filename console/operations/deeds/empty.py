"""Waiting until closed nodes are empty. Two witnesses: the scheduler runs nothing there, and the GPUs are quiet."""

from collections.abc import Mapping
from datetime import datetime

from backends.model.node import Gpu, HardwareFacts, Service
from console.operations.deeds.close import GONE, closed, text_of
from console.operations.deeds.deed import Look, Seen, Sight, Watching
from console.operations.world import World
from console.words import count

QUIET_PCT = 5.0
REPORTED = "reported by the scheduler, not confirmed"


class Empty(Watching):
    """DRAINED. A node that was given back, or that carries another's mark, is somebody else's and stays so."""

    sources = ("slurm.nodes", "slurm.jobs")

    def __init__(self) -> None:
        self._empty_at: dict[str, datetime] = {}

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """DRAINING is not there, and neither is a drained node whose GPUs work."""
        return {name: self._sight(world, name) for name in look.nodes}

    def _sight(self, world: World, name: str) -> Sight:
        node = world.node(name)
        facts = node.scheduler if node else None
        if node is None or facts is None or facts.missing_since is not None:
            return GONE
        if not closed(facts):
            return Sight(Seen.BLOCKED, "given back by somebody else")
        mark = facts.reason.mark if facts.reason else None
        if mark is None or mark.user != world.plan.user:
            return Sight(Seen.BLOCKED, f"taken over by somebody else: {text_of(facts)}")
        jobs = world.snapshot.jobs_on(name)
        if jobs:
            ends = [job.ends_at for job in jobs]
            latest = max((end for end in ends if end), default=None) if None not in ends else None
            left = (
                f", until {latest:%H:%MZ} at most" if latest else ""
            )  # a clock time: a countdown would be news each second
            running = ", ".join(job.id for job in jobs)
            return Sight(Seen.WAITING, f"draining; job {running} {'runs' if len(jobs) == 1 else 'run'}{left}")
        if facts.service is Service.DOWN:
            return Sight(Seen.SO, "down; closed to new work")
        if facts.service is not Service.DRAINED:
            return Sight(Seen.WAITING, facts.service.value)
        return self._second_witness(world, name, node.hardware)

    def _second_witness(self, world: World, name: str, hardware: HardwareFacts | None) -> Sight:
        empty_at = self._empty_at.setdefault(name, world.clock.now())
        busy = [gpu for gpu in hardware.gpus if gpu.utilisation_pct is not None] if hardware else []
        if hardware is None or not busy:
            return Sight(Seen.SO, f"drained; {REPORTED}: no GPU telemetry")
        if why := world.silent((hardware.source,)):
            return Sight(Seen.SO, f"drained; {REPORTED}: {why}")
        if not world.fresh((hardware.source,), empty_at):
            world.poke((hardware.source,))
            return Sight(Seen.WAITING, "drained; waiting for a look at its GPUs")
        loud = [gpu for gpu in busy if _loud(gpu)]
        if loud:
            works = ", ".join(f"GPU {gpu.index} at {gpu.utilisation_pct:.0f} %" for gpu in loud)
            return Sight(Seen.WAITING, f"the scheduler calls it drained, but something works: {works}")
        return Sight(Seen.SO, f"drained; {count(len(busy), 'GPU')} quiet")


def _loud(gpu: Gpu) -> bool:
    return gpu.utilisation_pct is not None and gpu.utilisation_pct > QUIET_PCT
