"""A node on the network again: its OS answers by SSH, and the scheduler has seen it register since its start."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from backends.errors import BackendError, Untrusted
from backends.model.endpoint import PodEndpoints
from backends.model.node import SchedulerFacts
from backends.ports import NodeShells
from backends.registry import open_nodes
from console.operations.deeds.claim import NODES, not_ours
from console.operations.deeds.deed import Look, Seen, Sight, Watching
from console.operations.deeds.pace import Pace
from console.operations.step import Step
from console.operations.world import World

AT_ONCE = 8
"""Log-ins at a time: sshd turns some away beyond 10 (its MaxStartups)."""
SAME_START = timedelta(seconds=10)
"""Slurm works a node's boot time out of its uptime at each registration, and so gives it a second more or less."""


class Reached(Watching):
    """So is: it lets us log in. A host key that is not known is no log-in: a person must say that it is the node's."""

    def __init__(self, shells: Callable[[PodEndpoints], NodeShells] = open_nodes) -> None:
        self._open = shells
        self._pace = Pace(slower=2.0)
        self._places = asyncio.Semaphore(AT_ONCE)
        self._shells: NodeShells | None = None
        self._users = 0

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """By a log-in to each."""

        async def see(nodes: Sequence[str]) -> Mapping[str, Sight]:
            return await self._see(world, nodes)

        return await self._pace.look(world, look, see)

    async def _see(self, world: World, nodes: Sequence[str]) -> Mapping[str, Sight]:
        """Through one connection to the head, for all who look just now; no connection is kept between looks."""
        shells = self._shells = self._shells or self._open(world.endpoints)
        self._users += 1
        try:
            return dict(zip(nodes, await asyncio.gather(*(self._one(shells, name) for name in nodes)), strict=True))
        finally:
            self._users -= 1
            if not self._users:
                self._shells = None
                with suppress(BackendError):  # what was seen is seen
                    await shells.close()

    async def _one(self, shells: NodeShells, name: str) -> Sight:
        try:
            async with self._places:
                await shells.reach(name)
        except Untrusted as error:
            after = "if the new system made itself a new key, put that into known_hosts"
            return Sight(Seen.BAD, f"SSH: {error}; {after}")
        except BackendError as error:
            return Sight(Seen.WAITING, f"SSH: {error}")
        return Sight(Seen.SO, "its OS lets us log in by SSH")


class Joined(Watching):
    """So is: registered with the scheduler since its start, responding, closed by us, and where it belongs.

    `args`: `booted`, when it had booted as the scheduler knew it at the time of the plan, and `partition`.
    """

    sources = (NODES,)

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """By the scheduler's word."""
        return {name: self._sight(world, look.step, name) for name in look.nodes}

    def _sight(self, world: World, step: Step, name: str) -> Sight:
        node = world.node(name)
        facts = node.scheduler if node else None
        lost = not_ours(world, facts)
        if lost is not None or facts is None:
            return lost or Sight(Seen.BLOCKED, "the scheduler no longer knows it")
        if not facts.responding:
            return Sight(Seen.WAITING, "the scheduler does not hear from it yet")
        if _older(facts, step.args.get("booted", "")):
            return Sight(Seen.WAITING, f"has not registered since its start (booted {facts.boot_at:%H:%M:%SZ} is old)")
        wanted = step.args.get("partition", "")
        if wanted and wanted not in facts.partitions:
            now = ", ".join(facts.partitions) or "none"
            return Sight(Seen.BAD, f"registered, but its partition is {now}, not {wanted}")
        at = f", booted {facts.boot_at:%H:%M:%SZ}" if facts.boot_at else ""
        return Sight(Seen.SO, f"registered{at}{f', in {wanted}' if wanted else ''}; still closed to new work")


def _older(facts: SchedulerFacts, booted: str) -> bool:
    """Whether its boot is still the one that was known before. Where the scheduler tells none, it cannot be told."""
    if not booted or facts.boot_at is None:
        return False
    return facts.boot_at - datetime.fromisoformat(booted) < SAME_START
