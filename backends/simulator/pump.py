"""One pump of a CDU."""

_SHARED_PCT = 62.0


class Pump:
    """A pump: running or not. Two share the flow; one alone turns at full speed and still brings only half of it."""

    def __init__(self, name: str, hours: float) -> None:
        self.name = name
        self.failed = False
        self._hours = hours

    def speed_pct(self, running: int) -> float:
        """Its speed when that many pumps of its CDU run."""
        return 0.0 if self.failed else _SHARED_PCT if running > 1 else 100.0

    def hours(self, now_s: float) -> float:
        """Service hours."""
        return round(self._hours + now_s / 3_600, 1)
