"""What happens when, in simulated seconds. The order is total, so that one seed always makes one history."""

import heapq
from collections.abc import Callable
from itertools import count


class Agenda:
    """Actions by the second they are due; those due at once run in the order they were put down.

    `run_to` works through everything due up to then, with `now_s` standing at each action's own time: a world that
    is advanced once by an hour and one advanced 3,600 times by a second end the same.
    """

    def __init__(self) -> None:
        self.now_s = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def at(self, time_s: float, action: Callable[[], None]) -> None:
        """Put down an action; one that is overdue already runs at the next `run_to`."""
        heapq.heappush(self._due, (max(time_s, self.now_s), next(self._order), action))

    def after(self, delay_s: float, action: Callable[[], None]) -> None:
        """Put down an action relative to now."""
        self.at(self.now_s + delay_s, action)

    def run_to(self, time_s: float) -> None:
        """Do everything due up to `time_s`. Time never runs backwards: an earlier time changes nothing."""
        while self._due and self._due[0][0] <= time_s:
            due_s, _, action = heapq.heappop(self._due)
            self.now_s = due_s
            action()
        self.now_s = max(self.now_s, time_s)
