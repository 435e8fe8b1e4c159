"""How bad something is, in Redfish's words (DSP0268 `Resource.Health`), plus Unknown."""

from enum import StrEnum


class Severity(StrEnum):
    """Ordered by `rank`. UNKNOWN is its own word: what nobody reported is never drawn as healthy."""

    OK = "OK"
    WARNING = "Warning"
    CRITICAL = "Critical"
    UNKNOWN = "Unknown"

    @property
    def rank(self) -> int:
        """0 for the worst: sorts Critical, Warning, Unknown, OK."""
        return _RANK[self]


_RANK = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.UNKNOWN: 2, Severity.OK: 3}


def worst(*severities: Severity) -> Severity:
    """The worst of what was reported; UNKNOWN when nothing was, or when the rest is OK but some is unknown."""
    return min(severities, key=lambda severity: severity.rank, default=Severity.UNKNOWN)
