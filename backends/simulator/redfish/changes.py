"""What changed in the world since it was last looked at: events come of what it tells, never of the faults."""

from backends.simulator.alarm import Entry
from backends.simulator.redfish.chassis import node_health
from backends.simulator.redfish.events import Event, Events
from backends.simulator.redfish.resource import uri
from backends.simulator.world import World

_POWER = {
    "On": "ResourcePoweredOn",
    "Off": "ResourcePoweredOff",
    "PoweringOn": "ResourcePoweringOn",
    "PoweringOff": "ResourcePoweringOff",
}


class Changes:
    """Posts an event for each alarm that was raised or settled, and for each change of a node's power and health.

    The first look posts what is not well already. Alarms are taken from their history, in order: one that came and
    went between two looks is told as well.
    """

    def __init__(self, events: Events) -> None:
        self._events = events
        self._power: dict[str, str] = {}
        self._health: dict[str, str] = {}
        self._told = 0

    def look(self, world: World) -> None:
        """Compare the world with what it was."""
        for name, node in world.nodes.items():
            self._powered(uri("Systems", name), node.power)
        for entry in tuple(world.alarms.history):
            if entry.number > self._told:
                self._told = entry.number
                self._events.tell(_event(world, entry))
        for name, node in world.nodes.items():
            self._well(uri("Systems", name), node_health(world, node))

    def _powered(self, path: str, power: str) -> None:
        if self._power.get(path, "On") != power:
            self._events.post(_POWER[power], path)
        self._power[path] = power

    def _well(self, path: str, health: str) -> None:
        if self._health.get(path, "OK") != health:
            self._events.post(f"ResourceStatusChanged{health}", path)
        self._health[path] = health


def _event(world: World, entry: Entry) -> Event:
    """A line of the pod's history as an event; a registry's argument that names a resource is its path."""
    path = uri(entry.origin)
    return Event(
        number=0,
        at=world.wall(entry.at_s),
        key=entry.message_id,
        origin=path,
        text=entry.message,
        severity=entry.args[-1] if len(entry.args) > 1 else entry.severity,  # the health that is left
        args=tuple(path if arg == entry.origin else arg for arg in entry.args),
    )
