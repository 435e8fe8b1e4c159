"""The restart of the controller itself: it is gone for a while, and its sessions and streams with it."""

from collections.abc import Callable

from backends.simulator.redfish.offers import actions_body
from backends.simulator.redfish.resource import Action, Body, Outcome, Parameter, Resource, uri
from backends.simulator.world import World

RESTART_S = 12.0
_KINDS = ("ForceRestart", "GracefulRestart")


class Restart:
    """Restarts of one controller. `on_restart` ends what does not outlive one; the pod itself notices nothing."""

    def __init__(self, world: Callable[[], World], on_restart: Callable[[], None]) -> None:
        self._world = world
        self._on_restart = on_restart
        self._since_s: float | None = None

    @property
    def under_way(self) -> bool:
        """Whether it does not answer now."""
        return self._since_s is not None and self._world().now_s < self._since_s + RESTART_S

    def over(self, manager: Resource | None) -> Resource | None:
        """The manager, with the action that restarts it and when that was last done."""
        if manager is None:
            return None
        kinds = Parameter(required=True, allowed=_KINDS)
        actions = {"Manager.Reset": Action(run=self._run, parameters={"ResetType": kinds})}
        world = self._world()
        began_s = self._since_s if self._since_s is not None else 0.0
        body: Body = {
            **manager.body,
            "LastResetTime": world.wall(began_s).isoformat(),
            **actions_body(uri("Managers", "controller"), actions),
        }
        return Resource(body, writes=manager.writes, actions=actions)

    def _run(self, _asked: Body) -> Outcome:
        self._since_s = self._world().now_s
        self._on_restart()
        return Outcome()
