"""What the adapter sends, and in which order: over a shell that answers as Slurm does."""

import asyncio
import re

import pytest

from backends.errors import Unreachable
from backends.ports import Command
from backends.slurm.adapter import SlurmScheduler

NODE = "NodeName=gpu001 CPUTot=8 CPUAlloc=0 State=IDLE RealMemory=1 AllocMem=0\n"
UP = "Slurmctld(primary) at head is UP\n"
DOWN = "Slurmctld(primary) at head is DOWN\n"


class Head:
    """A head node: pings are answered at once, everything else as long as slurmctld is up, and not too slow."""

    where = "head"

    def __init__(self):
        self.up = True
        self.slow = False
        self.came_up = asyncio.Event()
        self.pinged = asyncio.Event()
        self.asked = asyncio.Event()
        self.sent = []
        self.given_up = []

    async def run(self, argv, *, timeout_s=None):  # noqa: ARG002 - the port's
        self.asked.set()
        words = " ".join(word for word in argv[1:] if "=" not in word)
        self.sent.append(words)
        if words == "scontrol ping":
            self.pinged.set()
            return Command(0 if self.up else 1, UP if self.up else DOWN, "")
        try:
            if not self.up or self.slow:
                await self.came_up.wait()  # as scontrol waits for it, ten seconds long
        except asyncio.CancelledError:
            self.given_up.append(words)
            raise
        return Command(0, NODE, "")


@pytest.fixture
def head():
    return Head()


@pytest.fixture
def scheduler(head):
    now = iter(range(0, 1000, 10))
    return SlurmScheduler(head, clock=lambda: float(next(now)), at_once_s=0.01)


async def test_what_is_answered_at_once_needs_no_ping(head, scheduler):
    assert list((await scheduler.nodes()).nodes) == ["gpu001"]
    assert head.sent == ["scontrol -d -o show nodes --all"]
    assert scheduler.requests == 1


async def test_what_takes_its_time_is_waited_for_beside_a_ping_that_says_it_will_come(head, scheduler):
    head.slow = True
    asking = asyncio.ensure_future(scheduler.nodes())
    await head.pinged.wait()
    head.came_up.set()
    assert list((await asking).nodes) == ["gpu001"]
    assert head.sent == ["scontrol -d -o show nodes --all", "scontrol ping"]


async def test_a_ping_that_nobody_answers_ends_the_question_and_goes_first_from_then_on(head, scheduler):
    head.up = False
    with pytest.raises(Unreachable, match="slurmctld on head is not responding"):
        await scheduler.nodes()
    assert head.given_up == ["scontrol -d -o show nodes --all"]
    head.sent.clear()
    with pytest.raises(Unreachable):
        await scheduler.nodes()
    assert head.sent == ["scontrol ping"]
    head.up = True
    head.sent.clear()
    await scheduler.nodes()
    assert head.sent == ["scontrol ping", "scontrol -d -o show nodes --all"]


async def test_a_question_that_is_cancelled_leaves_nothing_under_way(head, scheduler):
    head.up = False
    scheduler._answered_at = float("inf")  # it has just answered, and is gone since
    asked = asyncio.ensure_future(scheduler.nodes())
    await head.asked.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert head.given_up == head.sent


class Queue(Head):
    """A head node with some running jobs of one GPU each, the last of which names itself like a record."""

    def __init__(self, jobs):
        super().__init__()
        self.jobs = jobs

    async def run(self, argv, *, timeout_s=None):
        words = " ".join(word for word in argv[1:] if "=" not in word)
        match words.split():
            case ["squeue", *_]:
                return Command(0, "".join(self._row(argv[-1], job) for job in self.jobs), "")
            case ["scontrol", "-d", "-o", "show", "jobs", "--all"]:
                self.sent.append(words)
                return Command(0, "".join(self._detail(job) for job in self.jobs), "")
            case ["scontrol", "-d", "-o", "show", "job", job]:
                self.sent.append(words)
                return Command(0, self._detail(int(job)), "")
            case ["scontrol", "--version"]:
                return Command(0, "slurm 22.05.8\n", "")
        return await super().run(argv, timeout_s=timeout_s)

    def _row(self, layout, job):
        known = {"%i": job, "%A": job, "%T": "RUNNING", "%D": 1, "%C": 1, "%b": "gres/gpu:1", "%N": f"n{job}"}
        return re.sub(r"%\w", lambda code: str(known.get(code[0], "")), layout) + "\n"

    def _detail(self, job):
        return f"JobId={job} JobName=x Nodes=n{job} CPU_IDs=0 Mem=0 GRES=gpu:h100:1(IDX:{job % 8}) Comment=y\n"


def asked(head):
    sent, head.sent = [words for words in head.sent if "ping" not in words], []
    return sent


async def test_many_new_jobs_are_told_of_by_one_command_and_a_few_by_one_each():
    head = Queue([1, 2])
    now = iter(range(0, 1000, 10))
    scheduler = SlurmScheduler(head, clock=lambda: float(next(now)))
    jobs = (await scheduler.jobs()).jobs
    assert asked(head) == ["scontrol -d -o show job 1", "scontrol -d -o show job 2"]
    head.jobs = [1, 2, *range(10, 60)]
    jobs = (await scheduler.jobs()).jobs
    assert asked(head) == ["scontrol -d -o show jobs --all"]
    assert {job.id: job.gpu_indices for job in jobs.values()} == {str(n): {f"n{n}": (n % 8,)} for n in head.jobs}
    again = (await scheduler.jobs()).jobs
    assert asked(head) == []
    assert again == jobs


async def test_what_one_command_leaves_in_doubt_is_asked_for_one_by_one():
    head = Queue(list(range(10)))
    head._detail = lambda job: Queue._detail(head, job) * (2 if job == 3 else 1)
    now = iter(range(0, 1000, 10))
    scheduler = SlurmScheduler(head, clock=lambda: float(next(now)))
    jobs = (await scheduler.jobs()).jobs
    assert asked(head) == ["scontrol -d -o show jobs --all", "scontrol -d -o show job 3"]
    assert not jobs["3"].gpu_indices
    assert jobs["4"].gpu_indices == {"n4": (4,)}
    await scheduler.jobs()
    assert asked(head) == []
