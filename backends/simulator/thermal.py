"""Heat and power of a GPU: first-order lags, in closed form, so that a pod at rest costs nothing to advance.

Figures are of the GB300 class: about 180 W idle, up to 1,400 W busy, a cold plate that puts a busy GPU near 65 °C
over 25 °C coolant; silicon slows itself at 95 °C.
"""

from math import exp, pi, sin

COOLANT_C = 25.0
IDLE_W = 180.0
BUSY_W = 1_200.0
POWER_LIMIT_W = 1_400.0
WARNING_C = 87.0
CRITICAL_C = 95.0
_CEILING_C = 97.0
_IDLE_RISE_C = 10.0
_BUSY_RISE_C = 34.0
_POWER_LAG_S = 3.0
_HEAT_LAG_S = 25.0
_RIPPLE_PERIOD_S = 47.0


class Lag:
    """A value on its way to a target with time constant `lag_s`; between changes it is a formula, not a loop."""

    __slots__ = ("_from", "_lag_s", "_since_s", "_target")

    def __init__(self, value: float, lag_s: float) -> None:
        self._from = value
        self._target = value
        self._since_s = 0.0
        self._lag_s = lag_s

    def at(self, now_s: float) -> float:
        """The value now."""
        gap = self._from - self._target
        return self._target + gap * exp(-max(0.0, now_s - self._since_s) / self._lag_s) if gap else self._target

    def aim(self, target: float, now_s: float) -> None:
        """Set off to another target from wherever it stands."""
        self._from = self.at(now_s)
        self._target = target
        self._since_s = now_s

    def settle(self) -> None:
        """Be at the target at once: the state a world opens in."""
        self._from = self._target


class Heat:
    """Power and temperature of one GPU.

    `spread_c` is what this one runs warmer or cooler than its siblings; `load` is 0 to 1, None when it is without
    power; `extra_c` is what its coolant is too warm by.
    """

    __slots__ = ("_phase", "_power_w", "_ripple", "_temp_c", "load", "spread_c")

    def __init__(self, spread_c: float, phase: float) -> None:
        self.spread_c = spread_c
        self.load: float | None = 0.0
        self._phase = phase
        self._ripple = 0.0
        self._power_w = Lag(IDLE_W, _POWER_LAG_S)
        self._temp_c = Lag(COOLANT_C + _IDLE_RISE_C + spread_c, _HEAT_LAG_S)

    def change(self, load: float | None, extra_c: float, now_s: float) -> None:
        """A job came or went, power came or went, or the coolant changed."""
        self.load = load
        coolant_c = COOLANT_C + extra_c
        if load is None:
            self._power_w.aim(0.0, now_s)
            self._temp_c.aim(coolant_c, now_s)
            self._ripple = 0.0
            return
        self._power_w.aim(IDLE_W + load * (BUSY_W - IDLE_W), now_s)
        rise_c = _IDLE_RISE_C + load * _BUSY_RISE_C
        self._temp_c.aim(min(_CEILING_C, coolant_c + rise_c + self.spread_c), now_s)
        self._ripple = load

    def settle(self) -> None:
        """Be where the load would have brought it long ago."""
        self._power_w.settle()
        self._temp_c.settle()

    def power_w(self, now_s: float) -> float:
        """Power now; training steps make it breathe by a few percent."""
        return round(self._power_w.at(now_s) * (1 + 0.04 * self._wave(now_s)), 1)

    def temp_c(self, now_s: float) -> float:
        """Temperature now."""
        return round(self._temp_c.at(now_s) + 0.6 * self._wave(now_s), 1)

    def _wave(self, now_s: float) -> float:
        return self._ripple * sin(2 * pi * (now_s / _RIPPLE_PERIOD_S + self._phase)) if self._ripple else 0.0
