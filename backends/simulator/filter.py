"""The filter of a CDU's technology loop."""

RATED_HOURS = 8_760
_NEW_HOURS = 1_200.0
_CLEAN_KPA, _CLOGGED_KPA = 12.0, 70.0
_CLOGGED_SHARE = 0.55


class Filter:
    """A filter: clean or clogged. `serviced_s` is when it was last serviced, None when that was before second 0."""

    def __init__(self) -> None:
        self.clogged = False
        self.serviced_s: float | None = None
        self._hours = _NEW_HOURS
        self._since_s = 0.0

    @property
    def share(self) -> float:
        """What it lets through of the flow."""
        return _CLOGGED_SHARE if self.clogged else 1.0

    def drop_kpa(self, flow: float) -> float:
        """The pressure over it at this share of the rated flow; a clogged one takes several times the 12 kPa."""
        return (_CLOGGED_KPA if self.clogged else _CLEAN_KPA) * flow**2

    def hours(self, now_s: float) -> float:
        """Hours since it was serviced."""
        return round(self._hours + (now_s - self._since_s) / 3_600, 2)

    def service(self, now_s: float, hours: float) -> None:
        """Write its hours anew: 0 when it was changed. What clogs it is not washed out by a number."""
        self._hours, self._since_s, self.serviced_s = hours, now_s, now_s
