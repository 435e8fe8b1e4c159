"""What a node's next start is from: the override that is set for one start, and taken back after it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec

from backends.errors import BackendError
from backends.model.boot import NO_OVERRIDE, BootOverride, BootSource, BootState, Lasting
from console.operations.deeds.claim import claimed
from console.operations.deeds.deed import Deed, Effect, Look, Seen, Sight
from console.operations.deeds.power import boot_states, known, provisioner_of
from console.operations.deeds.side_by_side import side_by_side
from console.operations.step import Step
from console.operations.world import World


class BootFrom(Deed):
    """Sets the override. `args`: `source`, `mode`, `uri`, as `console.operations.provision` writes them.

    What was set before by others is noted, and set again where the operation is cancelled.
    """

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """So is: the next start goes where it should, as the controller says."""
        states = await boot_states(world, look.nodes)
        wanted = override_of(look.step.args)
        return claimed(world, look, {name: self._sight(state, wanted) for name, state in states.items()})

    def _sight(self, state: BootState | BackendError, wanted: BootOverride) -> Sight:
        if isinstance(state, BackendError):
            return Sight(Seen.UNKNOWN, str(state))
        now = state.override
        if now is not None and now.does(wanted):
            return Sight(Seen.SO, f"the next start is from {said(now)}")
        return Sight(Seen.NEEDED, f"the next start is from {said(now or NO_OVERRIDE)}")

    async def before(self, world: World, step: Step, nodes: Sequence[str]) -> Mapping[str, str]:  # noqa: ARG002 - a port
        """What each would have started from."""
        states = {name: known(state) for name, state in (await boot_states(world, nodes)).items()}
        return {name: msgspec.json.encode(state.override or NO_OVERRIDE).decode() for name, state in states.items()}

    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Effect:
        """One write to each, read back by the adapter."""
        wanted = override_of(step.args)
        return await side_by_side(nodes, _overriding(world, dict.fromkeys(nodes, wanted)))


class BootNormally(Deed):
    """Takes back what `BootFrom` with the same `args` has set. An override that is not ours by now stays."""

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """So is: its own order, or what was set before."""
        states, args = await boot_states(world, look.nodes), look.step.args
        ours = override_of(args)
        return {name: self._sight(state, ours, _was(args, name)) for name, state in states.items()}

    def _sight(self, state: BootState | BackendError, ours: BootOverride, was: BootOverride) -> Sight:
        if isinstance(state, BackendError):
            return Sight(Seen.UNKNOWN, str(state))
        now = state.override or NO_OVERRIDE
        if now.does(was):
            return Sight(Seen.SO, f"starts from {said(now)} again")
        if now.set and not now.does(ours):
            return Sight(Seen.SO, f"another has it start from {said(now)}; left so")
        return Sight(Seen.NEEDED, f"the next start is still from {said(now)}")

    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Effect:
        """One write to each, read back by the adapter."""
        return await side_by_side(nodes, _overriding(world, {name: _was(step.args, name) for name in nodes}))


def _overriding(world: World, wanted: Mapping[str, BootOverride]) -> Callable[[str], Awaitable[None]]:
    async def override(name: str) -> None:
        provisioner, system = provisioner_of(world, name)
        await provisioner.override_boot(system, wanted[name])

    return override


def override_of(args: Mapping[str, str]) -> BootOverride:
    """The override of a step's words."""
    return BootOverride(
        source=BootSource(args["source"]), lasting=Lasting.ONCE, mode=args["mode"], http_uri=args.get("uri", "")
    )


def _was(args: Mapping[str, str], name: str) -> BootOverride:
    """What the node is to start from again: what was noted before the effect, or its own order."""
    noted = args.get(f"before/{name}")
    return msgspec.json.decode(noted, type=BootOverride) if noted else NO_OVERRIDE


def said(override: BootOverride) -> str:
    """An override for a person: `Pxe (Once)`, `its own order`."""
    if not override.set:
        return "its own order"
    where = f" {override.http_uri}" if override.source is BootSource.UEFI_HTTP else ""
    return f"{override.source.value}{where} ({override.lasting.value})"
