"""What a round of a collector hands to the pod's writer: facts or the error, with the time and the cost."""

from datetime import datetime

from msgspec import Struct

from backends.errors import BackendError
from backends.model.observation import Payload


class Observation(Struct, frozen=True, kw_only=True):
    """One finished round of one source. Exactly one of `payload` and `error` is set."""

    source: str
    at: datetime
    took_s: float
    requests: int
    interval_s: float
    payload: Payload | None = None
    error: BackendError | None = None
