"""The Slurm scheduler over any shell: polled as text, which costs the head a quarter of its JSON.

A dead slurmctld costs every client command 9 to 10 s, and 22.05's JSON then says "no nodes" with status 0. So a
question that is not answered at once gets a `scontrol ping` (3 ms when it is down) beside it, and a slurmctld that does
not answer is Unreachable, never an empty cluster.
"""

import asyncio
import re
import secrets
import shlex
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from typing import TypeVar

from backends import portions
from backends.clean import clean
from backends.errors import BackendError, Rejected, TimedOut, Unreachable
from backends.model.observation import SchedulerJobs, SchedulerLayout, SchedulerNodes
from backends.ports import Capability, Command, Shell
from backends.slurm import commands, jobs, layout, nodes, state
from backends.slurm.holdings import Holdings

AT_ONCE_S = 0.5
"""How long a question may take before it is asked whether slurmctld is there at all: 5,000 nodes come in 0.2 s."""
_PING_FRESH_S = 1.0
_PING_TIMEOUT_S = 4.0
_DOWN = re.compile(r"\) at (?P<host>\S+) is DOWN")
_ASKED: ContextVar[str] = ContextVar("asked", default="")
"""For which question the commands of a task are sent: their costs are told apart though they go at the same time."""
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
        at_once_s: float = AT_ONCE_S,
    ) -> None:
        self.where = shell.where
        self._shell = shell
        self._environment = commands.environment(slurm_conf)
        self._clock = clock
        self._nonce = nonce
        self._at_once_s = at_once_s
        self._sent: Counter[str] = Counter()
        self._answered_at = float("-inf")
        self._pinging = asyncio.Lock()
        self._silent = False
        self._version = ""
        self._holdings = Holdings(self._checked)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Drain, resume and requeue. Whether this user may is Slurm's to say when it is tried."""
        return frozenset({Capability.DRAIN, Capability.RESUME, Capability.REQUEUE})

    @property
    def requests(self) -> int:
        """Commands sent."""
        return self._sent.total()

    def spent(self, question: str) -> int:
        """Commands sent for one of the questions `nodes`, `jobs` and `layout`, whatever goes on beside it."""
        return self._sent[question]

    async def close(self) -> None:
        """Nothing is kept on the far side."""

    async def ping(self) -> str:
        """Ask slurmctld for a sign of life; returns Slurm's version."""
        await self._sign_of_life()
        return await self._known_version()

    async def _sign_of_life(self) -> None:
        try:
            answer = await self._run(("scontrol", "ping"), timeout_s=_PING_TIMEOUT_S)
        except TimedOut as error:
            self._silent = True
            raise Unreachable(
                f"slurmctld does not answer a ping within {_PING_TIMEOUT_S:g} s",
                where=self.where,
                remedy="it is hung or overloaded: see slurmctld's log",
            ) from error
        if " is UP" not in answer.stdout:
            raise self._down(answer)
        self._answered_at = self._clock()
        self._silent = False

    async def _known_version(self) -> str:
        """Slurm's version: a command where the layout has not told it before."""
        if not self._version:
            self._version = commands.version_of(await self._run(("scontrol", "--version")), self.where)
        return self._version

    async def nodes(self) -> SchedulerNodes:
        """Every node: one command."""
        _ASKED.set("nodes")
        answer = await self._beside_ping(lambda: self._checked(("scontrol", "-d", "-o", "show", "nodes", "--all")))
        return nodes.told(await portions.read(nodes.each(answer.stdout)), answer.stdout)

    async def jobs(self, *, brief: bool = False) -> SchedulerJobs:
        """Every job that is pending or holds nodes: one command, and a bounded number for jobs not met before.

        `brief` is the one command: GPUs that are not asked for by node are not counted then, and none has its index.
        """
        _ASKED.set("jobs")
        nonce = self._nonce()
        argv = ("squeue", "--noheader", "--all", "-o", jobs.queue_format(nonce))
        answer = await self._beside_ping(lambda: self._checked(argv))
        rows = jobs.told(await portions.read(jobs.each(answer.stdout, nonce)))
        return rows[0] if brief else await self._holdings.complete(rows, nonce, self._known_version)

    async def layout(self, *, brief: bool = False) -> SchedulerLayout:
        """Partitions, reservations, topology, the cluster's name and version: four commands, at the same time.

        `brief` is one, for the topology.
        """
        _ASKED.set("layout")
        if brief:
            return SchedulerLayout({}, {}, *layout.parse_topology(await self._beside_ping(self._topology)))
        partitions, reservations, topology, config = await self._beside_ping(
            lambda: asyncio.gather(
                self._checked(("scontrol", "-o", "show", "partitions", "--all")),
                self._checked(("scontrol", "-o", "show", "reservations")),
                self._topology(),
                self._checked(("scontrol", "show", "config")),
            )
        )
        components, edges = layout.parse_topology(topology)
        self._version = layout.parse_version(config.stdout) or await self._known_version()
        return SchedulerLayout(
            partitions=layout.parse_partitions(partitions.stdout),
            reservations=layout.parse_reservations(reservations.stdout),
            components=components,
            edges=edges,
            cluster=layout.parse_cluster(config.stdout),
            version=self._version,
        )

    async def _topology(self) -> str:
        """The network as scontrol tells it; nothing where it refuses to, as it does without a topology plugin."""
        answer = await self._run(("scontrol", "show", "topology"))
        if answer.status:
            await self._alive()  # or it could not ask
            return ""
        return answer.stdout

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

    async def _alive(self, since_s: float | None = None) -> None:
        """Make sure that slurmctld has answered since then, or a moment ago; one ping serves all who wait for it."""
        async with self._pinging:
            if self._answered_at < (self._clock() - _PING_FRESH_S if since_s is None else since_s):
                await self._sign_of_life()

    async def _beside_ping(self, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to a question; where it takes its time, with a ping beside it that ends it if slurmctld is gone.

        One that did not answer the last time is pinged first: a command that waits for it keeps a session of the head
        node for ten seconds.
        """
        if self._silent:
            await self._alive()
            return await ask()
        asked_s = self._clock()
        asked = asyncio.ensure_future(ask())
        tasks: list[asyncio.Future[T] | asyncio.Future[None]] = [asked]
        try:
            await asyncio.wait(tasks, timeout=self._at_once_s)
            if not asked.done():
                tasks.append(asyncio.ensure_future(self._alive(asked_s)))
                await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
                if tasks[-1].done():
                    await tasks[-1]  # its word goes first: it knows why nothing answers
            answer = await asked
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self._answered_at = self._clock()
        return answer

    def _down(self, answer: Command) -> BackendError:
        self._answered_at = float("-inf")
        self._silent = True
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
        self._sent[_ASKED.get()] += 1
        return await self._shell.run((*self._environment, *argv), timeout_s=timeout_s)
