"""`Resource.Status` and readings in the model's words. What is not said, or not understood, is UNKNOWN or None."""

import math

from backends.clean import clean
from backends.model.node import Power
from backends.model.severity import Severity, worst
from backends.redfish.schema import Control, Excerpt, Status

_ABSENT = "Absent"


def health(status: Status | None) -> Severity:
    """The worse of a resource's own health and its rollup over what it holds, of those that are reported."""
    if status is None:
        return Severity.UNKNOWN
    return worst(*(severity(word) for word in (status.health, status.health_rollup) if word))


def absent(status: Status | None) -> bool:
    """Whether the resource stands for an empty place."""
    return status is not None and status.state == _ABSENT


def state(status: Status | None) -> str:
    """`Status.State` as it is given: Enabled, Disabled, StandbyOffline, Starting and others."""
    return clean(status.state or "", 40) if status else ""


def power(word: str | None) -> Power:
    """`PowerState`."""
    try:
        return Power(word or "")
    except ValueError:
        return Power.UNKNOWN


def reading(excerpt: Excerpt | None) -> float | None:
    """A sensor's value, where it is one."""
    return _finite(excerpt.reading) if excerpt else None


def set_point(control: Control | None) -> float | None:
    """What a control is set to."""
    return _finite(control.set_point) if control else None


def severity(word: str) -> Severity:
    """A word of `Resource.Health`."""
    try:
        return Severity(word)
    except ValueError:
        return Severity.UNKNOWN


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
