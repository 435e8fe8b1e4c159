"""Dates and durations as Slurm's commands write them, in the caller's TZ and SLURM_TIME_FORMAT."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backends.simulator.world import World


class Stamp:
    """Writes simulated seconds as dates. The head node stands in UTC where the caller names no other zone."""

    def __init__(self, world: World, env: Mapping[str, str]) -> None:
        self._world = world
        self._zone = _zone(env.get("TZ", ""))
        form = env.get("SLURM_TIME_FORMAT", "")
        self._epoch = form == "%s"
        self._form = "%Y-%m-%dT%H:%M:%S" if form in ("", "standard", "relative", "%s") else form

    def __call__(self, time_s: float | None, missing: str = "Unknown") -> str:
        """A date, or `missing`."""
        if time_s is None:
            return missing
        if self._epoch:
            return str(self.epoch(time_s))
        return self.date(time_s).strftime(self._form)

    def date(self, time_s: float) -> datetime:
        """The date in the caller's zone."""
        return self._world.wall(time_s).astimezone(self._zone)

    def epoch(self, time_s: float | None) -> int:
        """Unix seconds, 0 for none, as JSON has them."""
        return 0 if time_s is None else int(self._world.wall(time_s).timestamp())


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def clock(seconds: float) -> str:
    """Duration as scontrol has it: `[D-]HH:MM:SS`."""
    days, hours, minutes, rest = _split(seconds)
    text = f"{hours:02d}:{minutes:02d}:{rest:02d}"
    return f"{days}-{text}" if days else text


def short_clock(seconds: float) -> str:
    """Duration as squeue has it: `M:SS`, `H:MM:SS` or `D-HH:MM:SS`."""
    days, hours, minutes, rest = _split(seconds)
    if days:
        return f"{days}-{hours:02d}:{minutes:02d}:{rest:02d}"
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _split(seconds: float) -> tuple[int, int, int, int]:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return days, hours, minutes, rest
