"""Coolant distribution: a unit moves heat from its technology loop (TCS) to the facility's (FWS).

Heat = flow x density x specific heat x temperature difference, at every instant: the return temperature follows from
the heat its racks give off now. With less than the rated flow the heat exchanger falls behind, and the supply warms.
"""

from collections.abc import Callable

from msgspec import Struct

from backends.simulator.agenda import Agenda
from backends.simulator.pump import Pump
from backends.simulator.thermal import COOLANT_C, Coolant, Lag

RACKS_PER_CDU = 8
FWS_C = 18.0
DELTA_K = 10.0
TCS_KJ, TCS_KG = 3.9, 1_023.0
FWS_KJ, FWS_KG = 4.186, 998.0
FLOW_CAUTION, FLOW_CRITICAL = 0.85, 0.6
SUPPLY_CAUTION_C, SUPPLY_CRITICAL_C = 30.0, 40.0
LEVEL_CAUTION_PCT, LEVEL_CRITICAL_PCT = 60.0, 30.0
_FLOW = {2: 1.0, 1: 0.5, 0: 0.08}
_CLOGGED = 0.55
_DRY = 0.3
_FLOW_LAG_S = 4.0
_SUPPLY_LAG_S = 45.0
_STEP_S = 15.0
_FALL_BEHIND_K = 10.0
_FULL_PCT = 92.0
_LEAK_PCT_PER_S = 1.5 / 60
_DRY_PCT = 20.0
_HEAD_KPA = 160.0
_BOILING_C = 95.0


class Circuit(Struct, frozen=True, kw_only=True):
    """One side of the heat exchanger at one instant."""

    flow_lpm: float
    supply_c: float
    return_c: float
    supply_kpa: float
    return_kpa: float
    heat_kw: float


class Cdu:
    """A unit over some racks (their indices). `heat_w` says what they give to the coolant at a second.

    `on_change` hears when what reaches the cold plates has changed; it is told again every 15 s for as long as the
    loop is not where it should be, and never while all is well.
    """

    def __init__(
        self,
        name: str,
        racks: tuple[int, ...],
        rated_w: float,
        agenda: Agenda,
        heat_w: Callable[["Cdu", float], float],
    ) -> None:
        self.name = name
        self.racks = racks
        self.rated_w = rated_w
        self.rated_lpm = rated_w / 1_000 / (TCS_KJ * TCS_KG / 60_000 * DELTA_K)
        self.pumps = tuple(Pump(f"pump{number}", 8_760.0 + 137 * number) for number in (1, 2))
        self.clogged = False
        self.leaking_since_s: float | None = None
        self.on_change: Callable[[Cdu], None] = lambda _: None
        self._heat_w = heat_w
        self._agenda = agenda
        self._flow = Lag(1.0, _FLOW_LAG_S)
        self._supply_c = Lag(COOLANT_C, _SUPPLY_LAG_S)
        self._stepping = False

    @property
    def running(self) -> int:
        """Pumps that run."""
        return sum(not pump.failed for pump in self.pumps)

    def flow(self, now_s: float) -> float:
        """The flow of its technology loop, as a share of the rated one."""
        return self._flow.at(now_s)

    def coolant(self, now_s: float) -> Coolant:
        """What it sends to its racks."""
        return Coolant(self._supply_c.at(now_s), self.flow(now_s))

    def level_pct(self, now_s: float) -> float:
        """How full its reservoir is: a leak empties it by 1.5 % a minute."""
        lost = 0.0 if self.leaking_since_s is None else (now_s - self.leaking_since_s) * _LEAK_PCT_PER_S
        return max(0.0, _FULL_PCT - lost)

    def secondary(self, now_s: float) -> Circuit:
        """The technology loop: what reaches the racks and what comes back."""
        coolant = self.coolant(now_s)
        lpm = coolant.flow * self.rated_lpm
        carried_kw = lpm * TCS_KJ * TCS_KG / 60_000
        return_c = min(_BOILING_C, coolant.supply_c + self._heat_w(self, now_s) / 1_000 / carried_kw)
        drop_kpa = _HEAD_KPA * coolant.flow**2
        return Circuit(
            flow_lpm=lpm,
            supply_c=coolant.supply_c,
            return_c=return_c,
            supply_kpa=140.0 + drop_kpa,
            return_kpa=140.0,
            heat_kw=carried_kw * (return_c - coolant.supply_c),
        )

    def primary(self, now_s: float) -> Circuit:
        """The facility's loop: its valve opens with the heat, between 30 and 100 %."""
        heat_kw = self.secondary(now_s).heat_kw
        valve = self.valve(heat_kw)
        lpm = valve * self.rated_w / 1_000 / (FWS_KJ * FWS_KG / 60_000 * DELTA_K)
        return Circuit(
            flow_lpm=lpm,
            supply_c=FWS_C,
            return_c=FWS_C + heat_kw / (lpm * FWS_KJ * FWS_KG / 60_000),
            supply_kpa=200.0 + 90.0 * valve**2,
            return_kpa=200.0,
            heat_kw=heat_kw,
        )

    def valve(self, heat_kw: float) -> float:
        """How far the facility's valve is open, 0 to 1."""
        return min(1.0, max(0.3, heat_kw * 1_000 / self.rated_w))

    def filter_kpa(self, now_s: float) -> float:
        """Pressure over the filter of the technology loop; a clogged one takes several times its 12 kPa."""
        return (70.0 if self.clogged else 12.0) * self.flow(now_s) ** 2

    def power_w(self) -> float:
        """What the unit itself draws: pumps by the cube of their speed, and its controls."""
        speeds = (pump.speed_pct(self.running) / 100 for pump in self.pumps)
        return 250.0 + sum(0.02 * self.rated_w / 2 * speed**3 for speed in speeds)

    def leak(self, *, on: bool) -> None:
        """Coolant begins to run out under the unit; or it is mended and filled up."""
        self.leaking_since_s = self._agenda.now_s if on else None
        if on:
            since_s = self._agenda.now_s
            self._agenda.after((_FULL_PCT - _DRY_PCT) / _LEAK_PCT_PER_S, lambda: self._ran_dry(since_s))
        self.change()

    def change(self) -> None:
        """A pump, the filter or the level changed: the flow sets off to what they allow."""
        now_s = self._agenda.now_s
        dry = self.level_pct(now_s) <= _DRY_PCT + 0.01
        share = _FLOW[self.running] * (_CLOGGED if self.clogged else 1.0) * (_DRY if dry else 1.0)
        self._flow.aim(share, now_s)
        if not self._stepping:
            self._stepping = True
            self._agenda.after(0.0, self._step)

    def _ran_dry(self, since_s: float) -> None:
        if self.leaking_since_s == since_s:
            self.change()

    def _step(self) -> None:
        """Let the supply follow flow and heat, and tell the racks; again in a while unless all is as it should be."""
        now_s = self._agenda.now_s
        flow = max(self._flow.target, 0.05)
        behind_k = _FALL_BEHIND_K * (1 / flow - 1) * self._heat_w(self, now_s) / self.rated_w
        self._supply_c.aim(COOLANT_C + behind_k, now_s)
        well = flow >= 1.0 and abs(self._supply_c.at(now_s) - COOLANT_C) < 0.05 and self.leaking_since_s is None
        if well and self.flow(now_s) > 0.999:
            self._supply_c.settle()
            self._flow.settle()
            self._stepping = False
        else:
            self._agenda.after(_STEP_S, self._step)
        self.on_change(self)
