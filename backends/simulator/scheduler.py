"""What slurmctld does in a simulated pod: the queue, the gangs and their ends, and what operators tell it of nodes."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from backends.simulator.agenda import Agenda
from backends.simulator.folding import fold
from backends.simulator.job import JobRequest, SimJob
from backends.simulator.node import SimNode
from backends.simulator.partition import SimPartition
from backends.simulator.placement import place

FIRST_JOB = 1_001
_EPILOG_S = 2.0
_RECORD_S = 300.0
_REQUEUE_S = 5.0
_PASS_S = 1.0
_PATIENCE_S = 900.0
_DEPTH = 100


class Scheduler:
    """Jobs by number, in order. `on_change` hears of every node whose GPUs were given or taken back.

    First in, first out with backfill; a job that has waited 15 minutes stops the backfill, so that gangs get their
    turn. Ended jobs are remembered for five minutes (MinJobAge), as by the real one.
    """

    def __init__(
        self,
        agenda: Agenda,
        nodes: Mapping[str, SimNode],
        partitions: Mapping[str, SimPartition],
        on_change: Callable[[SimNode], None],
    ) -> None:
        self.jobs: dict[int, SimJob] = {}
        self._agenda = agenda
        self._nodes = nodes
        self._partitions = partitions
        self._on_change = on_change
        self._next = FIRST_JOB
        self._pass_due = False

    @property
    def pending(self) -> list[SimJob]:
        """Jobs that wait, oldest first."""
        return [job for job in self.jobs.values() if job.state == "PENDING"]

    def submit(self, request: JobRequest, submitted_s: float) -> SimJob:
        """Take a request into the queue; it is looked at in the next pass."""
        job = SimJob(self._next, request, submitted_s)
        self._next += 1
        self.jobs[job.number] = job
        self.wake()
        return job

    def wake(self) -> None:
        """Something changed: look at the queue within a second."""
        if not self._pass_due:
            self._pass_due = True
            self._agenda.after(_PASS_S, self._look)

    def start(self, job: SimJob, nodes: Iterable[SimNode], started_s: float) -> None:
        """Give a job its nodes and the lowest free GPUs on each, and plan its end."""
        gang = tuple(nodes)
        job.state, job.reason, job.started_s = "RUNNING", "None", started_s
        job.nodes = tuple(node.name for node in gang)
        job.node_set = fold(job.nodes)
        job.turn += 1
        job.pace, job.paced_s, job.done_s = 1.0, started_s, 0.0
        for node in gang:
            held = node.free_indices(job.request.gpus_per_node)
            job.indices[node.name] = held
            node.jobs[job.number] = held
            node.free -= len(held)
            for index in held:
                node.gpus[index].job = job.number
            self._on_change(node)
        self._plan_end(job)

    def end(self, job: SimJob, state: str) -> None:
        """End a running job; its nodes are COMPLETING for the epilog, and its record is kept for a while."""
        self._release(job)
        job.state, job.ended_s = state, self._agenda.now_s
        if state == "TIMEOUT":
            job.reason = "TimeLimit"
        elif state == "FAILED":
            job.reason = "NonZeroExitCode"
        self._agenda.after(_RECORD_S, lambda: self._forget(job))

    def requeue(self, job: SimJob) -> None:
        """Put a running job back: its node failed under it."""
        self._release(job)
        job.state, job.reason = "PENDING", "BeginTime"
        job.restarts += 1
        job.eligible_s = self._agenda.now_s + _REQUEUE_S
        job.started_s, job.nodes, job.node_set, job.indices = None, (), "", {}
        self._agenda.at(job.eligible_s, self.wake)

    def drain(self, node: SimNode, reason: str, by: str = "root") -> None:
        """Close a node to new work; what runs there runs on."""
        node.drain = True
        self.write_reason(node, reason, by)
        self.wake()

    def set_down(self, node: SimNode, reason: str, by: str = "root") -> None:
        """Take a node down: the jobs on it are requeued. A drained node keeps the reason it was drained for."""
        node.down = True
        if not (node.drain and node.reason):
            self.write_reason(node, reason, by)
        for number in tuple(node.jobs):
            self.requeue(self.jobs[number])
        self.wake()

    def resume(self, node: SimNode) -> bool:
        """Give a node back; False when there is nothing to resume. 24.11 keeps the reason, so it stays here too.

        A node that was down is not responding until its slurmd has answered again.
        """
        if not (node.drain or node.down):
            return False
        if node.down:
            node.responding = False
        node.drain = node.down = False
        self.wake()
        return True

    def undrain(self, node: SimNode) -> None:
        """Take the drain away, and nothing else."""
        node.drain = False
        self.wake()

    def write_reason(self, node: SimNode, reason: str, by: str) -> None:
        """Put down why a node is out of service, who says so, and when."""
        node.reason, node.reason_by, node.reason_s = reason, by, self._agenda.now_s

    def pace(self, job: SimJob, pace: float) -> None:
        """A running job goes faster or slower from now on: its end moves, up to its time limit."""
        now_s = self._agenda.now_s
        job.done_s += max(0.0, now_s - job.paced_s) * job.pace
        job.paced_s, job.pace = max(now_s, job.paced_s), pace
        self._plan_end(job)

    def _plan_end(self, job: SimJob) -> None:
        job.plan += 1
        plan, request = job.plan, job.request
        end_s = job.paced_s + max(0.0, request.runs_s - job.done_s) / max(job.pace, 0.01)
        limit_s = (job.started_s or 0.0) + request.limit_s
        outcome = "TIMEOUT" if end_s > limit_s else request.outcome
        self._agenda.at(min(end_s, limit_s), lambda: self._run_out(job, plan, outcome))

    def _run_out(self, job: SimJob, plan: int, outcome: str) -> None:
        if job.state == "RUNNING" and job.plan == plan:
            self.end(job, outcome)

    def _release(self, job: SimJob) -> None:
        for name in job.nodes:
            node = self._nodes[name]
            held = node.jobs.pop(job.number)
            node.free += len(held)
            node.idle_since_s = self._agenda.now_s
            for index in held:
                node.gpus[index].job = None
            if not node.down:
                node.completing += 1
                self._agenda.after(_EPILOG_S, partial(self._epilog_done, node))
            self._on_change(node)
        self.wake()

    def _epilog_done(self, node: SimNode) -> None:
        node.completing -= 1
        self.wake()

    def _forget(self, job: SimJob) -> None:
        del self.jobs[job.number]

    def _look(self) -> None:
        self._pass_due = False
        for partition in self._partitions.values():
            waiting = [job for job in self.pending if job.request.partition == partition.name]
            self._serve(waiting[:_DEPTH], partition)

    def _serve(self, waiting: list[SimJob], partition: SimPartition) -> None:
        now_s = self._agenda.now_s
        reason, backfill = "Resources", True
        for job in waiting:
            if job.eligible_s > now_s:
                continue
            nodes = place(job.request, partition.racks) if backfill else ()
            if nodes:
                self.start(job, nodes, now_s)
                continue
            job.reason, reason = reason, "Priority"
            backfill = backfill and now_s - job.submitted_s < _PATIENCE_S
