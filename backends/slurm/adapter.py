"""The Slurm scheduler over any shell: polled as text, which costs the controller a tenth of its JSON.

A dead slurmctld costs every client command 9 to 10 s, and 22.05's JSON then says "no nodes" with status 0. So each
round begins with `scontrol ping` (3 ms when it is down), and a slurmctld that does not answer is Unreachable, never
an empty cluster.
"""

import asyncio
import re
import secrets
import shlex
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from backends.clean import clean
from backends.errors import BackendError, Rejected, TimedOut, Unreachable
from backends.model.observation import SchedulerJobs, SchedulerLayout, SchedulerNodes
from backends.ports import Capability, Command, Shell
from backends.slurm import commands, jobs, layout, nodes, state
from backends.slurm.holdings import Holdings

_PING_FRESH_S = 1.0
_PING_TIMEOUT_S = 4.0
_DOWN = re.compile(r"\) at (?P<host>\S+) is DOWN")
LONG_BYTES = 64 * 1024
T = TypeVar("T")


class SlurmScheduler:
    """A `ports.Scheduler` on a shell. It does not own the shell: whoever made that closes it."""

    def __init__(
        self,
        shell: Shell,
        *,
        slurm_conf: str = "",
        clock: Callable[[], float] = time.monotonic,
        nonce: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self.where = shell.where
        self._shell = shell
        self._environment = commands.environment(slurm_conf)
        self._clock = clock
        self._nonce = nonce
        self._sent = 0
        self._answered_at = float("-inf")
        self._pinging = asyncio.Lock()
        self._version = ""
        self._holdings = Holdings(self._checked)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Drain, resume and requeue. Whether this user may is Slurm's to say when it is tried."""
        return frozenset({Capability.DRAIN, Capability.RESUME, Capability.REQUEUE})

    @property
    def requests(self) -> int:
        """Commands sent."""
        return self._sent

    async def close(self) -> None:
        """Nothing is kept on the far side."""

    async def ping(self) -> str:
        """Ask slurmctld for a sign of life; returns Slurm's version."""
        try:
            answer = await self._run(("scontrol", "ping"), timeout_s=_PING_TIMEOUT_S)
        except TimedOut as error:
            raise Unreachable(
                f"slurmctld does not answer a ping within {_PING_TIMEOUT_S:g} s",
                where=self.where,
                remedy="it is hung or overloaded: see slurmctld's log",
            ) from error
        if " is UP" not in answer.stdout:
            raise self._down(answer)
        if not self._version:
            self._version = commands.version_of(await self._run(("scontrol", "--version")), self.where)
        self._answered_at = self._clock()
        return self._version

    async def nodes(self) -> SchedulerNodes:
        """Every node: one command."""
        await self._alive()
        answer = await self._checked(("scontrol", "-d", "-o", "show", "nodes", "--all"))
        return await _read(lambda: nodes.parse_nodes(answer.stdout), answer.stdout)

    async def jobs(self) -> SchedulerJobs:
        """Every job that is pending or holds nodes: one command, and a bounded number for jobs not met before."""
        await self._alive()
        nonce = self._nonce()
        answer = await self._checked(("squeue", "--noheader", "--all", "-o", jobs.queue_format(nonce)))
        rows = await _read(lambda: jobs.parse_queue(answer.stdout, nonce), answer.stdout)
        return await self._holdings.complete(rows, nonce, as_json=commands.speaks_json(self._version))

    async def layout(self) -> SchedulerLayout:
        """Partitions, reservations, topology and the cluster's name: four commands."""
        await self._alive()
        partitions = await self._checked(("scontrol", "-o", "show", "partitions", "--all"))
        reservations = await self._checked(("scontrol", "-o", "show", "reservations"))
        # Without a topology plugin scontrol refuses this one: then there is no picture of the network.
        topology = await self._run(("scontrol", "show", "topology"))
        config = await self._checked(("scontrol", "show", "config"))
        components, edges = layout.parse_topology(topology.stdout if topology.status == 0 else "")
        return SchedulerLayout(
            partitions=layout.parse_partitions(partitions.stdout),
            reservations=layout.parse_reservations(reservations.stdout),
            components=components,
            edges=edges,
            cluster=layout.parse_cluster(config.stdout),
            version=self._version,
        )

    async def drain(self, nodes: Sequence[str], reason: str) -> None:
        """Close nodes to new work. Slurm changes the good nodes of a list even when it refuses it."""
        argv = commands.drain(nodes, reason)
        await self._alive()
        await self._update(argv, nodes)

    async def resume(self, nodes: Sequence[str]) -> None:
        """Give nodes back. Slurm refuses to resume a node in service; what counts is that none is out afterwards."""
        argv = commands.resume(nodes)
        await self._alive()
        try:
            await self._update(argv, nodes)
        except Rejected as refusal:
            if "state" not in refusal.what.lower():
                raise
            known = (await self.nodes()).nodes
            out = [name for name in nodes if name not in known or state.keeps_reason(known[name].state)]
            if out:
                raise

    async def requeue(self, jobs: Sequence[str]) -> None:
        """Put running jobs back into the queue: one command. One that may not be requeued does not keep the others."""
        argv = commands.requeue(jobs)
        await self._alive()
        await self._checked(argv)

    def equivalent(self, verb: str, nodes: Sequence[str], reason: str = "") -> tuple[str, ...]:
        """What an operator would have typed on the head node; for `requeue` the names are those of jobs."""
        if verb == "requeue":
            return (shlex.join(commands.requeue(nodes)),)
        argv = commands.drain(nodes, reason) if verb == "drain" else commands.resume(nodes)
        return (shlex.join(argv),)

    async def _update(self, argv: Sequence[str], nodes: Sequence[str]) -> None:
        answer = await self._run(argv)
        if answer.status == 0:
            return
        error = commands.failure(answer, argv, self.where)
        if isinstance(error, Rejected) and "invalid node name" in error.what.lower():
            raise Rejected(
                f"Slurm does not know every node of {commands.node_list(nodes)}; those it knows are changed",
                where=self.where,
                remedy="look at the nodes again before anything else",
            )
        raise error

    async def _alive(self) -> None:
        """Make sure that slurmctld answered a moment ago; one ping serves everybody who waits for it."""
        async with self._pinging:
            if self._clock() - self._answered_at > _PING_FRESH_S:
                await self.ping()

    def _down(self, answer: Command) -> BackendError:
        self._answered_at = float("-inf")
        match = _DOWN.search(answer.stdout)
        if match is None:
            return commands.failure(answer, ("scontrol",), self.where)
        return Unreachable(
            f"slurmctld on {clean(match['host'])} is not responding",
            where=self.where,
            remedy="start it (`systemctl status slurmctld` there); running jobs go on without it",
        )

    async def _checked(self, argv: Sequence[str]) -> Command:
        answer = await self._run(argv)
        if answer.status:
            raise commands.failure(answer, argv, self.where)
        return answer

    async def _run(self, argv: Sequence[str], *, timeout_s: float | None = None) -> Command:
        self._sent += 1
        return await self._shell.run((*self._environment, *argv), timeout_s=timeout_s)


async def _read(parse: Callable[[], T], text: str) -> T:
    """What a parser makes of a text; off the event loop where that takes longer than a key may wait for its frame."""
    return await asyncio.to_thread(parse) if len(text) > LONG_BYTES else parse()
