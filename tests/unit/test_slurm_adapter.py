"""What the adapter sends, and in which order: over a shell that answers as Slurm does."""

import asyncio

import pytest

from backends.errors import Unreachable
from backends.ports import Command
from backends.slurm.adapter import SlurmScheduler

NODE = "NodeName=gpu001 CPUTot=8 CPUAlloc=0 State=IDLE RealMemory=1 AllocMem=0\n"
UP = "Slurmctld(primary) at head is UP\n"
DOWN = "Slurmctld(primary) at head is DOWN\n"


class Head:
    """A head node: pings are answered at once, everything else as long as slurmctld is up."""

    where = "head"

    def __init__(self):
        self.up = True
        self.came_up = asyncio.Event()
        self.asked = asyncio.Event()
        self.sent = []
        self.given_up = []

    async def run(self, argv, *, timeout_s=None):  # noqa: ARG002 - the port's
        self.asked.set()
        words = " ".join(word for word in argv[1:] if "=" not in word)
        self.sent.append(words)
        if words == "scontrol ping":
            return Command(0 if self.up else 1, UP if self.up else DOWN, "")
        try:
            if not self.up:
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
    return SlurmScheduler(head, clock=lambda: float(next(now)))


async def test_the_question_does_not_wait_for_the_ping(head, scheduler):
    assert list((await scheduler.nodes()).nodes) == ["gpu001"]
    assert sorted(head.sent) == ["scontrol -d -o show nodes --all", "scontrol ping"]
    assert scheduler.requests == 2


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
