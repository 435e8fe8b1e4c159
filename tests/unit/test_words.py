from datetime import UTC, datetime, timedelta

import pytest

from console.words import age, count, duration

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0s"),
        (59.9, "59s"),
        (60, "1m00s"),
        (252, "4m12s"),
        (3600, "1h00m"),
        (11_100, "3h05m"),
        (86_400, "1d0h"),
        (187_200, "2d4h"),
        (-5, "0s"),
    ],
)
def test_a_duration_has_two_units_at_most(seconds, said):
    assert duration(seconds) == said


def test_an_age_is_the_time_since_or_not_known():
    assert age(NOW - timedelta(minutes=4, seconds=12), NOW) == "4m12s"
    assert age(None, NOW) == "?"


def test_a_count_agrees_with_its_noun():
    assert [count(number, "node") for number in (0, 1, 2)] == ["0 nodes", "1 node", "2 nodes"]
