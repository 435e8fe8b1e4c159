"""Numbers with units as an operator types them: `80C`, `1.2kW`, `5%`, `2h`, `40k`."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct


class Unit(Struct, frozen=True):
    """What a field is counted in. `factors` are the suffixes it takes, in lower case, in the field's own unit."""

    name: str
    example: str
    factors: Mapping[str, float]

    def number(self, text: str) -> float:
        """The number in the field's own unit. Raises ValueError with what to write instead."""
        parts = _PARTS.findall(text) if _WHOLE.match(text) else []
        compound = len(parts) > 1
        if not parts or (compound and self is not DURATION):
            raise ValueError(f"{text!r} is no number; write {self.example}")
        total = 0.0
        for digits, suffix in parts:
            factor = self.factors.get(suffix.lower())
            if factor is None or (compound and not suffix):
                raise ValueError(f"{text!r}: {suffix or digits!r} is no unit of {self.name}; write {self.example}")
            total += float(digits) * factor
        return total


def _unit(name: str, example: str, **factors: float) -> Unit:
    return Unit(name, example, MappingProxyType({"": 1.0, **factors}))


_PARTS = re.compile(r"([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)([^\d\s.+-]*)")
_WHOLE = re.compile(rf"(?:{_PARTS.pattern})+\Z")

COUNT = _unit("a count", "40 or 4k", k=1e3, m=1e6)
TEMPERATURE = Unit("temperature", "80 or 80C", MappingProxyType({"": 1.0, "c": 1.0, "°c": 1.0}))
DIFFERENCE = _unit("a temperature difference", "5 or 5K", k=1.0, c=1.0)
PERCENT = Unit("a share", "5 or 5%", MappingProxyType({"": 1.0, "%": 1.0}))
POWER = _unit("power", "900W or 1.2kW", w=1.0, k=1e3, kw=1e3, mw=1e6)
HEAT = _unit("heat", "80 or 80kW", kw=1.0, w=1e-3, mw=1e3)
DURATION = _unit("time", "90s, 5m, 2h or 1h30m", ms=1e-3, s=1.0, m=60.0, h=3600.0, d=86400.0, w=604800.0)
FLOW = Unit("flow", "40 or 40lpm", MappingProxyType({"": 1.0, "lpm": 1.0, "l/min": 1.0}))
PRESSURE = _unit("pressure", "150 or 150kPa", kpa=1.0, bar=100.0)
HOURS = _unit("hours of service", "900 or 900h", h=1.0, d=24.0, k=1e3)
PLAIN = _unit("a number", "40 or 4k", k=1e3)
MEMORY = _unit("memory in MB", "512000, 512G or 2T", m=1.0, mb=1.0, g=1e3, gb=1e3, t=1e6, tb=1e6)

BY_SUFFIX = MappingProxyType(
    {
        "c": TEMPERATURE,
        "k": DIFFERENCE,
        "pct": PERCENT,
        "lpm": FLOW,
        "kpa": PRESSURE,
        "kw": HEAT,
        "w": POWER,
        "h": HOURS,
    }
)
"""Units by how the names of quantities end (`flow_lpm`)."""
