"""A gate's command over real OpenSSH servers: exit status 0 is wanted, and what it said is the evidence."""

import asyncio
from random import Random

import pytest

from backends.model.endpoint import NodeSsh, SshEndpoint
from backends.model.reason import Reason
from backends.registry import Adapters
from console.actions import action
from console.config import Config, PodConfig
from console.operations.carrier import Here
from console.operations.draft import draft
from console.operations.event import Actor
from console.operations.gate import Gate
from console.operations.memory import Memory
from console.operations.request import Options
from console.operations.result import Outcome
from console.state.clock import SystemClock
from console.state.session import Session
from console.targets import Targets

COMMAND = ("sh", "-c", '[ "$0" != 3 ] || { echo "link 2 down" >&2; exit 4; }', "{node}")
NAMES = ("1", "2", "3")


@pytest.mark.sshd
async def test_a_node_whose_command_fails_is_not_given_back(many, fake_scheduler):
    scheduler = fake_scheduler(NAMES)
    for name in NAMES:
        scheduler.set(name, "IDLE+DRAIN", Reason("megapod:op-older0 ann: leak", "root"))
    ssh, nodes = SshEndpoint(**many.ssh), NodeSsh(**many.node_ssh())
    config = Config(
        pods={"many": PodConfig(ssh=ssh, node_ssh=nodes, read_only=False)}, gates={"diag": Gate(command=COMMAND)}
    )
    clock = SystemClock()
    journal = Memory(clock.now, Actor("ann", "desk", 1))
    async with Session(
        config, clock=clock, random=Random(1), open_pod=lambda _: Adapters(scheduler=scheduler)
    ) as session:
        await session.look(10.0)
        watching = asyncio.create_task(session.watch())
        try:
            plan = draft(session, action("resume"), Targets("many", NAMES), "", Options(gate="diag", take_over=True))
            async with asyncio.timeout(30.0):
                async for operation in Here(journal).carry(session, plan):
                    last = operation
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    ends = {node.node: node for node in last.result.nodes}
    assert [ends[name].outcome for name in NAMES] == [Outcome.DONE, Outcome.DONE, Outcome.FAILED]
    assert "sh: exit 4: link 2 down; not given back" in ends["3"].detail
    assert scheduler.written == [("resume", ("1", "2"))]
