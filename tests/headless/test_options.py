"""Times as operators write them."""

import argparse

import pytest

from console.headless.options import seconds


@pytest.mark.parametrize(
    ("text", "value"), [("30s", 30), ("5m", 300), ("1.5h", 5400), ("2d", 172800), ("250ms", 0.25), ("7", 7), ("0s", 0)]
)
def test_times(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "soon", "5 parsecs", "-3s", "inf", "nan", "3x", "1e999"])
def test_what_is_no_time(text):
    with pytest.raises(argparse.ArgumentTypeError, match="30s, 5m or 2h"):
        seconds(text)
