"""What changed in the world since it was last looked at: events come of comparing, never of the faults themselves."""

from backends.simulator.redfish.chassis import node_health
from backends.simulator.redfish.events import Events
from backends.simulator.redfish.resource import ROOT, uri
from backends.simulator.world import World

_POWER = {
    "On": "ResourcePoweredOn",
    "Off": "ResourcePoweredOff",
    "PoweringOn": "ResourcePoweringOn",
    "PoweringOff": "ResourcePoweringOff",
}


class Changes:
    """Posts an event for each change of power and of health. The first look posts what is not well already."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._power: dict[str, str] = {}
        self._health: dict[str, str] = {}

    def look(self, world: World) -> None:
        """Compare the world with what it was."""
        systems = {uri("Systems", name) for name in world.nodes}
        for name, node in world.nodes.items():
            path = uri("Systems", name)
            self._powered(path, node.power)
            self._well(path, node_health(world, node))
        wrong = {uri(alarm.origin) for alarm in world.alarms.active.values()}
        for path in wrong | {path for path, health in self._health.items() if health != "OK"}:
            if path not in systems:
                self._well(path, world.alarms.health(path.removeprefix(f"{ROOT}/")))

    def _powered(self, path: str, power: str) -> None:
        if self._power.get(path, "On") != power:
            self._events.post(_POWER[power], path)
        self._power[path] = power

    def _well(self, path: str, health: str) -> None:
        if self._health.get(path, "OK") != health:
            self._events.post(f"ResourceStatusChanged{health}", path)
        self._health[path] = health
