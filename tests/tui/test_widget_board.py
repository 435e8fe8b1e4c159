"""The board: columns that fit, gauges that widen, histories in both signs, and only changed lines repainted."""

import pytest

from widgets.board import Block, Board, Heading, Reading
from widgets.glyphs import ASCII, UNICODE
from widgets.sparkline import gauge, sparkline

HEADINGS = (Heading("POWER"), Heading("kW", right=True), Heading("LOAD %", right=True), Heading("TREND", priority=1))


def row(name, load=0.5):
    return (
        Reading(name),
        Reading("91.2"),
        Reading(f"{load:.0%}".rstrip("%"), level=load),
        Reading("", points=(1.0, 2.0, 3.0)),
    )


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
async def test_it_is_as_tall_as_it_needs_and_its_gauge_fills_the_line(host, grid, glyphs):
    board = Board(glyphs=glyphs)
    app = host(board)
    async with app.run_test(size=(70, 12)) as pilot:
        board.update([Block(HEADINGS, (row("pod p"), row("r1", 1.2)))], [Reading("fans 8 well"), Reading("leaks none")])
        await pilot.pause()
        lines = grid(app)
        assert board.size.height == 4
        assert lines[0].split() == ["POWER", "kW", "LOAD", "%", "TREND"]
        assert glyphs.full in lines[1]
        assert glyphs.track in lines[1]
        assert glyphs.track * 2 not in lines[2]
        assert lines[3] == "fans 8 well  leaks none"
        assert all(len(line) <= 70 for line in lines)


async def test_where_it_is_narrow_the_least_important_goes_and_a_number_never(host, grid):
    board = Board()
    app = host(board)
    async with app.run_test(size=(24, 12)) as pilot:
        board.update([Block(HEADINGS, (row("a rack with a long name"),))])
        await pilot.pause()
        lines = grid(app)
        assert "TREND" not in lines[0]
        assert "91.2" in lines[1]
        assert "50" in lines[1]


async def test_phrases_flow_over_lines(host, grid):
    board = Board()
    app = host(board)
    async with app.run_test(size=(20, 12)) as pilot:
        board.update((), [Reading("fans 8 well"), Reading("leaks none"), Reading("off 1")])
        await pilot.pause()
        assert grid(app)[:2] == ["fans 8 well", "leaks none  off 1"]


def test_a_history_rises_and_noise_is_flat():
    assert sparkline((1, 2, 3, 4), UNICODE, 6) == "▁▃▆█  "
    assert sparkline((50.0, 50.1), UNICODE, 4) == ""
    assert sparkline((50.0, 50.1), UNICODE, 2) == "▁▁"
    assert sparkline((1, 9), ASCII, 2) == ".#"
    assert sparkline((5,), UNICODE, 6) == ""


def test_a_gauge_shows_what_is_not_nothing_and_stops_at_full():
    assert gauge(0.001, UNICODE, 4) == ("█", "░░░")
    assert gauge(0.0, UNICODE, 4) == ("", "░░░░")
    assert gauge(3.0, ASCII, 4) == ("####", "")
