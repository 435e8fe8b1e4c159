"""The request meter: it moves when it says something new."""

from console.tui.meter import Meter


def test_a_steady_pace_stands_still():
    meter = Meter()
    assert [meter.of("a", one) for one in (60, 61, 59, 60, 63, 57)] == [60] * 6


def test_what_is_a_tenth_off_is_told_and_so_is_nothing():
    meter = Meter()
    assert [meter.of("a", one) for one in (60, 70, 66, 0, 1, 3, 4, 300, 320, 340)] == [
        *(60, 70, 70, 0, 0, 0, 4, 300, 300, 340)
    ]


def test_each_pod_has_its_own():
    meter = Meter()
    assert (meter.of("a", 60), meter.of("b", 61), meter.of("a", 61)) == (60, 61, 60)
