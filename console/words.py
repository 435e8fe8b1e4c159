"""How values are said to people, on screen and in scripts alike: ages, durations, counts."""

import re
from datetime import datetime
from functools import lru_cache

EMPTY = "·"
UNKNOWN = "?"
_PARTS = re.compile(r"[\s/.:-]+")


def age(since: datetime | None, now: datetime) -> str:
    """`4m12s`, `3h05m`, `2d4h`; `?` when it is not known since when."""
    return duration((now - since).total_seconds()) if since is not None else UNKNOWN


def duration(seconds: float) -> str:
    """Two units at most: `12s`, `4m12s`, `3h05m`, `2d4h`."""
    whole = max(0, int(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days}d{hour}h"
    if hours:
        return f"{hours}h{minute:02d}m"
    return f"{minutes}m{second:02d}s" if minutes else f"{second}s"


def ago(since: datetime | None, now: datetime) -> str:
    """An age to the minute, `<1m`, `4m`, `3h05m`: on a screen each second would cost a slow link bytes."""
    return rough((now - since).total_seconds()) if since is not None else UNKNOWN


def rough(seconds: float) -> str:
    """A duration to the minute: `<1m`, `4m`, `3h05m`, `2d4h`."""
    whole = int(seconds) // 60
    return f"{whole}m" if 0 < whole < 60 else duration(seconds) if whole > 0 else "<1m"


def count(number: int, noun: str) -> str:
    """`1 node`, `3 nodes`, `2 switches`, `6 power supplies`."""
    if number == 1:
        return f"{number} {noun}"
    if noun.endswith("ch"):
        return f"{number} {noun}es"
    return f"{number} {noun[:-1]}ies" if noun.endswith("ly") else f"{number} {noun}s"


UNITS = {
    "c": "°C",
    "pct": "%",
    "lpm": "l/min",
    "kpa": "kPa",
    "w": "W",
    "kw": "kW",
    "kwh": "kWh",
    "v": "V",
    "a": "A",
    "k": "K",
    "h": "h",
    "rpm": "rpm",
}
"""How the unit at the end of a quantity's name (`flow_lpm`) is written."""


@lru_cache(4096)
def of_kind(kind: str, name: str) -> str:
    """`rack r1`; the name alone where a word of it says already what it is (`pump1`, `Compute tray 3`)."""
    said = _PARTS.split(name.casefold())
    alone = any(word.startswith(kind) for word in said) or f" {kind} " in f" {' '.join(said)} "
    return name if alone else f"{kind} {name}"
