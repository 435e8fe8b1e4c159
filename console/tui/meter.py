"""The request meter of a pod as it is told: it moves when it says something new.

Asked once a second and counted over a minute, a pod's requests are 59, 60 or 61 from one second to the next. Told as
they are they would cost a slow link bytes for ever while nothing happens.
"""

LEAST = 3


class Meter:
    """The requests in the last minute by pod, within a tenth of what they are."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}

    def of(self, pod: str, requests: int) -> int:
        """What is told: what was told before, unless it is a tenth off by now, or from something to nothing."""
        told = self._told.get(pod)
        if told is None or not requests or abs(requests - told) > max(LEAST, requests // 10):
            told = self._told[pod] = requests
        return told
