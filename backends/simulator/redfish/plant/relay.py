"""The relay of a PDU's outlet: who switches it, and what keeps him from it (DSP0268 Outlet v1.5 PowerControl)."""

from functools import partial

from backends.simulator.pdu import Outlet, Pdu
from backends.simulator.redfish.errors import Refused
from backends.simulator.redfish.offers import switch
from backends.simulator.redfish.resource import Action, Body, Outcome, Parameter, Write
from backends.simulator.world import World

_CYCLE_S = 5.0


def relay(world: World, name: str, id_: str) -> tuple[Body, dict[str, Action], dict[str, Write]]:
    """The relay of a PDU's outlet: what it adds to its body, what it does, and the lock on it."""
    pdu = world.plant.pdus[name]
    outlet = next(each for each in pdu.outlets if each.name == id_)

    def lock(on: bool) -> None:  # noqa: FBT001 - what a Write applies is its one argument
        outlet.locked = on

    states = Parameter(required=True, allowed=("On", "Off", "PowerCycle"))
    control = Action(
        run=lambda asked: _switch(world, pdu, outlet, str(asked["PowerState"])), parameters={"PowerState": states}
    )
    return (
        {"PowerControlLocked": outlet.locked},
        {"Outlet.PowerControl": control},
        {"PowerControlLocked": switch(lock)},
    )


def _switch(world: World, pdu: Pdu, outlet: Outlet, state_: str) -> Outcome:
    """Switch an outlet: its shelf loses its input at once, and its rack what the other shelf cannot carry."""
    if outlet.locked:
        raise Refused(409, "ResourceInUse")
    world.plant.switch_outlet(pdu, outlet, on=state_ == "On")
    outlet.turn += 1
    if state_ == "PowerCycle":
        world.agenda.after(_CYCLE_S, partial(_on_again, world, pdu, outlet, outlet.turn))
    return Outcome()


def _on_again(world: World, pdu: Pdu, outlet: Outlet, turn: int) -> None:
    """The end of a power cycle, unless another command has overtaken it."""
    if outlet.turn == turn:
        world.plant.switch_outlet(pdu, outlet, on=True)
