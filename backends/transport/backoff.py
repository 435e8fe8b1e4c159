"""When a failed connection may be tried again.

A gate, not a loop: nobody sleeps here. Doubling with jitter, so that a hundred consoles do not knock at once; after a
refused login much longer, since sshd's PerSourcePenalties locks out the whole address after a few of those.
"""

import random
import time
from collections.abc import Callable

_FIRST_S = 1.0
_CEILING_S = 60.0
_FIRST_REFUSED_S = 60.0
_CEILING_REFUSED_S = 900.0


class Backoff:
    """Counts failures in a row. `clock` is monotonic seconds, `draw` a number in [0, 1)."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, draw: Callable[[], float] = random.random
    ) -> None:
        self._clock = clock
        self._draw = draw
        self._failures = 0
        self._due_at = float("-inf")

    def failed(self, *, refused: bool) -> None:
        """Another failure; `refused` when the far side (or we) said no, which asking again will not change."""
        first_s, ceiling_s = (_FIRST_REFUSED_S, _CEILING_REFUSED_S) if refused else (_FIRST_S, _CEILING_S)
        # 2**30 s is past any ceiling: the exponent is bounded so that years of failures stay a finite float.
        delay_s = min(ceiling_s, first_s * 2 ** min(self._failures, 30))
        self._failures += 1
        self._due_at = self._clock() + delay_s * (0.5 + self._draw() / 2)

    def succeeded(self) -> None:
        """Forget the failures."""
        self._failures = 0
        self._due_at = float("-inf")

    @property
    def wait_s(self) -> float:
        """Seconds until the next attempt is due; 0 when it is."""
        return max(0.0, self._due_at - self._clock())
