"""What a round says of its source's health, and when silence alone makes it stale."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from backends.errors import AuthFailed, Untrusted
from backends.model.observation import HardwareInventory
from backends.model.source import SourceState, SourceStatus
from console.state.observation import Observation

STALE_AFTER_INTERVALS = 3


def after(status: SourceStatus, observation: Observation) -> SourceStatus:
    """The status after a round. A failure keeps the last success's time: that is how old the facts are."""
    error = observation.error
    if error is not None:
        return replace(
            status,
            state=SourceState.DENIED if isinstance(error, AuthFailed | Untrusted) else SourceState.FAILED,
            failing_since=status.failing_since or observation.at,
            error=str(error),
            took_s=observation.took_s,
            requests=observation.requests,
        )
    payload = observation.payload
    hardware = payload if isinstance(payload, HardwareInventory) else None
    errors = hardware.errors if hardware else ()
    return replace(
        status,
        state=SourceState.SLOW if observation.took_s > observation.interval_s else SourceState.OK,
        observed_at=observation.at,
        failing_since=None,
        error=_summary(errors),
        partial=bool(errors),
        took_s=observation.took_s,
        requests=observation.requests,
        clock_ahead_s=hardware.clock_ahead_s if hardware else None,
    )


def alike(one: SourceStatus, other: SourceStatus) -> bool:
    """Whether two rounds of a source that answers differ in nothing but when they were and what they cost."""
    costless = replace(one, observed_at=other.observed_at, took_s=other.took_s, requests=other.requests)
    return one.trusted and other.observed_at is not None and costless == other


def _summary(errors: tuple[str, ...]) -> str:
    if not errors:
        return ""
    rest = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{errors[0]}{rest}"


def quiet(status: SourceStatus, now: datetime) -> bool:
    """Whether a source has said nothing for too long, without having failed: its round hangs, or waits."""
    if status.observed_at is None:
        return False
    patience = timedelta(seconds=status.interval_s * STALE_AFTER_INTERVALS + status.took_s)
    return now - status.observed_at > patience
