import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.clean import clean
from backends.errors import Malformed

ACTS = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31mred", "\ufffd[31mred"),
        ("a\x9b2Jb", "a\ufffd2Jb"),
        ("\u202eevil", "\ufffdevil"),
        ("zero\u200bwidth", "zero\ufffdwidth"),
        ("two\nlines\ttab", "two\ufffdlines\ufffdtab"),
        ("nul\x00del\x7f", "nul\ufffddel\ufffd"),
        ("para\u2029graph", "para\ufffdgraph"),
        ("tag\U000e0041", "tag\ufffd"),
        ("lone\ud800", "lone\ufffd"),
        ("  spaced ", "spaced"),
        ("Übung 作業 °C", "Übung 作業 °C"),
        ("[bold]markup[/]", "[bold]markup[/]"),
        ("", ""),
    ],
)
def test_what_acts_on_a_terminal_is_replaced_and_the_rest_is_kept(raw, shown):
    assert clean(raw) == shown


def test_long_text_ends_in_an_ellipsis_at_the_limit():
    assert clean("x" * 600) == "x" * 511 + "…"
    assert clean("x" * 512) == "x" * 512
    assert clean("abcdef", limit=4) == "abc…"


@given(st.text(st.characters(), max_size=700), st.integers(1, 600))
def test_any_text_comes_out_bounded_printable_and_once_is_enough(raw, limit):
    shown = clean(raw, limit)
    assert len(shown) <= limit
    assert not [char for char in shown if unicodedata.category(char) in ACTS]
    assert clean(shown, limit) == shown


def test_an_error_that_names_a_hostile_path_moves_nothing_on_a_terminal():
    error = Malformed("not a resource", where="GET /redfish/v1/Systems/\x1b[2Jevil\u202e", remedy="ask\nits vendor")
    assert str(error).isprintable()
    assert "evil" in str(error)
