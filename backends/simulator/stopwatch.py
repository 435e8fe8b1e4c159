"""How long something has been so, all times together."""


class Stopwatch:
    """Adds up the seconds between `run(on=True)` and `run(on=False)`."""

    __slots__ = ("_since_s", "_total_s")

    def __init__(self) -> None:
        self._total_s = 0.0
        self._since_s: float | None = None

    def run(self, now_s: float, *, on: bool) -> None:
        """Whether it is so from now on. What is so already goes on."""
        if on and self._since_s is None:
            self._since_s = now_s
        elif not on:
            self._total_s = self.total_s(now_s)
            self._since_s = None

    def total_s(self, now_s: float) -> float:
        """Seconds up to now."""
        return self._total_s + (max(0.0, now_s - self._since_s) if self._since_s is not None else 0.0)
