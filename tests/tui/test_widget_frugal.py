"""FrugalApp: what leaves for the terminal is what reads otherwise there."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from widgets.column import Column
from widgets.frugal import pieces
from widgets.row import Row
from widgets.sent import Sent
from widgets.table import LineTable

PLAIN, RED = Style(), Style(color="red")


def line(*parts: str | tuple[str, Style]) -> Strip:
    return Strip([Segment(part, PLAIN) if isinstance(part, str) else Segment(*part) for part in parts])


@pytest.fixture
def write():
    sent = Sent()

    def update(y: int, x: int, strip: Strip) -> str:
        return sent.update([(y, x, strip)], ColorSystem.STANDARD)

    update.sent = sent
    return update


async def test_a_changed_cell_is_sent_without_its_line(host):
    table = LineTable((Column("node", "NODE", width=8), Column("temp", "TEMP", width=6), Column("job", "JOB")))
    async with host(table).run_test(size=(60, 20)) as pilot:
        table.update([Row("a", ("n1", "40", "train")), Row("b", ("n2", "大模", "train"))])
        await pilot.pause()
        compositor = pilot.app.screen._compositor
        sent = Sent()
        whole = sent.update(pieces(compositor.render_full_update()), ColorSystem.STANDARD)
        assert "n1" in whole
        table.patch([Row("b", ("n2", "77", "train"))])
        compositor.update_widgets({table})
        stock = compositor.render_update()
        assert "n2" in stock.render_segments(pilot.app.console)  # why this is needed at all
        assert sent.update(pieces(stock), ColorSystem.STANDARD) == "\x1b[3;12H\x1b[97;40m77  \x1b[0m"


async def test_a_screen_that_is_laid_out_anew_and_reads_the_same_sends_nothing(host):
    table = LineTable((Column("node", "NODE", width=8),))
    async with host(table).run_test(size=(60, 20)) as pilot:
        table.update([Row("a", ("n1",))])
        await pilot.pause()
        compositor, sent = pilot.app.screen._compositor, Sent()
        assert sent.update(pieces(compositor.render_full_update()), ColorSystem.STANDARD)
        assert sent.update(pieces(compositor.render_full_update()), ColorSystem.STANDARD) == ""


def test_what_is_not_known_is_sent(write):
    assert write(0, 0, line("abc")) == "\x1b[1;1Habc"
    assert write(0, 0, line("abc")) == ""
    write.sent.forget()
    assert write(0, 0, line("abc")) == "\x1b[1;1Habc"


def test_a_short_way_of_one_style_is_sent_again_rather_than_moved_over(write):
    write(2, 4, line("12 of 72", " " * 12, "live"))
    assert write(2, 4, line("13 of 73", " " * 12, "live")) == "\x1b[3;6H3 of 73"
    assert write(2, 4, line("14 of 73", " " * 12, "lost")) == "\x1b[3;6H4\x1b[3;26Host"


def test_another_colour_is_another_cell_and_its_escapes_are_sent_once(write):
    write(0, 0, line("ok ok ok"))
    assert write(0, 0, line(("ok", RED), " ok ", ("ok", RED))) == "\x1b[1;1H\x1b[31mok\x1b[1;7Hok\x1b[0m"
    assert write(0, 0, line(("ok", RED), " ok ", ("ok", RED))) == ""


def test_a_wide_character_is_sent_whole(write):
    write(0, 0, line("a大b模c"))
    assert write(0, 0, line("a大b大c")) == "\x1b[1;5H大"
    assert write(0, 0, line("axyb大c")) == "\x1b[1;2Hxy"
    assert write(0, 0, line("a大b大c")) == "\x1b[1;2H大"


def test_a_sign_that_takes_no_column_goes_with_the_one_before_it(write):
    write(0, 0, line("cafe x"))
    assert write(0, 0, line("cafe\u0301 x")) == "\x1b[1;4He\u0301"
    assert write(0, 0, line("cafe\u0301 y")) == "\x1b[1;6Hy"


class Grid:
    """A terminal that knows moves, colours and characters, and blanks half a wide one when the other goes."""

    def __init__(self) -> None:
        self.cells = [[(" ", "")] * 20 for _ in range(2)]

    def write(self, text: str) -> None:
        x = y = 0
        style = ""
        for move, colour, char in re.findall(r"\x1b\[([\d;]+)H|\x1b\[([\d;]*)m|(.)", text):
            if move:
                y, x = (int(part) - 1 for part in move.split(";"))
            elif char:
                wide = cell_len(char)
                line = self.cells[y]
                if not line[x][0]:
                    line[x - 1] = (" ", "")
                if not line[x + wide][0]:
                    line[x + wide] = (" ", "")
                line[x : x + wide] = [(char, style), ("", style)][:wide]
                x += wide
            else:
                style = "" if colour == "0" else colour

    def __getitem__(self, place: tuple[int, int]) -> list[tuple[str, str]]:
        y, x = place
        return self.cells[y][x : x + WIDTH]


WIDTH = 12
TEXTS = st.text(st.sampled_from("ab 1大模"), max_size=5)
LINES = st.lists(st.tuples(TEXTS, st.sampled_from([PLAIN, RED])), max_size=3)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4), LINES), max_size=12))
def test_what_was_sent_is_what_stands_there(updates):
    grid, sent = Grid(), Sent()
    for y, x, parts in updates:
        strip = Strip([Segment(text, style) for text, style in parts]).adjust_cell_length(WIDTH)
        alone = Grid()
        alone.write(Sent().update([(y, x, strip)], ColorSystem.STANDARD))
        grid.write(sent.update([(y, x, strip)], ColorSystem.STANDARD))
        assert grid[y, x] == alone[y, x]
