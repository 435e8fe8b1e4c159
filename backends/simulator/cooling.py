"""Coolant distribution: a unit moves heat from its technology loop (TCS) to the facility's (FWS).

Heat = flow x density x specific heat x temperature difference, at every instant: the return temperature follows from
the heat its racks give off now. With less than the rated flow the heat exchanger falls behind, and the supply warms.
"""

from collections.abc import Callable

from msgspec import Struct

from backends.simulator.agenda import Agenda
from backends.simulator.filter import Filter
from backends.simulator.pump import Pump
from backends.simulator.thermal import COOLANT_C, Coolant, Lag
from backends.simulator.valve import Valve

RACKS_PER_CDU = 8
FWS_C = 18.0
DELTA_K = 10.0
TCS_KJ, TCS_KG = 3.9, 1_023.0
FWS_KJ, FWS_KG = 4.186, 998.0
FLOW_CAUTION, FLOW_CRITICAL = 0.85, 0.6
SUPPLY_CAUTION_C, SUPPLY_CRITICAL_C = 30.0, 40.0
LEVEL_CAUTION_PCT, LEVEL_CRITICAL_PCT = 60.0, 30.0
COLDEST_C, WARMEST_C = FWS_C + 3.0, 45.0
_STILL, _FASTEST = 0.08, 1.2
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
        self.filter = Filter()
        self.valve = Valve()
        self.enabled = True
        self.setpoint_c = COOLANT_C
        self.leaking_since_s: float | None = None
        self.on_change: Callable[[Cdu], None] = lambda _: None
        self._heat_w = heat_w
        self._agenda = agenda
        self._flow = Lag(1.0, _FLOW_LAG_S)
        self._supply_c = Lag(COOLANT_C, _SUPPLY_LAG_S)
        self._stepping = False
        self._energy_j = 0.0
        self._power_w = self.power_w()
        self._since_s = 0.0

    @property
    def clogged(self) -> bool:
        """Whether its filter is clogged."""
        return self.filter.clogged

    @clogged.setter
    def clogged(self, clogged: bool) -> None:
        self.filter.clogged = clogged

    @property
    def running(self) -> int:
        """Pumps that run."""
        return sum(pump.turns for pump in self.pumps)

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
        """The facility's loop: what its valve lets in takes up the heat."""
        heat_kw = self.secondary(now_s).heat_kw
        valve = self.valve.position(heat_kw * 1_000 / self.rated_w)
        lpm = valve * self.rated_w / 1_000 / (FWS_KJ * FWS_KG / 60_000 * DELTA_K)
        return Circuit(
            flow_lpm=lpm,
            supply_c=FWS_C,
            return_c=min(_BOILING_C, FWS_C + heat_kw / (lpm * FWS_KJ * FWS_KG / 60_000)),
            supply_kpa=200.0 + 90.0 * valve**2,
            return_kpa=200.0,
            heat_kw=heat_kw,
        )

    def valve_pct(self, now_s: float) -> float:
        """How far the facility's valve is open."""
        return 100 * self.valve.position(self._heat_w(self, now_s) / self.rated_w)

    def filter_kpa(self, now_s: float) -> float:
        """Pressure over the filter of the technology loop."""
        return self.filter.drop_kpa(self.flow(now_s))

    def power_w(self) -> float:
        """What the unit itself draws: pumps by the cube of their speed, and its controls."""
        speeds = (pump.speed_pct(self.running) / 100 for pump in self.pumps)
        return 250.0 + sum(0.02 * self.rated_w / 2 * speed**3 for speed in speeds)

    def energy_j(self, now_s: float) -> float:
        """What it has drawn since second 0: it never falls, whatever its pumps do."""
        return self._energy_j + self._power_w * (now_s - self._since_s)

    def enable(self, *, on: bool) -> None:
        """Start or stop the unit, its pumps with it."""
        self.enabled = on
        for pump in self.pumps:
            pump.powered = on
        self.change()

    def leak(self, *, on: bool) -> None:
        """Coolant begins to run out under the unit; or it is mended and filled up."""
        self.leaking_since_s = self._agenda.now_s if on else None
        if on:
            since_s = self._agenda.now_s
            self._agenda.after((_FULL_PCT - _DRY_PCT) / _LEAK_PCT_PER_S, lambda: self._ran_dry(since_s))
        self.change()

    def change(self) -> None:
        """A pump, the filter, a set point or the level changed: the flow sets off to what they allow."""
        now_s = self._agenda.now_s
        self._energy_j, self._since_s = self.energy_j(now_s), now_s
        self._power_w = self.power_w()
        for pump in self.pumps:
            pump.count_from(now_s)
        dry = self.level_pct(now_s) <= _DRY_PCT + 0.01
        pumped = sum(pump.share(self.running) for pump in self.pumps)
        share = min(_FASTEST, max(_STILL, pumped)) * self.filter.share * (_DRY if dry else 1.0)
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
        target_c = self._supply_target_c(now_s)
        self._supply_c.aim(target_c, now_s)
        automatic = self.valve.setpoint is None and self.leaking_since_s is None and self._flow.target >= 1.0
        well = automatic and abs(self._supply_c.at(now_s) - target_c) < 0.05
        if well and self.flow(now_s) > 0.999:
            self._supply_c.settle()
            self._flow.settle()
            self._stepping = False
        else:
            self._agenda.after(_STEP_S, self._step)
        self.on_change(self)

    def _supply_target_c(self, now_s: float) -> float:
        """Where the supply is going: to its set point, but for what flow and facility water fall short of the heat."""
        need, flow = self._heat_w(self, now_s) / self.rated_w, max(self._flow.target, 0.05)
        behind = max(0.0, 1 / flow - 1) * need + self.valve.short(need)
        return min(_BOILING_C, max(COLDEST_C, self.setpoint_c + _FALL_BEHIND_K * behind))
