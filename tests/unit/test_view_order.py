"""Rows are sorted by what their ages and durations are, whatever their texts read like."""

from datetime import timedelta
from math import inf

import pytest

from backends.model.severity import Severity
from console.tui.rows import Rows
from console.views import jobs
from console.views.cell import Column, Row, View
from console.views.marks import aged, at, severity
from widgets.rowset import RowSet

AGES = (20, 240, 600, 11_100, 90_000, 200_000)
"""`<1m`, `4m`, `10m`, `3h05m`, `1d1h`, `2d7h`: as texts they come in another order."""


def sorted_by(view: View, key: str) -> list[str]:
    """The keys of the view's rows as a table sorts them by a column."""
    rowset, rows = RowSet(), Rows()
    rowset.replace(rows.rows(view))
    rowset.sort([column.key for column in rows.columns(view)].index(key))
    return rowset.keys()


@pytest.fixture
def now(make):
    return make.at + timedelta(days=3)


def test_ages_are_sorted_by_how_long_they_are(now):
    rows = [Row(f"{age}", (aged(now - timedelta(seconds=age), now),)) for age in AGES]
    view = View(
        kind="ages",
        columns=(Column(key="age", title="AGE"),),
        rows=(Row("?", (aged(None, now),)), *sorted(rows, key=lambda row: row.cells[0].text)),
        empty="",
    )
    assert sorted_by(view, "age") == [*map(str, AGES), "?"]


def test_an_age_that_goes_on_is_the_same_to_sort_by(now):
    assert aged(now, now).order == aged(now, now + timedelta(hours=1)).order


def test_yesterday_comes_before_this_morning(now):
    midnight = now.replace(hour=0, minute=0, second=0)
    assert at(midnight - timedelta(hours=1), midnight).order < at(midnight, midnight).order


def test_the_worst_severity_comes_first():
    ranks = [severity(one).order for one in (Severity.CRITICAL, Severity.WARNING, Severity.UNKNOWN, Severity.OK)]
    assert ranks == sorted(ranks)


def test_jobs_are_sorted_by_what_they_ran_and_what_is_left_to_them(make, now):
    def job(name, ran_s, left_s):
        ends = None if left_s == inf else now + timedelta(seconds=left_s)
        return make.job(
            name,
            started_at=now - timedelta(seconds=ran_s),
            ends_at=ends,
            time_limit_s=None if ends is None else 1,
        )

    view = jobs.view(make.snapshot(jobs=[job("1", 240, 11_100), job("2", 20, inf), job("3", 11_100, 20)]), now)
    assert sorted_by(view, "ran") == ["2", "1", "3"]
    assert sorted_by(view, "left") == ["3", "1", "2"]
