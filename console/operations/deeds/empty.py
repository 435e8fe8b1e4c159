"""Waiting until closed nodes are empty. Two witnesses: the scheduler runs nothing there, and the GPUs are quiet."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from backends.model.job import Job
from backends.model.node import Gpu, HardwareFacts, SchedulerFacts, Service
from console.operations.deeds.close import GONE, taken_down, text_of
from console.operations.deeds.deed import Look, Seen, Sight, Watching
from console.operations.outline import closed
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
        blocked = _another_s(facts, world.plan.user)
        jobs = world.snapshot.jobs_on(name)
        if blocked or jobs:
            return blocked or Sight(Seen.WAITING, _running(jobs))
        if facts.service is Service.DOWN:
            return Sight(Seen.SO, "down; closed to new work")
        if facts.service is not Service.DRAINED:
            return Sight(Seen.WAITING, facts.service.value)
        return self._second_witness(world, name, node.hardware)

    def _second_witness(self, world: World, name: str, hardware: HardwareFacts | None) -> Sight:
        empty_at = self._empty_at.setdefault(name, world.clock.now())
        busy = [gpu for gpu in hardware.gpus if gpu.utilisation_pct is not None] if hardware else []
        if hardware is None and world.awaited(world.hardware_sources):
            return Sight(Seen.WAITING, "drained; waiting for a look at its GPUs")
        if hardware is None or not busy:
            why = world.silent(world.hardware_sources) if hardware is None else ""
            return Sight(Seen.SO, f"drained; {REPORTED}: {why or 'no GPU telemetry'}")
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


def _another_s(facts: SchedulerFacts, user: str) -> Sight | None:
    if not closed(facts):
        return taken_down(facts) or Sight(Seen.BLOCKED, "given back by somebody else")
    mark = facts.reason.mark if facts.reason else None
    if mark is None or mark.user != user:
        return taken_down(facts) or Sight(Seen.BLOCKED, f"taken over by somebody else: {text_of(facts)}")
    return None


def _running(jobs: Sequence[Job]) -> str:
    """Which jobs, and until when at most: a clock time, as a countdown would be news each second."""
    ends = [job.ends_at for job in jobs]
    latest = None if None in ends else max((end for end in ends if end), default=None)
    left = f", until {latest:%H:%MZ} at most" if latest else ""
    return f"draining; job {', '.join(job.id for job in jobs)} {'runs' if len(jobs) == 1 else 'run'}{left}"


def _loud(gpu: Gpu) -> bool:
    return gpu.utilisation_pct is not None and gpu.utilisation_pct > QUIET_PCT
