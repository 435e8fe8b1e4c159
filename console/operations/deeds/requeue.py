"""Putting the jobs of closed nodes back into the queue, after a grace in which they may end by themselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from backends.errors import BackendError
from backends.model.job import Job
from console.operations.deeds.close import GONE, taken_down
from console.operations.deeds.deed import ASKED, Deed, Effect, Look, Seen, Sight
from console.operations.outline import closed
from console.operations.result import Outcome
from console.operations.step import Step
from console.operations.world import World

Run = tuple[str, datetime | None]


class Requeue(Deed):
    """`args["grace_s"]`: how long they are left alone.

    A job is asked for once in each of its runs: a gang over several nodes is one job, and one that the scheduler has
    started again elsewhere is another run. Repeating is safe as the nodes are closed: what runs there ran there before.
    """

    sources = ("slurm.nodes", "slurm.jobs")
    missed = Outcome.TIMED_OUT

    def __init__(self) -> None:
        self._asked: set[Run] = set()
        self._refused: BackendError | None = None

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """So is: no job holds the node."""
        grace = timedelta(seconds=float(look.step.args.get("grace_s", "0")))
        sights: dict[str, Sight] = {}
        for name in look.nodes:
            sights[name] = self._sight(world, name, look.begun_at[name] + grace)
        return sights

    def _sight(self, world: World, name: str, spared_until: datetime) -> Sight:
        node = world.node(name)
        if node is None or node.scheduler is None:
            return GONE
        if not closed(node.scheduler):
            return taken_down(node.scheduler) or Sight(Seen.BLOCKED, "given back by somebody else")
        jobs = world.snapshot.jobs_on(name)
        if not jobs:
            return Sight(Seen.SO, "no job left")
        names = ", ".join(job.id for job in jobs)
        if world.clock.now() < spared_until:
            return Sight(Seen.WAITING, f"job {names} may go on until {spared_until:%H:%M:%SZ}")
        if all("COMPLETING" in job.state for job in jobs):
            return Sight(Seen.WAITING, f"job {names} is ending")
        return Sight(Seen.NEEDED, f"job {names} still runs")

    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Effect:  # noqa: ARG002 - a port
        """One command for the jobs that have not been asked for yet."""
        jobs = {_run(job): job for name in nodes for job in world.snapshot.jobs_on(name)}
        due = {run: job for run, job in jobs.items() if run not in self._asked and "COMPLETING" not in job.state}
        self._asked.update(due)
        if due:
            try:
                await world.scheduler.requeue([job.id for job in due.values()])
            except BackendError as error:
                self._refused = error
        if self._refused is not None:  # a gang's other nodes ask for the same job: they hear the same refusal
            raise self._refused
        return ASKED


def _run(job: Job) -> Run:
    return job.id, job.started_at
