"""How a node comes up: its firmware, its start as the controller tells it, and the parts it came up with."""

from collections.abc import Callable, Mapping, Sequence

from backends.errors import BackendError
from backends.model.boot import BootStage, BootState
from backends.model.node import Power
from console.operations.deeds.deed import Look, Seen, Sight, Watching
from console.operations.deeds.pace import Pace
from console.operations.deeds.power import boot_states
from console.operations.result import Outcome
from console.operations.world import World

_UP = frozenset({"FinishedPost", "OSRunning"})
"""The firmware's own word (HPE's PostState) for having handed over, where a service has no BootProgress."""


class Firmware(Watching):
    """`args`: `bios`, `bmc`: the versions that must be there. megapod updates none: another version ends the node.

    What is not told is not known, and never taken for right.
    """

    def __init__(self) -> None:
        self._pace = Pace()

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """By a look at each system, and at its BMC where that counts."""
        args = look.step.args

        async def see(nodes: Sequence[str]) -> Mapping[str, Sight]:
            states = await boot_states(world, nodes, bmc="bmc" in args)
            return _sights(states, lambda state: self._sight(state, args))

        return await self._pace.look(world, look, see)

    def _sight(self, state: BootState, args: Mapping[str, str]) -> Sight:
        has = {"bios": ("BIOS", state.bios_version), "bmc": ("BMC", state.bmc_version)}
        said = [(*has[part], args[part]) for part in has if part in args]
        if other := [f"{part} {found}, not {wanted}" for part, found, wanted in said if found not in ("", wanted)]:
            return Sight(Seen.BAD, f"{', '.join(other)}: update it first")
        if unsaid := [f"{part} it has ({wanted} wanted)" for part, found, wanted in said if not found]:
            why = f"; not read: {state.unread[0]}" if state.unread else ""
            return Sight(Seen.UNKNOWN, f"its controller does not say which {' or which '.join(unsaid)}{why}")
        return Sight(Seen.SO, ", ".join(f"{part} {wanted}" for part, _, wanted in said))


class Booted(Watching):
    """So is: the OS runs, as the controller says, since the last reset. The stages on the way are the evidence.

    A controller that tells nothing of a start is not waited for: then the next step, which asks the OS, is the witness.
    """

    def __init__(self) -> None:
        self._pace = Pace()

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """By a look at each system alone."""

        async def see(nodes: Sequence[str]) -> Mapping[str, Sight]:
            return _sights(await boot_states(world, nodes), self._sight)

        return await self._pace.look(world, look, see)

    def _sight(self, state: BootState) -> Sight:
        if state.power in (Power.OFF, Power.POWERING_OFF):
            return Sight(Seen.BAD, f"power {state.power.value}: it went off again while it started")
        said = state.evidence
        if state.stage is BootStage.OS_RUNNING and not _older(state):
            return Sight(Seen.SO, said)
        if state.stage is BootStage.UNKNOWN and state.power is Power.ON:
            if state.post in _UP:
                return Sight(Seen.SO, said)
            if not state.post:
                return Sight(Seen.SO, f"{said}; its controller does not say how far it has come")
        if state.stage is BootStage.SETUP_ENTERED:
            said += ": its firmware waits for a person"
        return Sight(Seen.WAITING, said)


def _older(state: BootState) -> bool:
    """Whether the stage is still that of the start before: both times are the controller's own."""
    return state.stage_at is not None and state.reset_at is not None and state.stage_at < state.reset_at


class Parts(Watching):
    """`args`: `gpus`, `links`, `gpu_firmware`, those that are looked at. Counted by its controller, after the start."""

    missed = Outcome.FAILED

    def __init__(self) -> None:
        self._pace = Pace(slower=2.0)

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """By a look at each system and its GPUs."""

        async def see(nodes: Sequence[str]) -> Mapping[str, Sight]:
            states = await boot_states(world, nodes, parts=True)
            return _sights(states, lambda state: self._sight(state, look.step.args))

        return await self._pace.look(world, look, see)

    def _sight(self, state: BootState, args: Mapping[str, str]) -> Sight:
        said: list[str] = []
        good: list[bool | None] = []
        if wanted := args.get("gpus"):
            good.append(None if state.gpus is None else str(state.gpus) == wanted)
            said.append(f"{'?' if state.gpus is None else state.gpus} of {wanted} GPUs")
        if wanted := args.get("links"):
            good.append(None if state.links_up is None else str(state.links_up) == wanted)
            said.append(f"{'?' if state.links_up is None else state.links_up} of {wanted} NVLinks up")
        if wanted := args.get("gpu_firmware"):
            good.append(state.gpu_firmware == (wanted,) if state.gpu_firmware else None)
            said.append(f"GPU firmware {', '.join(state.gpu_firmware) or '?'} ({wanted} wanted)")
        if None in good and state.unread:
            said.append(f"not read: {state.unread[0]}")
        seen = Seen.SO if all(good) else Seen.UNKNOWN if None in good else Seen.WAITING
        return Sight(seen, ", ".join(said))


def _sights(states: Mapping[str, BootState | BackendError], sight: Callable[[BootState], Sight]) -> Mapping[str, Sight]:
    """Each state as it is judged; one that cannot be seen now is unknown."""
    return {
        name: Sight(Seen.UNKNOWN, str(state)) if isinstance(state, BackendError) else sight(state)
        for name, state in states.items()
    }
