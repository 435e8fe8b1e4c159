"""Where facts come from, and how well that is going.

A source is one family of facts of one pod: `slurm.nodes`, `slurm.jobs`, `redfish.systems`. Facts carry the name
of their source; their age is the source's, so that a fact which did not change stays the same object.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from backends.model.stream import StreamStatus


class SourceState(StrEnum):
    """What the last attempts say of a source. PENDING: not answered yet since megapod started."""

    PENDING = "pending"
    OK = "ok"
    SLOW = "slow"
    STALE = "stale"
    FAILED = "failed"
    DENIED = "denied"


class SourceStatus(Struct, frozen=True, kw_only=True):
    """The health of one source.

    `observed_at` is the last success; `failing_since` the first failure after it. `took_s` and `requests` are the
    cost of the last round. `interval_s` is how often it is asked: facts older than three of those are stale.
    `events` is how it stands with its event stream, None where nobody listens. `clock_ahead_s` is how far its clock is
    ahead of ours, negative behind, in tens of seconds, None where it does not say.
    """

    name: str
    state: SourceState = SourceState.PENDING
    observed_at: datetime | None = None
    failing_since: datetime | None = None
    error: str = ""
    partial: bool = False
    took_s: float = 0.0
    requests: int = 0
    interval_s: float = 0.0
    events: StreamStatus | None = None
    clock_ahead_s: float | None = None

    @property
    def trusted(self) -> bool:
        """Whether its facts may be drawn as current."""
        return self.state in (SourceState.OK, SourceState.SLOW)
