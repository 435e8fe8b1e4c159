"""No session is left on a controller by what writes: the verbs, and the workers that outlive them, however they end.

The pod is served by the test over TLS, so that the session list of its controller can be looked at without a session.
A gate in it holds back one answer, so that a process can be met in the middle of its work.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE

import pytest

from backends.simulator.server import ServeOptions, serve
from console.actions import action
from console.config import load
from console.headless.simulate import _write_config
from console.operations import event as ev
from console.operations.draft import draft
from console.operations.journal import Journal
from console.operations.place import place
from console.operations.request import Options
from console.state.clock import SystemClock
from console.state.session import Session
from console.targets import Targets

WITHIN_S = 30.0
NODE = "austin-r1-n01"
BY_SCHEDULER = (
    ("cordon", NODE, "--reason", "leak", "--yes"),
    ("hold", "austin-r1-n02", "--reason", "leak", "--yes"),
    ("drain", NODE, "--reason", "leak", "--dry-run"),
    ("ops", "list", "--all"),
    ("audit",),
)


class Site:
    """A served pod, a config for it, and the gate: while `held` is a path, GETs of it wait."""

    def __init__(self, pod, config, folder):
        self.config = config
        self.folder = folder
        self.sessions = pod.service.sessions
        self.held = ""
        self.holding = asyncio.Event()
        self._answer = pod.service._answer
        pod.service._answer = self._gated

    async def _gated(self, request):
        if self.held and request.method == "GET" and request.url.path.startswith(self.held):
            self.holding.set()
            await asyncio.Event().wait()
        return await self._answer(request)

    @contextlib.asynccontextmanager
    async def run(self, *words):
        """`megapod WORDS`; ended at the end of the block whatever happens there."""
        environment = {**os.environ, "MEGAPOD_CONFIG": str(self.config)}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "console", *words), env=environment, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def ended(self, process):
        async with asyncio.timeout(WITHIN_S):
            out, error = await process.communicate()
        return process.returncode, out.decode(), error.decode()

    async def call(self, *words):
        async with self.run(*words) as process:
            return await self.ended(process)

    async def begun(self, power):
        """A power operation in the journal, and the words that carry it."""
        async with Session(load(str(self.config))) as session:
            await session.look(WITHIN_S)
            plan = draft(
                session, action("power"), Targets("austin", (NODE,)), "", Options(power=power, force_busy=True)
            )
        assert not plan.refused, plan.blockers
        self.journal = Journal.at(place(""), SystemClock().now)
        self.journal.begin(plan.operation, ev.Begun(plan=plan, config=str(self.config), take=plan.nodes))
        return plan.operation, ("carry", plan.operation, "--journal", str(self.journal.path))

    async def left_nothing(self, opened=0):
        """No session, though some were opened (more than `opened`): else the test shows nothing."""
        assert self.sessions._count > opened
        async with asyncio.timeout(WITHIN_S):
            while self.sessions.users():  # noqa: ASYNC110 - a worker of its own brings it about
                await asyncio.sleep(0.01)


@pytest.fixture
async def site(tmp_path):
    async with serve(ServeOptions(racks=1, nodes=2, gpus=1, speed=20.0)) as (pod,):
        config = tmp_path / "config.toml"
        _write_config(config, [pod.endpoints])
        yield (one := Site(pod, config, tmp_path))
        if journal := getattr(one, "journal", None):
            journal.close()


async def test_what_asks_the_scheduler_alone_opens_none(site):
    ends = await asyncio.gather(*(site.call(*words) for words in BY_SCHEDULER))
    assert [code for code, *_ in ends] == [0] * len(ends), ends
    code, _, error = await site.call("resume", NODE, "--yes")
    assert code == 0, error
    assert site.sessions._count == 0


async def test_a_drain_that_is_cancelled_while_its_worker_asks_for_the_gpus(site):
    code, out, error = await site.call("drain", NODE, "--reason", "leak", "--yes", "-o", "json")
    assert code == 0, error
    operation = json.loads(out)["operation"]
    async with asyncio.timeout(WITHIN_S):
        while not site.sessions.users():  # noqa: ASYNC110 - its worker opens one
            await asyncio.sleep(0.01)
    assert (await site.call("ops", "cancel", operation, "--reason", "enough"))[0] == 0
    assert (await site.call("ops", "watch", operation))[0] == 1
    await site.left_nothing()


async def test_a_switched_node_and_a_saved_plan_leave_none(site):
    plan = str(site.folder / "plan.json")
    for words in (("power", "on", NODE, "--yes"), ("power", "on", NODE, "--plan-out", plan), ("apply", plan, "--yes")):
        before = site.sessions._count
        code, _, error = await site.call(*words)
        assert code == 0, (words, error)
        await site.left_nothing(before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
async def test_a_verb_that_is_ended_while_it_looks(site, number):
    site.held = "/redfish/v1/Chassis"
    async with site.run("power", "off", NODE, "--force-busy", "--dry-run") as process:
        await asyncio.wait_for(site.holding.wait(), WITHIN_S)
        process.send_signal(number)
        code, _, error = await site.ended(process)
    assert (code, error) == (130, "")
    await site.left_nothing()


async def test_a_worker_that_ends_well(site):
    _, carry = await site.begun("off")
    before = site.sessions._count
    code, _, error = await site.call(*carry)
    assert (code, error) == (0, "")
    await site.left_nothing(before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
async def test_a_worker_that_is_ended_in_the_middle(site, number):
    operation, carry = await site.begun("off")
    before = site.sessions._count
    site.held = "/redfish/v1/Chassis"
    async with site.run(*carry) as process:
        await asyncio.wait_for(site.holding.wait(), WITHIN_S)
        process.send_signal(signal.SIGHUP)  # a terminal that goes is nothing to it
        process.send_signal(number)
        code, _, error = await site.ended(process)
    assert (code, error.count("\n")) == (130, 1), error
    assert "stays open" in error
    assert not site.journal.operation(operation).ended
    await site.left_nothing(before)


async def test_a_worker_whose_operation_is_adopted(site):
    operation, carry = await site.begun("off")
    before = site.sessions._count
    site.held = "/redfish/v1/Chassis"
    async with site.run(*carry) as process:
        await asyncio.wait_for(site.holding.wait(), WITHIN_S)
        site.journal.append(operation, ev.Adopted())
        code, _, error = await site.ended(process)
    assert (code, "adopted by" in error) == (6, True), error
    await site.left_nothing(before)
