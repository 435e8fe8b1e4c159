"""A history as an area: time goes evenly, what was not read is blank, and both glyph sets show the same shape."""

import pytest

from widgets.glyphs import ASCII, UNICODE
from widgets.graph import bounds, graph, moves, resampled, step_s

RISE = tuple((float(second), float(second)) for second in range(8))


def test_a_rise_fills_from_the_lowest_line_to_the_highest_in_braille_two_values_a_column():
    assert graph(RISE, UNICODE, 4, 2) == ["  ⣠⣾", "⣠⣾⣿⣿"]


def test_ascii_has_one_value_a_column_and_two_steps_a_line():
    assert graph(RISE, ASCII, 8, 2) == ["    ..::", "..::::::"]


def test_it_ends_with_the_latest_and_is_blank_before_the_first():
    assert graph(RISE, ASCII, 12, 1) == ["    ....::::"]


@pytest.mark.parametrize("points", [(), ((1.0, 5.0),)])
def test_one_reading_is_no_graph(points):
    assert graph(points, UNICODE, 5, 2) == ["     ", "     "]
    assert not moves(points)


def test_where_nothing_was_read_nothing_is_drawn():
    quiet = ((0.0, 1.0), (20.0, 2.0), (620.0, 1.0), (640.0, 2.0))
    drawn = resampled(quiet, 34)
    assert step_s(quiet, 34) == 20
    assert [one == one for one in drawn] == [False, *[True] * 5, *[False] * 26, True, True]  # noqa: PLR0124 - NaN


def test_noise_is_flat_and_a_move_is_not():
    assert not moves(((0.0, 100.0), (1.0, 100.5)))
    assert moves(((0.0, 100.0), (1.0, 103.0)))
    low, high = bounds(((0.0, 100.0), (1.0, 100.0)))
    assert low < 100.0 < high


def test_a_second_more_does_not_rescale_it():
    assert {step_s(tuple((float(at), 0.0) for at in range(0, span, 20)), 120) for span in (600, 640, 1100)} == {5, 10}
