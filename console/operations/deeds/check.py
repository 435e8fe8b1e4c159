"""A gate's checks before nodes are given back: what a controller says, and a command's exit status. It only looks."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from backends.clean import clean
from backends.errors import BackendError
from backends.model.endpoint import PodEndpoints
from backends.ports import Command, NodeShells
from backends.registry import open_nodes
from console.operations.deeds.deed import Look, Seen, Sight, Watching
from console.operations.gate import Gate, Reading, gate_of, readings
from console.operations.step import Step
from console.operations.world import World

SAID_CHARS = 160


class Check(Watching):
    """So is: every check of the gate has passed, each by an answer asked for after this step began.

    A check that fails ends the node: it stays as it is, closed. One that cannot be told now is asked again until
    the step's patience is over; it is never taken for passed.
    """

    def __init__(self, shells: Callable[[PodEndpoints], NodeShells] = open_nodes) -> None:
        self._shells = shells
        self._poked: set[str] = set()

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """The hardware first, as it costs nothing; then the command, on the nodes that have passed so far."""
        gate, sources = gate_of(look.step.args), world.hardware_sources
        found = {name: list(self._facts(world, gate, look, name)) for name in look.nodes}
        if gate.hardware and look.step.id not in self._poked:
            self._poked.add(look.step.id)
            world.poke(sources)
        left = [name for name, seen in found.items() if all(reading.ok for reading in seen)]
        if gate.command and left:
            for name, reading in zip(left, await self._commands(world, gate, left), strict=True):
                found[name].append(reading)
        return {name: _sight(look.step, name, seen) for name, seen in found.items()}

    def _facts(self, world: World, gate: Gate, look: Look, name: str) -> Iterable[Reading]:
        node = world.node(name)
        facts = node.hardware if node else None
        asked = world.hardware_sources if facts is None else (facts.source,)
        if gate.hardware and not world.fresh(asked, look.begun_at[name]):
            return (Reading(world.silent(asked) or f"waiting for {', '.join(asked)} to answer", None),)
        return readings(gate, facts)

    async def _commands(self, world: World, gate: Gate, names: list[str]) -> list[Reading]:
        shells = self._shells(world.endpoints)
        try:
            return list(await asyncio.gather(*(_command(shells, gate, name) for name in names)))
        finally:
            with suppress(BackendError):  # its answer is here; a connection that cannot be closed changes none of it
                await shells.close()


async def _command(shells: NodeShells, gate: Gate, name: str) -> Reading:
    argv = gate.argv(name)
    try:
        done = await shells.run(name, argv, timeout_s=gate.command_s)
    except BackendError as error:
        return Reading(f"{argv[0]}: {error}", None)
    said = _last_line(done)
    return Reading(f"{argv[0]}: exit {done.status}{f': {said}' if said else ''}", done.status == 0)


def _last_line(done: Command) -> str:
    """The last thing it said, which in a failed run is the error."""
    said = [line for text in (done.stdout, done.stderr) for line in text.splitlines() if line.strip()]
    return clean(said[-1].strip())[:SAID_CHARS] if said else ""


def _sight(step: Step, name: str, seen: list[Reading]) -> Sight:
    """The worst of a node's readings; all of it is the evidence."""
    bad = [reading.text for reading in seen if reading.ok is False]
    unknown = [reading.text for reading in seen if reading.ok is None]
    at = f"gate {step.args['gate']}"
    if bad:
        after = f"mend it, or `megapod resume {name} --waive REASON`"
        return Sight(Seen.BAD, f"{at}: {'; '.join(bad)}; not given back: {after}")
    if unknown:
        return Sight(Seen.UNKNOWN, f"{at}: {'; '.join(unknown)}")
    return Sight(Seen.SO, f"{at} passed: {'; '.join(reading.text for reading in seen)}")
