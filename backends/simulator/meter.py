"""Meters of energy and power: what they count since somebody reset them, and the highest they have seen."""

from collections.abc import Callable

from msgspec import Struct

SAMPLE_S = 30.0


class Energy(Struct, frozen=True, kw_only=True):
    """One meter: joules since its reset, over its life, and when it was reset (None: never since second 0)."""

    since_reset_j: float
    lifetime_j: float
    reset_s: float | None


class Peak(Struct, frozen=True):
    """The highest power a meter has seen, and when."""

    power_w: float
    at_s: float


class Meters:
    """The meters of a pod, by name. What they measure is told to them: `lifetime_j` only ever rises.

    A peak comes of samples, one in 30 s, and of every reading that was given out: no reading is above it.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._resets: dict[str, tuple[float, float]] = {}
        self._peaks: dict[str, Peak] = {}

    def energy(self, name: str, lifetime_j: float) -> Energy:
        """What the meter shows."""
        before_j, reset_s = self._resets.get(name, (0.0, None))
        return Energy(since_reset_j=lifetime_j - before_j, lifetime_j=lifetime_j, reset_s=reset_s)

    def see(self, name: str, power_w: float) -> None:
        """Hold it, if it is the highest."""
        before = self._peaks.get(name)
        if before is None or power_w > before.power_w:
            self._peaks[name] = Peak(power_w, self._now())

    def peak(self, name: str) -> Peak | None:
        """The highest it has seen, None when it is no meter that is sampled."""
        return self._peaks.get(name)

    def reset(self, name: str, lifetime_j: float, power_w: float) -> None:
        """Begin anew: energy from zero, the peak from what flows now. What it has counted over its life stays."""
        self._resets[name] = (lifetime_j, self._now())
        if name in self._peaks:
            self._peaks[name] = Peak(power_w, self._now())
