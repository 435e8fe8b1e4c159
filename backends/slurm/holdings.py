"""What jobs hold beyond what squeue says: asked once per job, remembered until the job leaves.

A queue of thousands must not cost thousands of commands. Where more than a few jobs are new, one command tells of all
jobs: 60 us of the head node's CPU for each that there is, where a command for one costs 12 ms. Of whom that leaves in
doubt, at most 16 are looked into per round; the others are "not known" until their turn.
"""

import re
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from backends import portions
from backends.errors import Malformed, Rejected
from backends.model.job import Job
from backends.model.observation import SchedulerJobs
from backends.ports import Command
from backends.slurm import detail
from backends.slurm.commands import speaks_json
from backends.slurm.detail import Held, parse_detail
from backends.slurm.jobs import parse_requests, request_format
from backends.slurm.json_jobs import decode_held

DETAILS_A_ROUND = 16
ONE_BY_ONE = 2
"""So many new jobs are asked for one by one; more of them where the queue is long."""
_JOBS_A_COMMAND = 200
REQUESTS_A_ROUND = 200

_ELEMENT = re.compile(r"\d+_\d+")

Ask = Callable[[Sequence[str]], Awaitable[Command]]


class Holdings:
    """The memory of one scheduler's jobs. `ask` sends one command and raises when it fails."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._requested: dict[str, int] = {}
        self._held: dict[str, tuple[tuple[str, ...], Held]] = {}
        self._looked: dict[str, tuple[str, ...]] = {}

    async def complete(
        self, rows: tuple[SchedulerJobs, dict[str, str]], nonce: str, version: Callable[[], Awaitable[str]]
    ) -> SchedulerJobs:
        """The queue with GPU counts and indices added where they are known. `version` is Slurm's, asked if need be."""
        queue, raw = rows
        self._forget(queue)
        await self._learn_requests(queue, raw, nonce)
        await self._look_at_all(queue, raw)
        unknown = self._unknown(queue)[:DETAILS_A_ROUND]
        as_json = bool(unknown) and speaks_json(await version())
        for job in unknown:
            self._held[job.id] = (job.nodes, await self._detail(job, raw[job.id], as_json=as_json))
        return SchedulerJobs({job_id: self._completed(job) for job_id, job in queue.jobs.items()})

    def _forget(self, queue: SchedulerJobs) -> None:
        for memory in (self._requested, self._held, self._looked):
            for job_id in memory.keys() - queue.jobs.keys():
                del memory[job_id]

    async def _learn_requests(self, queue: SchedulerJobs, raw: dict[str, str], nonce: str) -> None:
        """GPUs that are asked for by job, task or socket: squeue's short format has no word for them."""
        new = [job.id for job in queue.jobs.values() if not job.gpus and job.id not in self._requested]
        if not new:
            return
        new = new[:REQUESTS_A_ROUND]
        wanted = ",".join(dict.fromkeys(raw[job_id] for job_id in new))
        try:
            answer = await self._ask(("squeue", "--noheader", "--all", f"--jobs={wanted}", "-O", request_format(nonce)))
        except Rejected:
            # The only job of the list ended meanwhile, and Slurm refuses to list nothing: next round.
            return
        found = parse_requests(answer.stdout, nonce)
        self._requested |= {job_id: found[raw[job_id]] for job_id in new if raw[job_id] in found}

    def _unknown(self, queue: SchedulerJobs) -> list[Job]:
        """Running jobs with GPUs whose place is not known, or known for other nodes than it has now."""
        return [
            job
            for job in queue.jobs.values()
            if job.running
            and (job.gpus or self._requested.get(job.id))
            and (job.id not in self._held or self._held[job.id][0] != job.nodes)
        ]

    async def _look_at_all(self, queue: SchedulerJobs, raw: dict[str, str]) -> None:
        """Learn of many new jobs by one command. Each is looked for so once, where it is now."""
        new = [job for job in self._unknown(queue) if self._looked.get(job.id) != job.nodes]
        if len(new) <= max(ONE_BY_ONE, len(queue.jobs) // _JOBS_A_COMMAND):
            return
        self._looked |= {job.id: job.nodes for job in new}
        try:
            answer = await self._ask(("scontrol", "-d", "-o", "show", "jobs", "--all"))
        except Rejected:  # all of them have ended meanwhile
            return
        wanted = {raw[job.id]: job.nodes for job in new}
        told = dict(await portions.read(detail.each(answer.stdout, wanted)))
        self._held |= {job.id: (job.nodes, told[raw[job.id]]) for job in new if raw[job.id] in told}

    async def _detail(self, job: Job, raw: str, *, as_json: bool) -> Held:
        if _ELEMENT.fullmatch(job.id):
            # The last element to start keeps the array's own number, which shows every element.
            raw = job.id
        tail = ("--json",) if as_json else ()
        head = ("scontrol",) if as_json else ("scontrol", "-d", "-o")
        try:
            answer = await self._ask((*head, "show", "job", raw, *tail))
            if as_json:
                return decode_held(answer.stdout.encode(), job.nodes)
        except (Malformed, Rejected):  # it ended meanwhile, or says what nobody can read: not known
            return Held()
        return parse_detail(answer.stdout, job.nodes)

    def _completed(self, job: Job) -> Job:
        count = job.gpus or self._requested.get(job.id, 0)
        nodes, held = self._held.get(job.id, ((), Held()))
        if nodes != job.nodes or held.gpus is None:
            return job if count == job.gpus else msgspec.structs.replace(job, gpus=count)
        return msgspec.structs.replace(job, gpus=held.gpus, gpu_indices=held.indices)
