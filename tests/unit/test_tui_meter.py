"""The request meter: it moves when it says something new."""

from datetime import timedelta

from console.tui.meter import Meter

MINUTE = timedelta(minutes=1)


def told(meter: Meter, pod: str, *requests: int, budget: int = 3000, counted: timedelta = MINUTE) -> list[int | None]:
    return [meter.of(pod, one, budget, counted) for one in requests]


def test_a_steady_pace_stands_still():
    assert told(Meter(), "a", 60, 61, 59, 60, 63, 57, 79, 41) == [60] * 8


def test_what_is_a_third_off_is_told_and_so_is_nothing():
    assert told(Meter(), "a", 60, 81, 66, 0, 1, 3, 4, 300, 350, 401) == [60, 81, 81, 0, 0, 0, 4, 300, 300, 401]


def test_before_a_minute_was_counted_it_is_not_known_unless_it_is_half_the_budget():
    assert told(Meter(), "a", 60, 1500, 1501, counted=MINUTE / 2) == [None, None, 1501]


def test_from_half_the_budget_on_it_is_exact():
    assert told(Meter(), "a", 1600, 1610, 1500) == [1600, 1610, 1610]


def test_each_pod_has_its_own():
    meter = Meter()
    assert told(meter, "a", 60) + told(meter, "b", 61) + told(meter, "a", 61) == [60, 61, 60]
