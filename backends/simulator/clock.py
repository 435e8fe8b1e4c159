"""Simulated time from a monotonic clock: the one place where a running world meets the real one."""

from collections.abc import Callable

from backends.simulator.world import World


class PodClock:
    """Brings a world up to the present before anybody looks at it. `speed` is simulated seconds a real one."""

    def __init__(self, world: World, monotonic: Callable[[], float], speed: float = 1.0) -> None:
        self._world = world
        self._monotonic = monotonic
        self._speed = speed
        self._start_s = monotonic()

    def world(self) -> World:
        """The world as it is now."""
        self._world.advance((self._monotonic() - self._start_s) * self._speed)
        return self._world
