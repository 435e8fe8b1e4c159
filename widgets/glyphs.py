"""The signs we draw: a Unicode set and an ASCII set with the same names, so that no widget asks which is in use.

Every sign is one column wide by `rich.cells`, and differs from its neighbours in shape, so that a map without colour
can still be read. The ASCII signs of states are letters an operator can say aloud.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from backends.model.node import Service
from backends.model.severity import Severity
from widgets.paint import width_of


@dataclass(frozen=True)
class GlyphSet:
    """One set of signs. `levels` rise from nothing to full: heat and sparklines. `full` on `track` is a gauge."""

    name: str
    ellipsis: str
    mark: str
    stale: str
    cursor: str
    ascending: str
    descending: str
    expanded: str
    collapsed: str
    leaf: str
    rule: str
    bar: str
    empty: str
    unknown: str
    levels: str
    full: str
    track: str
    severity: Mapping[Severity, str]
    service: Mapping[Service, str]

    def level(self, fraction: float | None) -> str:
        """The sign for a fraction of full, clamped to 0..1; the unknown sign for None or not-a-number."""
        if fraction is None or fraction != fraction:  # noqa: PLR0124 (only NaN differs from itself)
            return self.unknown
        return self.levels[round(min(1.0, max(0.0, fraction)) * (len(self.levels) - 1))]


LETTERS: Mapping[Severity, str] = MappingProxyType(
    {Severity.OK: "O", Severity.WARNING: "W", Severity.CRITICAL: "C", Severity.UNKNOWN: "U"}
)
"""The letter that goes beside a severity's glyph."""

UNICODE = GlyphSet(
    name="unicode",
    ellipsis="…",
    mark="✓",
    stale="~",
    cursor="▌",
    ascending="▲",
    descending="▼",
    expanded="▾",
    collapsed="▸",
    leaf="·",
    rule="─",
    bar="│",
    empty="·",
    unknown="?",
    levels=" ▁▂▃▄▅▆▇█",
    full="█",
    track="░",
    severity=MappingProxyType({Severity.OK: "●", Severity.WARNING: "▲", Severity.CRITICAL: "✖", Severity.UNKNOWN: "?"}),
    service=MappingProxyType(
        {
            Service.IDLE: "○",
            Service.MIXED: "◐",
            Service.ALLOCATED: "●",
            Service.COMPLETING: "◑",
            Service.DRAINING: "▽",
            Service.DRAINED: "▼",
            Service.RESERVED: "◇",
            Service.MAINTENANCE: "◆",
            Service.REBOOTING: "↻",
            Service.POWERED_DOWN: "◌",
            Service.DOWN: "✖",
            Service.FAILED: "✗",
            Service.UNKNOWN: "?",
        }
    ),
)

ASCII = GlyphSet(
    name="ascii",
    ellipsis=">",
    mark="*",
    stale="~",
    cursor=">",
    ascending="^",
    descending="v",
    expanded="-",
    collapsed="+",
    leaf=".",
    rule="-",
    bar="|",
    empty=".",
    unknown="?",
    levels=" .:-=+*%#",
    full="#",
    track=".",
    severity=MappingProxyType({Severity.OK: ".", Severity.WARNING: "!", Severity.CRITICAL: "x", Severity.UNKNOWN: "?"}),
    service=MappingProxyType(
        {
            Service.IDLE: "i",
            Service.MIXED: "m",
            Service.ALLOCATED: "a",
            Service.COMPLETING: "c",
            Service.DRAINING: "d",
            Service.DRAINED: "D",
            Service.RESERVED: "r",
            Service.MAINTENANCE: "M",
            Service.REBOOTING: "b",
            Service.POWERED_DOWN: "p",
            Service.DOWN: "X",
            Service.FAILED: "F",
            Service.UNKNOWN: "?",
        }
    ),
)


def glyph_set(name: str) -> GlyphSet:
    """The set called `unicode` or `ascii`; anything else is a ValueError that names both."""
    for glyphs in (UNICODE, ASCII):
        if glyphs.name == name:
            return glyphs
    raise ValueError(f"no glyph set {name!r}: unicode or ascii")


_PLAIN = dict(zip("▁▂▃▄▅▆▇█" + "°·…Δ∞–→×✓│─", ASCII.levels[1:] + "'.>d-->x*|-", strict=True))  # noqa: RUF001 - these very signs
_TO_ASCII = str.maketrans(_PLAIN)


def plain(text: str) -> str:
    """A ready-made text in ASCII, as wide as before: units and signs by what is nearest, anything else as `?`.

    For terminals that have no other signs; names that are not ASCII become unreadable there, and nothing moves.
    """
    if text.isascii():
        return text
    known = text.translate(_TO_ASCII)
    return known if known.isascii() else "".join(char if char.isascii() else "?" * width_of(char) for char in known)
