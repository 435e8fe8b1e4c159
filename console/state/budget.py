"""How many requests a pod's controllers may be asked for in a minute. A console must never be what hurts them."""

from collections import deque

from console.state.clock import Clock

WINDOW_S = 60.0


class Budget:
    """A sliding minute of requests for one pod. It delays rounds; it never drops one, and never refuses a write."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._spent: deque[tuple[float, int]] = deque()
        self._total = 0

    def charge(self, requests: int) -> None:
        """Count requests that were sent just now."""
        if requests > 0:
            self._spent.append((self._clock.monotonic(), requests))
            self._total += requests

    @property
    def used(self) -> int:
        """Requests sent in the last minute."""
        self._forget()
        return self._total

    def delay_s(self) -> float:
        """How long to wait until the last minute holds less than the budget; 0 when it does now."""
        self._forget()
        over = self._total - self.per_minute
        if over < 0:
            return 0.0
        for at, requests in self._spent:
            over -= requests
            if over < 0:
                return max(0.0, at + WINDOW_S - self._clock.monotonic())
        return 0.0

    def _forget(self) -> None:
        horizon = self._clock.monotonic() - WINDOW_S
        while self._spent and self._spent[0][0] <= horizon:
            self._total -= self._spent.popleft()[1]
