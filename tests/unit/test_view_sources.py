from datetime import timedelta

import pytest

from backends.model.stream import StreamState, StreamStatus
from console.views import sources
from console.views.cell import Cell

LATER = timedelta(seconds=252)


@pytest.fixture
def row(make):
    """The cells of one source, by column."""

    def shown(**status):
        snapshot = make.snapshot(sources={"redfish": make.source("redfish", **status)})
        view = sources.view(snapshot, make.at + LATER)
        return dict(zip((column.key for column in view.columns), view.rows[0].cells, strict=True))

    return shown


@pytest.mark.parametrize(
    ("state", "why", "events", "wrong"),
    [
        (StreamState.LIVE, "", ("live 4m", ""), "·"),
        (StreamState.NONE, "it has no event stream", ("polling 4m", ""), "·"),
        (StreamState.LOST, "it answers 503", ("polling 4m", "warning"), "events: it answers 503"),
    ],
)
def test_how_we_hear_of_changes_and_since_when(make, row, state, why, events, wrong):
    cells = row(events=StreamStatus(state=state, since=make.at, why=why))
    assert (cells["events"].text, cells["events"].style) == events
    assert cells["error"].text == wrong


def test_a_source_nobody_listens_to_says_nothing_of_events(row):
    assert row()["events"] == Cell("·")


def test_what_is_wrong_with_its_answers_comes_first(make, row):
    cells = row(events=StreamStatus(state=StreamState.LOST, since=make.at, why="cut"), error="connection refused")
    assert cells["error"].text == "connection refused"
