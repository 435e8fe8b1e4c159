"""Every text of the themes whose colours are known can be read on every ground it may stand on."""

import pytest

from widgets.palette import FALLBACKS
from widgets.themes import DARK, LIGHT

READABLE = 4.5
"""WCAG 2.2, 1.4.3: contrast (minimum) of text."""
DRAWN = frozenset({"rule", "bar"})
"""Not text: lines, the track of a gauge; the ground of the status line."""
GROUNDS = ("cursor-background", "cursor-blurred-background", "status-bar-background")


def luminance(colour):
    """WCAG's relative luminance of `#rrggbb`."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """WCAG's contrast ratio, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_wcags():
    assert round(contrast("#ffffff", "#000000"), 2) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_each_text_can_be_read_on_each_ground_it_may_stand_on(theme):
    said = theme.variables
    grounds = [theme.background, theme.surface, theme.panel, *(said[ground] for ground in GROUNDS)]
    own = {name: [said[key]] for name in FALLBACKS if (key := f"status-{name}-background") in said}
    poor = {
        f"{name} on {ground}": round(contrast(said[f"status-{name}"], ground), 2)
        for name in FALLBACKS.keys() - DRAWN
        for ground in own.get(name, grounds)
        if contrast(said[f"status-{name}"], ground) < READABLE
    }
    assert not poor
    for row in ("cursor", "cursor-blurred"):
        assert contrast(said[f"{row}-foreground"], said[f"{row}-background"]) >= READABLE
