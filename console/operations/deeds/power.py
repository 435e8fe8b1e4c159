"""Power through the controller: on and off are looked at; a reset or an NMI must not happen twice."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

from backends.errors import BackendError, NotSupported, TimedOut
from backends.model.boot import BootState
from backends.model.node import Power
from backends.ports import Hardware, PowerAction, Provisioner
from console.operations.deeds.claim import claimed
from console.operations.deeds.deed import ASKED, Deed, Effect, Look, Seen, Sight
from console.operations.deeds.side_by_side import side_by_side
from console.operations.operation import Progress
from console.operations.result import Outcome
from console.operations.step import Step
from console.operations.world import World

JOBS = "slurm.jobs"
TOO_EARLY = timedelta(seconds=30)
"""How long a controller may take to show a reset it has accepted."""


class Switch(Deed):
    """Brings power to a state, by one kind of asking. Repeatable: a node that is off is not switched off again."""

    missed = Outcome.TIMED_OUT

    def __init__(self, wanted: Power, action: PowerAction) -> None:
        self._wanted = wanted
        self._action = action

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """By a look at each system alone."""
        states = await boot_states(world, look.nodes)
        return allowed(world, look, {name: self._sight(state) for name, state in states.items()})

    def _sight(self, state: BootState | BackendError) -> Sight:
        if isinstance(state, BackendError):
            return Sight(Seen.UNKNOWN, str(state))
        if state.power is self._wanted:
            return Sight(Seen.SO, f"power {state.power.value}")
        if state.power in (Power.ON, Power.OFF, Power.PAUSED):
            return Sight(Seen.NEEDED, f"power {state.power.value}")
        seen = Seen.UNKNOWN if state.power is Power.UNKNOWN else Seen.WAITING
        return Sight(seen, f"power {state.power.value}")

    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Effect:  # noqa: ARG002 - a port
        """One request for all where the controller can do that, else one for each."""
        return await ask(world, nodes, self._action)


class Reset(Deed):
    """A forced restart of a node that is on. The controller's own record of the last reset is the witness."""

    repeatable = False
    missed = Outcome.TIMED_OUT

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """Done is: the last reset is another than before it was asked for, and the power is back on.

        A controller that is still between off and on would show a node as off that is about to start.
        """
        states = await boot_states(world, look.nodes)
        sights = {name: self._sight(look, name, state) for name, state in states.items()}
        return allowed(world, look, sights)

    def _sight(self, look: Look, name: str, state: BootState | BackendError) -> Sight:
        if isinstance(state, BackendError):
            return Sight(Seen.UNKNOWN, str(state))
        if name in look.asked and name not in look.refused:
            return self._under_way(look, name, state)
        if state.power is Power.OFF:
            return Sight(Seen.BAD, "power Off: there is nothing to reset")
        return Sight(Seen.NEEDED, f"power {state.power.value}")

    def _under_way(self, look: Look, name: str, state: BootState) -> Sight:
        now = _last_reset(state)
        if now and now == look.asked[name]:
            return Sight(Seen.WAITING, "accepted")
        if not now and name in look.unanswered:
            return Sight(Seen.UNKNOWN, "not answered, and this controller does not say when a node was last reset")
        if state.power is not Power.ON:
            return Sight(Seen.WAITING, f"accepted; power {state.power.value}, not back on yet")
        said = f"reset at {now}" if now else "accepted; this controller does not say when a node was last reset"
        return Sight(Seen.SO, said)

    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Effect:  # noqa: ARG002 - a port
        """One request for all where the controller can do that, else one for each."""
        return await ask(world, nodes, PowerAction.RESET)

    async def before(self, world: World, step: Step, nodes: Sequence[str]) -> Mapping[str, str]:  # noqa: ARG002 - a port
        """When each was last reset."""
        return {name: _last_reset(known(state)) for name, state in (await boot_states(world, nodes)).items()}

    async def happened(self, world: World, step: Step, node: str, begun: Progress) -> bool | None:  # noqa: ARG002 - a port
        """By the last reset; not before the controller has had time to show it."""
        if not begun.before:
            return None
        state = known((await boot_states(world, (node,)))[node])
        if _last_reset(state) != begun.before:
            return True
        if world.clock.now() < begun.since + TOO_EARLY:
            raise TimedOut("a reset may be under way; it is given time to show")
        return False


class Nmi(Deed):
    """A non-maskable interrupt, for a node that hangs. Nothing shows that it came; it is never repeated."""

    repeatable = False

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """Accepted is all that can be seen."""
        return allowed(world, look, {name: self._sight(world, look, name) for name in look.nodes})

    def _sight(self, world: World, look: Look, name: str) -> Sight:
        if name not in look.asked or name in look.refused:
            try:
                world.system(name)
            except NotSupported as error:
                return Sight(Seen.BAD, str(error))
            except BackendError as error:
                return Sight(Seen.UNKNOWN, str(error))  # asking now would leave a record of what was never sent
            return Sight(Seen.NEEDED, "not sent")
        if name in look.unanswered:
            return Sight(Seen.UNKNOWN, "not answered: it may have come, and nothing shows it")
        return Sight(Seen.SO, "accepted by the controller")

    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Effect:  # noqa: ARG002 - a port
        """One request for each."""
        return await ask(world, nodes, PowerAction.NMI)

    async def happened(self, world: World, step: Step, node: str, begun: Progress) -> bool | None:  # noqa: ARG002 - a port
        """It cannot be told."""
        return None


def allowed(world: World, look: Look, sights: Mapping[str, Sight]) -> Mapping[str, Sight]:
    """The same, but nothing is wanting that must not be now; only for what has not been asked for yet.

    Where the step wants its nodes claimed, that is what is another's by now; where it spares running work, what has
    started since the plan was made, or may have.
    """
    sights = claimed(world, look, sights)
    wanting = tuple(name for name, sight in sights.items() if sight.seen is Seen.NEEDED and name not in look.asked)
    if wanting and "spare" in look.step.args and JOBS in world.sources:
        since = min(look.begun_at[name] for name in wanting)
        if not world.fresh((JOBS,), since):
            world.poke((JOBS,))
            said = world.silent((JOBS,)) or "waiting for the job list"
            return {**sights, **dict.fromkeys(wanting, Sight(Seen.WAITING, f"nothing asked for yet: {said}"))}
        return {**sights, **_busy(world, wanting)}
    return sights


def _busy(world: World, names: Sequence[str]) -> Mapping[str, Sight]:
    jobs = {name: ", ".join(job.id for job in world.snapshot.jobs_on(name)) for name in names}
    return {
        name: Sight(Seen.BLOCKED, f"job {said} has started there since the plan was made; drain it first")
        for name, said in jobs.items()
        if said
    }


async def ask(world: World, nodes: Sequence[str], action: PowerAction) -> Effect:
    """Ask for a power action: in one request for those that one controller can do together, else one by one."""
    groups: dict[str, tuple[Hardware, dict[str, str]]] = {}
    for name in nodes:
        hardware, system = world.system(name)
        groups.setdefault(hardware.where, (hardware, {}))[1][name] = system
    asked = await asyncio.gather(*(_ask_one(hardware, systems, action) for hardware, systems in groups.values()))
    errors = {name: error for one in asked for name, error in one.errors.items()}
    return Effect(errors, {name: words for one in asked for name, words in one.said.items()})


async def _ask_one(hardware: Hardware, systems: Mapping[str, str], action: PowerAction) -> Effect:
    if len(systems) > 1:
        try:
            if await hardware.power_together(tuple(systems.values()), action, batch=len(systems), delay_s=0):
                return ASKED
        except BackendError as error:
            return Effect(dict.fromkeys(systems, error))
    return await side_by_side(tuple(systems), lambda name: hardware.power(systems[name], action))


async def boot_states(
    world: World, nodes: Sequence[str], *, parts: bool = False, bmc: bool = False
) -> Mapping[str, BootState | BackendError]:
    """One look at each system; an error where one cannot be seen, which is no reason not to see the others."""

    async def one(name: str) -> BootState | BackendError:
        try:
            provisioner, system = provisioner_of(world, name)
            return await provisioner.boot_state(system, parts=parts, bmc=bmc)
        except BackendError as error:
            return error

    return dict(zip(nodes, await asyncio.gather(*(one(name) for name in nodes)), strict=True))


def provisioner_of(world: World, name: str) -> tuple[Provisioner, str]:
    """Who arranges a node's start. Raises NotSupported where nobody does."""
    hardware, system = world.system(name)
    if hardware.provisioner is None:
        raise NotSupported(f"{name}: its controller arranges nothing", where=hardware.where)
    return hardware.provisioner, system


def known(state: BootState | BackendError) -> BootState:
    """What was seen; raises what kept it from being seen."""
    if isinstance(state, BackendError):
        raise state
    return state


def _last_reset(state: BootState) -> str:
    return state.reset_at.isoformat() if state.reset_at else ""
