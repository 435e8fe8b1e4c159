"""The request meter of a pod as it is told: it moves when it says something new.

Asked once a second and counted over a minute, a pod's requests are 59, 60 or 61 from one second to the next, and a
controller that is asked 8 things every 20 seconds is asked 16 or 32 in a minute. Told as they are they would cost a
slow link bytes for ever while nothing happens; and in the first minute they would only count up.
"""

from datetime import timedelta

LEAST = 3
WINDOW = timedelta(minutes=1)


class Meter:
    """The requests in the last minute by pod, within a third of what they are, and exact from half the budget on."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}

    def of(self, pod: str, requests: int, budget: int, counted: timedelta) -> int | None:
        """What is told: what was told before, unless it is a third off by now, or from something to nothing.

        None while not `counted` for a minute, unless it is half the budget already.
        """
        near = requests * 2 > budget
        if counted < WINDOW and not near:
            return None
        told = self._told.get(pod)
        if told is None or not requests or near or abs(requests - told) > max(LEAST, told // 3):
            told = self._told[pod] = requests
        return told
