"""Heat and power of a GPU: first-order lags, in closed form, so that a pod at rest costs nothing to advance.

Figures are of the GB300 class: about 180 W idle, up to 1,400 W busy, a cold plate that puts a busy GPU near 65 °C
over 25 °C coolant; silicon slows itself from 87 °C on, which wins back part of the excess, not all of it.
"""

from math import exp, log, pi, sin

from msgspec import Struct

COOLANT_C = 25.0
IDLE_W = 180.0
BUSY_W = 1_200.0
POWER_LIMIT_W = 1_400.0
WARNING_C = 87.0
CRITICAL_C = 95.0
RIPPLE = 0.04
_CEILING_C = 97.0
_IDLE_RISE_C = 10.0
_BUSY_RISE_C = 34.0
_HELD_SHARE = 0.6
_POWER_LAG_S = 3.0
_HEAT_LAG_S = 25.0
_RIPPLE_PERIOD_S = 47.0
_AT_ONCE_S = 0.01
THERMAL = "ThermalLimit"
POWER = "PowerLimit"


class Lag:
    """A value on its way to a target with time constant `lag_s`; between changes it is a formula, not a loop."""

    __slots__ = ("_area", "_from", "_lag_s", "_since_s", "target")

    def __init__(self, value: float, lag_s: float) -> None:
        self._from = value
        self.target = value
        self._since_s = 0.0
        self._lag_s = lag_s
        self._area = 0.0

    def at(self, now_s: float) -> float:
        """The value now."""
        gap = self._from - self.target
        return self.target + gap * exp(-max(0.0, now_s - self._since_s) / self._lag_s) if gap else self.target

    def area(self, now_s: float) -> float:
        """The value times the seconds it stood, added up since second 0: joules, of a power."""
        passed_s = max(0.0, now_s - self._since_s)
        gap = self._from - self.target
        curved = gap * self._lag_s * (1 - exp(-passed_s / self._lag_s)) if gap else 0.0
        return self._area + self.target * passed_s + curved

    def aim(self, target: float, now_s: float) -> None:
        """Set off to another target from wherever it stands."""
        self._area = self.area(now_s)
        self._from = self.at(now_s)
        self.target = target
        self._since_s = now_s

    def settle(self) -> None:
        """Be at the target at once: the state a world opens in."""
        self._from = self.target

    def passes_s(self, mark: float, now_s: float) -> float | None:
        """Seconds until it passes a mark on its way, None when the mark is not on it."""
        ahead, total = mark - self.target, self.at(now_s) - self.target
        if not total or not 0 < ahead / total < 1:
            return None
        return self._lag_s * log(total / ahead)


class Coolant(Struct, frozen=True):
    """What reaches a cold plate: how warm, and how much of the rated flow (0 to 1)."""

    supply_c: float = COOLANT_C
    flow: float = 1.0

    @property
    def resistance(self) -> float:
        """How much higher silicon stands over its coolant than at the rated flow."""
        return min(6.0, 1 + 0.6 * (1 / max(self.flow, 0.05) - 1))


class Heat:
    """Power and temperature of one GPU.

    `spread_c` is what this one runs warmer or cooler than its siblings; `load` is what its job asks of it, 0 to 1, None
    when it is without power; `run` is what it does of that while it is throttled for `causes` (DSP0268 ThrottleCauses).
    """

    __slots__ = ("_phase", "_power_w", "_temp_c", "causes", "load", "run", "spread_c")

    def __init__(self, spread_c: float, phase: float) -> None:
        self.spread_c = spread_c
        self.load: float | None = 0.0
        self.run = 0.0
        self.causes: tuple[str, ...] = ()
        self._phase = phase
        self._power_w = Lag(IDLE_W, _POWER_LAG_S)
        self._temp_c = Lag(COOLANT_C + _IDLE_RISE_C + spread_c, _HEAT_LAG_S)

    @property
    def pace(self) -> float:
        """How fast its work goes, as a share of full speed."""
        return self.run / self.load if self.load else 1.0

    def change(self, load: float | None, coolant: Coolant, cap_w: float, now_s: float) -> None:
        """A job came or went, power came or went, the coolant changed, or it may draw no more than `cap_w`."""
        self.load = load
        if load is None:
            self.run, self.causes = 0.0, ()
            self._power_w.aim(0.0, now_s)
            self._temp_c.aim(coolant.supply_c, now_s)
            return
        allowed = min(load, max(0.0, (cap_w - IDLE_W) / (BUSY_W - IDLE_W)))
        causes = (POWER,) if allowed < load else ()
        base_c = coolant.supply_c + self.spread_c + coolant.resistance * _IDLE_RISE_C
        a_load_c = coolant.resistance * _BUSY_RISE_C
        target_c = base_c + allowed * a_load_c
        self.run = allowed
        if target_c > WARNING_C and self._temp_c.at(now_s) >= WARNING_C - 0.01:
            held_c = WARNING_C + _HELD_SHARE * (target_c - WARNING_C)
            self.run = max(0.0, min(allowed, (held_c - base_c) / a_load_c))
            target_c = base_c + self.run * a_load_c
            causes = (*causes, THERMAL)
        self.causes = causes if load else ()
        self._power_w.aim(IDLE_W + self.run * (BUSY_W - IDLE_W), now_s)
        self._temp_c.aim(min(_CEILING_C, target_c), now_s)

    def settle(self) -> None:
        """Be where the load would have brought it long ago."""
        self._power_w.settle()
        self._temp_c.settle()

    def power_w(self, now_s: float) -> float:
        """Power now; training steps make it breathe by a few percent."""
        return round(self._power_w.at(now_s) * (1 + RIPPLE * self._wave(now_s)), 1)

    def energy_j(self, now_s: float) -> float:
        """What it has drawn since second 0. The breathing has no mean, and is left out."""
        return self._power_w.area(now_s)

    def temp_c(self, now_s: float) -> float:
        """Temperature now."""
        return round(self._temp_c.at(now_s) + 0.6 * self._wave(now_s), 1)

    def level(self, now_s: float) -> str:
        """Where its temperature stands against its limits, without the breathing: Redfish's Health."""
        temp_c = self._temp_c.at(now_s)
        return "Critical" if temp_c >= CRITICAL_C else "Warning" if temp_c >= WARNING_C else "OK"

    def passes_s(self, now_s: float) -> float | None:
        """Seconds until its temperature passes one of its limits, up or down; None when it will not."""
        marks = (self._temp_c.passes_s(limit_c, now_s) for limit_c in (WARNING_C, CRITICAL_C))
        return min((mark for mark in marks if mark and mark > _AT_ONCE_S), default=None)

    def _wave(self, now_s: float) -> float:
        return self.run * sin(2 * pi * (now_s / _RIPPLE_PERIOD_S + self._phase)) if self.run else 0.0
