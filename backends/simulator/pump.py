"""One pump of a CDU."""

SLOWEST_PCT, FASTEST_PCT = 20.0, 100.0
_SHARED_PCT = 62.0


class Pump:
    """A pump: whole or `failed`, `enabled` by its operator, `powered` by its unit; it turns when it is all three.

    Left to itself (`setpoint_pct` is None) it shares the flow with its sibling; alone it turns at full speed, and
    still brings only half of it. A set point holds it at that speed, whatever the flow comes to.
    """

    def __init__(self, name: str, hours: float) -> None:
        self.name = name
        self.failed = False
        self.enabled = True
        self.powered = True
        self.setpoint_pct: float | None = None
        self._hours = hours
        self._since_s = 0.0
        self._turned = True

    @property
    def turns(self) -> bool:
        """Whether it turns."""
        return self.enabled and self.powered and not self.failed

    def aim_pct(self, running: int) -> float:
        """The speed it is to have when that many pumps of its unit run."""
        return self.setpoint_pct or _automatic_pct(running)

    def speed_pct(self, running: int) -> float:
        """Its speed when that many pumps of its unit run."""
        return self.aim_pct(running) if self.turns else 0.0

    def share(self, running: int) -> float:
        """What it brings of its unit's rated flow: half of it at the speed it would choose itself."""
        return 0.5 * self.speed_pct(running) / _automatic_pct(running)

    def hours(self, now_s: float) -> float:
        """Service hours: those it has turned."""
        return round(self._hours + self._turned * (now_s - self._since_s) / 3_600, 2)

    def count_from(self, now_s: float, hours: float | None = None) -> None:
        """Count its hours from now on as it now turns, or stands; `hours` sets them, as after a service."""
        self._hours = self.hours(now_s) if hours is None else hours
        self._since_s, self._turned = now_s, self.turns


def _automatic_pct(running: int) -> float:
    return _SHARED_PCT if running > 1 else FASTEST_PCT
