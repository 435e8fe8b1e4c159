"""Power shelves and their supplies: two shelves feed one rack's busbar and share its load."""

from math import ceil

SUPPLIES = 6
EFFICIENCY = 0.975
_STEP_W = 500


class Supply:
    """One power supply unit of a shelf."""

    __slots__ = ("failed", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.failed = False


class Shelf:
    """A shelf of supplies, fed by one outlet. `lost` is the shelf itself; `fed` is whether its outlet is on.

    `share` of its rack's energy goes through it; what has is kept in `_own_j` whenever the share changes.
    """

    def __init__(self, name: str, rack: int, number: int, supply_w: float) -> None:
        self.name = name
        self.rack = rack
        self.number = number
        self.supply_w = supply_w
        self.supplies = tuple(Supply(f"psu{count}") for count in range(1, SUPPLIES + 1))
        self.lost = False
        self.fed = True
        self.share = 0.5
        self._own_j = 0.0
        self._rack_j = 0.0

    def delivers(self, supply: Supply) -> bool:
        """Whether a supply carries its part of the load."""
        return self.fed and not (self.lost or supply.failed)

    @property
    def delivering(self) -> int:
        """Supplies that carry load."""
        return sum(self.delivers(supply) for supply in self.supplies)

    def energy_j(self, rack_j: float) -> float:
        """What has gone out of it, from what its rack has drawn."""
        return self._own_j + self.share * (rack_j - self._rack_j)

    def take(self, share: float, rack_j: float) -> None:
        """Carry another share of the rack from now on."""
        self._own_j, self._rack_j = self.energy_j(rack_j), rack_j
        self.share = share


def supply_w(rack_peak_w: float) -> float:
    """The rating of one supply so that one shelf carries the whole rack (N+N)."""
    return float(ceil(rack_peak_w / SUPPLIES / _STEP_W) * _STEP_W)
