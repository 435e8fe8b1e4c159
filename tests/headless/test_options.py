"""Times as operators write them."""

import argparse
from datetime import UTC, datetime, timedelta

import pytest

from console.headless.options import earlier, later, seconds


@pytest.mark.parametrize(
    ("text", "value"), [("30s", 30), ("5m", 300), ("1.5h", 5400), ("2d", 172800), ("250ms", 0.25), ("7", 7), ("0s", 0)]
)
def test_times(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "soon", "5 parsecs", "-3s", "inf", "nan", "3x", "1e999"])
def test_what_is_no_time(text):
    with pytest.raises(argparse.ArgumentTypeError, match="30s, 5m or 2h"):
        seconds(text)


@pytest.mark.parametrize(("read", "sign"), [(earlier, -1), (later, 1)])
def test_an_instant_is_so_long_from_now_on_the_verbs_side_of_it(read, sign):
    wanted = datetime.now(UTC) + sign * timedelta(hours=2)
    assert abs(read("2h") - wanted) < timedelta(minutes=1)


@pytest.mark.parametrize("read", [earlier, later])
def test_an_iso_time_without_a_zone_is_utc(read):
    assert read("2026-03-01T22:00") == read("2026-03-01T22:00Z") == datetime(2026, 3, 1, 22, tzinfo=UTC)


@pytest.mark.parametrize("read", [earlier, later])
@pytest.mark.parametrize("text", ["soon", "2026-13-01", "99999999d"])
def test_what_is_no_instant(read, text):
    with pytest.raises(argparse.ArgumentTypeError, match="is not a time: write"):
        read(text)
