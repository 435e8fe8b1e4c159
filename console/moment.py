"""Times as people type them: `30m` and `3d` from now, or `2026-12-24T08:00Z`. The same on screen and in scripts."""

from datetime import UTC, datetime, timedelta

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(text: str) -> float:
    """`30s`, `5m`, `1.5h`, `3d`, or a plain number of seconds. Raises ValueError with one line."""
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    try:
        value = float(number) * _UNITS[text[len(number) :] or "s"]
    except (ValueError, KeyError):
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ValueError(f"{text!r} is not a time: write 30s, 5m or 2h")
    return value


def later(text: str, now: datetime) -> datetime:
    """An instant to come: so long from now, or an ISO time; one without a zone is UTC. Raises ValueError."""
    return _instant(text, now, 1, "8h, 3d or 2026-12-24T08:00Z")


def earlier(text: str, now: datetime) -> datetime:
    """An instant that was: so long ago, or an ISO time; one without a zone is UTC. Raises ValueError."""
    return _instant(text, now, -1, "2h, 7d or 2026-03-01T22:00Z")


def _instant(text: str, now: datetime, sign: int, examples: str) -> datetime:
    try:
        return now + sign * timedelta(seconds=seconds(text))
    except (ValueError, OverflowError):
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time: write {examples}") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
