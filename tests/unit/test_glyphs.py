"""Text for terminals that have ASCII alone: as wide as before, readable where it can be, and never a foreign byte."""

import pytest

from widgets.glyphs import ASCII, UNICODE, plain
from widgets.paint import width_of


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("gpu001 62 C", "gpu001 62 C"),
        ("62 °C · 4.5 kW…", "62 'C . 4.5 kW>"),
        ("▁▄█ Δp", ".=# dp"),
        ("größe", "gr??e"),
        ("漢字", "????"),
    ],
)
def test_it_is_ascii_and_as_wide(text, shown):
    assert plain(text) == shown
    assert width_of(shown) == width_of(text)


def test_both_sets_have_the_same_signs_and_the_plain_one_is_plain():
    for name in ("ellipsis", "mark", "stale", "cursor", "rule", "bar", "levels", "full", "track"):
        assert len(getattr(ASCII, name)) == len(getattr(UNICODE, name))
        assert getattr(ASCII, name).isascii()
