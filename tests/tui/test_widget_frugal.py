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


def test_a_ground_that_stays_is_not_said_again(write):
    on_blue = Style(bgcolor="blue")
    write(0, 0, line("........"))
    assert write(0, 0, line(("ab", RED + on_blue), ("cd", on_blue))) == "\x1b[1;1H\x1b[31;44mab\x1b[39mcd\x1b[0m"
    bold = Style(bold=True)
    assert write(0, 0, line(("xy", bold + on_blue), ("zw", on_blue))) == "\x1b[1;1H\x1b[1;44mxy\x1b[0;44mzw\x1b[0m"


Cell = tuple[str, str]
BLANK: Cell = (" ", "")
_WORDS = re.compile(
    r"\x1b\[(?P<move>\d+(?:;\d+)?)H|\x1b\[(?P<style>[\d;]*)m|\x1b\[(?P<region>[\d;]*)r|\x1b(?P<index>[DM])|(.)"
)


class Grid:
    """Cells with the codes of their colours; half a wide character is blanked when the other half goes."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.cells = [[BLANK] * width for _ in range(height)]

    def write(self, text: str) -> None:
        x = y = 0
        top, bottom = 0, len(self.cells) - 1
        style = ""
        for found in _WORDS.finditer(text):
            char = found[5]
            if found["move"]:
                line, _, column = found["move"].partition(";")
                y, x = int(line) - 1, int(column or 1) - 1
            elif found["region"] is not None:
                first, _, last = found["region"].partition(";")
                top, bottom = int(first or 1) - 1, int(last or len(self.cells)) - 1
                x = y = 0
            elif found["index"]:
                self._index(y, top, bottom, up=found["index"] == "M")
            elif char:
                x += self._put(y, x, char, style)
            else:
                style = _styled(style, found["style"])
        assert not style, "an update ends in plain style"
        assert (top, bottom) == (0, len(self.cells) - 1), "an update ends without a region"

    def _put(self, y: int, x: int, char: str, style: str) -> int:
        wide, line = cell_len(char), self.cells[y]
        if not line[x][0]:
            line[x - 1] = BLANK
        if x + wide < self.width and not line[x + wide][0]:
            line[x + wide] = BLANK
        line[x : x + wide] = [(char, style), ("", style)][:wide]
        return wide

    def _index(self, y: int, top: int, bottom: int, *, up: bool) -> None:
        assert y == (top if up else bottom), "only at its edge does an index move the lines of a region"
        del self.cells[bottom if up else top]
        self.cells.insert(top if up else bottom, [BLANK] * self.width)

    def __getitem__(self, y: int) -> list[Cell]:
        return self.cells[y]


def _styled(style: str, codes: str) -> str:
    """The codes that hold after these: of the colours and the ground the last ones, all else until a 0."""
    held = style.split(";") if style else []
    for code in codes.split(";"):
        kind = code[0] if len(code) == 2 else ""
        held = [] if code in ("0", "") else [one for one in held if not (kind and one[0] == kind and len(one) == 2)]
        held += [code] if code not in ("0", "", "39", "49") else []
    return ";".join(sorted(held))


WIDTH = 12
TEXTS = st.text(st.sampled_from("ab 1大模"), max_size=5)
LINES = st.lists(st.tuples(TEXTS, st.sampled_from([PLAIN, RED])), max_size=3)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4), LINES), max_size=12))
def test_what_was_sent_is_what_stands_there(updates):
    grid, sent = Grid(20, 2), Sent()
    for y, x, parts in updates:
        strip = Strip([Segment(text, style) for text, style in parts]).adjust_cell_length(WIDTH)
        alone = Grid(20, 2)
        alone.write(Sent().update([(y, x, strip)], ColorSystem.STANDARD))
        grid.write(sent.update([(y, x, strip)], ColorSystem.STANDARD))
        assert grid[y][x : x + WIDTH] == alone[y][x : x + WIDTH]


ACROSS, DOWN = 30, 8
STYLES = {"": Style(), "!": Style(color="red", bold=True), "_": Style(bgcolor="blue")}


def drawn(texts: list[str], y: int = 0, x: int = 0, width: int = ACROSS):
    return [(y + at, x, styled(text).adjust_cell_length(width)) for at, text in enumerate(texts)]


def styled(text: str) -> Strip:
    style = STYLES.get(text[-1:], STYLES[""])
    return Strip([Segment(text[:-1] if text[-1:] in STYLES else text, style)])


def list_of(first: int, count: int = DOWN) -> list[str]:
    return [f"{chr(97 + first + at) * 5} of {chr(97 + first + at) * 18}" for at in range(count)]


def test_a_line_that_comes_at_the_top_moves_the_others_down():
    sent = Sent()
    sent.update(drawn(list_of(1)), ColorSystem.STANDARD)
    text = sent.update(drawn(list_of(0)), ColorSystem.STANDARD)
    assert text.startswith("\x1b[1;8r\x1b[1H\x1bM\x1b[r\x1b[1;1Haaaaa of aaaaaaaaaaaaaaaaaa")
    assert text.count(" of ") == 1


def test_a_line_that_comes_at_the_bottom_moves_the_others_up_below_a_head_that_stays():
    sent = Sent()
    sent.update(drawn(["HEAD", *list_of(1, 7)]), ColorSystem.STANDARD)
    text = sent.update(drawn(["HEAD", *list_of(3, 7)]), ColorSystem.STANDARD)
    assert text.startswith("\x1b[2;8r\x1b[8H\x1bD\x1bD\x1b[r\x1b[7;1Hiiiii of")
    assert text.count(" of ") == 2


def test_beside_a_pane_nothing_is_moved():
    sent = Sent()
    sent.update(drawn(list_of(1)), ColorSystem.STANDARD)
    sent.update(drawn([f"|pane {y}" for y in range(DOWN)], x=20, width=10), ColorSystem.STANDARD)
    assert "\x1bM" not in sent.update(drawn(list_of(0), width=20), ColorSystem.STANDARD)


def test_where_a_line_is_not_known_nothing_is_moved():
    sent = Sent()
    sent.update(drawn(list_of(1, 3)) + drawn(list_of(5, 4), y=4), ColorSystem.STANDARD)
    assert "\x1bM" not in sent.update(drawn(list_of(0)), ColorSystem.STANDARD)


CHANGES = st.tuples(
    st.integers(-4, 4),  # how far the lines move
    st.integers(0, 3),  # where the list begins
    st.lists(st.text(st.sampled_from("ab 大模!_"), max_size=12), min_size=DOWN, max_size=DOWN),
    st.integers(0, 2),  # lines that read otherwise as well
)


@settings(max_examples=80)
@given(st.lists(CHANGES, max_size=10))
def test_after_any_moves_the_terminal_shows_what_was_wanted(changes):
    grid, sent, texts = Grid(ACROSS, DOWN), Sent(), list_of(0)
    for by, first, fresh, others in changes:
        body = texts[first:]
        body = (fresh[:by] + body)[: len(body)] if by > 0 else (body[-by:] + fresh)[: len(body)]
        texts = texts[:first] + body
        texts[-1:] = fresh[:1] if others else texts[-1:]
        grid.write(sent.update(drawn(texts), ColorSystem.STANDARD))
        wanted = Grid(ACROSS, DOWN)
        wanted.write(Sent().update(drawn(texts), ColorSystem.STANDARD))
        assert grid.cells == wanted.cells
