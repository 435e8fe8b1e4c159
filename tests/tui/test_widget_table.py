"""LineTable on a screen: what is drawn, what is repainted, where the cursor stays."""

import pytest
from textual.geometry import Region

from widgets.column import Column
from widgets.glyphs import ASCII
from widgets.messages import MarksChanged, RowHighlighted, RowSelected
from widgets.paint import Align
from widgets.row import Cell, Row
from widgets.table import LineTable

COLUMNS = (
    Column("node", "NODE", width=8),
    Column("state", "STATE", width=10),
    Column("temp", "TEMP C", width=6, align=Align.RIGHT, descending=True),
    Column("job", "JOB", min_width=8),
    Column("power", "POWER W", width=8, align=Align.RIGHT, priority=1),
    Column("user", "USER", width=12, priority=2),
    Column("rack", "RACK", width=12, priority=3),
)


def node(number: int, *, state: str = "idle", temp: int = 40, job: str = "train", stale: bool = False) -> Row:
    cells = (f"n{number}", Cell(state, state), Cell(str(temp), stale=stale), job, str(1000 + number), "ada", "r1")
    return Row(f"k{number}", cells)


class Watched(LineTable):
    """Counts what is repainted."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.regions: list[Region] = []
        self.whole = 0
        self.lines: list[int] = []

    def refresh(self, *regions, **kwargs):
        if regions:
            self.regions.extend(regions)
        else:
            self.whole += 1
        return super().refresh(*regions, **kwargs)

    def render_line(self, y):
        self.lines.append(y)
        return super().render_line(y)

    def forget(self):
        self.regions.clear()
        self.lines.clear()
        self.whole = 0


EXPECTED = {
    (60, 20): [
        "  NODE     STATE      TEMP C JOB        POWER W USER",
        "  n1       allocated      40 train         1001 ada",
        " ~n2       draining       91 [red]x[/]     1002 ada",
        "  n3       idle           40 大模型-…      1003 ada",
    ],
    (80, 24): [
        "  NODE     STATE      TEMP C JOB               POWER W USER         RACK",
        "  n1       allocated      40 train                1001 ada          r1",
        " ~n2       draining       91 [red]x[/]            1002 ada          r1",
        "  n3       idle           40 大模型-训练-任…      1003 ada          r1",
    ],
    (50, 20): [
        "  NODE     STATE      TEMP C JOB           POWER W",
        "  n1       allocated      40 train            1001",
        " ~n2       draining       91 [red]x[/]        1002",
        "  n3       idle           40 大模型-训练…     1003",
    ],
    (100, 30): [
        "  NODE      STATE       TEMP C  JOB                              POWER W  USER          RACK",
        "  n1        allocated       40  train                               1001  ada           r1",
        " ~n2        draining        91  [red]x[/]                           1002  ada           r1",
        "  n3        idle            40  大模型-训练-任务-长长长长           1003  ada           r1",
    ],
}


@pytest.mark.parametrize("size", EXPECTED)
async def test_grid(host, grid, size):
    table = LineTable(COLUMNS)
    async with host(table).run_test(size=size) as pilot:
        table.update(
            [
                node(1, state="allocated"),
                node(2, state="draining", temp=91, job="[red]x[/]", stale=True),
                node(3, job="大模型-训练-任务-长长长长"),
            ]
        )
        await pilot.pause()
        assert grid(pilot.app)[:4] == EXPECTED[size]
        assert not any(grid(pilot.app)[4:])


async def test_ascii_marks_sort_and_clip(host, grid):
    table = LineTable(COLUMNS[:4], glyphs=ASCII)
    async with host(table).run_test(size=(60, 20)) as pilot:
        table.sort_by("temp")
        table.update([node(1, temp=9), node(2, temp=100, state="completing-long")])
        table.toggle_mark()
        await pilot.pause()
        assert grid(pilot.app)[:3] == [
            "  NODE     STATE      TEMPCv JOB".replace("TEMPCv", "TEMP>v"),
            "* n2       completin>    100 train",
            "  n1       idle            9 train",
        ]


async def test_a_lit_cell_keeps_its_ground_under_the_cursor(host):
    table = LineTable(COLUMNS[:1])
    async with host(table).run_test(size=(60, 20)) as pilot:
        table.update([Row("n1", (Cell("n1", "highlight"),))])
        await pilot.pause()
        lit = table.palette["highlight"]
        (style,) = (style for text, style, _ in table.render_line(1) if text.startswith("n1") and style)
        assert (style.color, style.bgcolor) == (lit.color, lit.bgcolor)


async def test_text_that_could_act_is_inert(host, grid):
    table = LineTable(COLUMNS[:4])
    async with host(table).run_test(size=(60, 20)) as pilot:
        table.update([node(1, job="a\tb\x1b[2Jc"), node(2)])
        await pilot.pause()
        assert grid(pilot.app)[1] == "  n1       idle           40 a�b�[2Jc"
        assert grid(pilot.app)[2] == "  n2       idle           40 train"


async def test_nothing_and_waiting(host, grid):
    table = LineTable(COLUMNS, empty="no jobs in the queue")
    async with host(table).run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        assert grid(pilot.app)[2].strip() == "no jobs in the queue"
        table.waiting = "waiting for slurm (3 s)"
        await pilot.pause()
        assert grid(pilot.app)[2].strip() == "waiting for slurm (3 s)"
        table.update([node(1)])
        await pilot.pause()
        assert "waiting" not in "".join(grid(pilot.app))
        table.update([])
        table.waiting = ""
        await pilot.pause()
        assert grid(pilot.app)[2].strip() == "no jobs in the queue"


async def test_only_changed_cells_are_repainted(host, grid):
    table = Watched(COLUMNS)
    async with host(table).run_test(size=(80, 24)) as pilot:
        rows = [node(number) for number in range(72)]
        table.update(rows)
        await pilot.pause()
        table.forget()
        rows[4] = node(4, temp=77)
        rows[60] = node(60, temp=77)  # below the screen
        table.update(rows)
        await pilot.pause()
        assert (table.regions, table.whole) == ([Region(22, 5, 6, 1)], 0)
        assert table.lines == [5]
        assert grid(pilot.app)[5] == "  n4       idle           77 train                1004 ada          r1"


async def test_nothing_changed_repaints_nothing(host):
    table = Watched(COLUMNS)
    async with host(table).run_test(size=(80, 24)) as pilot:
        table.update([node(number) for number in range(72)])
        await pilot.pause()
        table.forget()
        table.update([node(number) for number in range(72)])  # equal, other objects
        table.patch([node(3)])
        await pilot.pause()
        assert (table.regions, table.whole, table.lines) == ([], 0, [])


async def test_cursor_repaints_two_lines(host):
    table = Watched(COLUMNS)
    async with host(table).run_test(size=(80, 24)) as pilot:
        table.update([node(number) for number in range(72)])
        table.focus()
        await pilot.pause()
        table.forget()
        await pilot.press("j")
        await pilot.pause()
        assert sorted(region.y for region in table.regions) == [1, 2]
        assert sorted(table.lines) == [1, 2]


async def test_cursor_stays_on_its_key(host, grid):
    table = LineTable(COLUMNS)
    async with host(table).run_test(size=(80, 24)) as pilot:
        table.update([node(number) for number in range(50)])
        table.focus()
        await pilot.press("down", "down")
        assert table.cursor == "k2"
        table.update([node(99), *(node(number) for number in range(50))])
        assert (table.cursor, table.cursor_index) == ("k2", 3)
        table.sort_by("power", reverse=True)
        assert (table.cursor, table.cursor_index) == ("k2", 48)
        await pilot.pause()
        assert any(line.startswith("  n2 ") for line in grid(pilot.app))
        table.patch([], removed=["k2"])
        assert table.cursor == "k1"


async def test_keys_and_messages(host):
    table = LineTable(COLUMNS)
    async with host(table).run_test(size=(80, 24)) as pilot:
        table.update([node(number) for number in range(100)])
        table.focus()
        for key, cursor in (
            ("G", "k99"),
            ("g", "k0"),
            ("pagedown", "k22"),
            ("k", "k21"),
            ("end", "k99"),
            ("home", "k0"),
        ):
            await pilot.press(key)
            assert table.cursor == cursor
        await pilot.press("j", "enter")
        await pilot.pause()
        assert pilot.app.keys_of(RowSelected) == ["k1"]
        assert pilot.app.keys_of(RowHighlighted)[-1] == "k1"


async def test_marks(host):
    table = LineTable(COLUMNS)
    async with host(table).run_test(size=(80, 24)) as pilot:
        table.update([node(number) for number in range(20)])
        table.move_to("k3")
        table.toggle_mark()
        table.move_to("k6")
        table.mark_range()
        assert table.marks == {"k3", "k4", "k5", "k6"}
        table.filter_by(lambda row: row.key != "k4")
        assert "k4" in table.marks  # out of sight is not unmarked
        table.update([node(number) for number in range(5)])
        assert table.marks == {"k3", "k4"}  # what is gone is
        table.clear_marks()
        table.mark_shown()
        assert table.marks == {"k0", "k1", "k2", "k3"}
        await pilot.pause()
        assert [m.marks for m in pilot.app.posted if isinstance(m, MarksChanged)][-1] == table.marks


async def test_resize_keeps_the_cursor_in_sight(host, grid):
    table = LineTable(COLUMNS)
    async with host(table).run_test(size=(100, 30)) as pilot:
        table.update([node(number) for number in range(100)])
        table.move_to("k28")
        for width, height in ((60, 20), (30, 5), (300, 100), (10, 3), (60, 20)):
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            assert any(line[2:].startswith("n28") for line in grid(pilot.app)), (width, height)


async def test_click_on_a_title_sorts(host):
    table = LineTable(COLUMNS)
    async with host(table).run_test(size=(80, 24)) as pilot:
        table.update([node(1, temp=40), node(2, temp=90)])
        await pilot.pause()
        await pilot.click(LineTable, offset=(24, 0))
        assert (table.sorted_by, table.shown_keys()) == (("temp", True), ["k2", "k1"])
        await pilot.click(LineTable, offset=(24, 0))
        assert table.shown_keys() == ["k1", "k2"]


async def test_a_large_table_is_ordered_between_keys(host, grid):
    table = LineTable(COLUMNS)
    async with host(table).run_test(size=(80, 24)) as pilot:
        table.update([node(number, temp=number * 7919 % 10007) for number in range(10_000)])
        table.sort_by("temp")
        assert table.busy
        while table.busy:
            await pilot.pause(0.01)
        await pilot.pause()
        assert grid(pilot.app)[2].split()[2] == "10005"
        assert table.total == 10_000


async def test_an_order_that_takes_long_is_said_until_it_is_there(host, monkeypatch):
    monkeypatch.setattr("widgets.ordering.LONG_S", 0.0)
    said = []

    class Told(LineTable):
        def on_order_awaited(self):
            said.append(self.doing)

    table = Told(COLUMNS)
    async with host(table).run_test(size=(80, 24)) as pilot:
        for act, word in (
            (lambda: table.update([node(number) for number in range(10_000)]), "ordering"),
            (lambda: table.sort_by("temp"), "sorting"),
            (lambda: table.filter_by(lambda row: row.key.endswith("7")), "filtering"),
        ):
            said.clear()
            act()
            while table.busy or table.doing or len(said) < 2:
                await pilot.pause(0.01)
            assert said == [word, ""]


async def test_a_table_that_holds_its_lines_moves_none_that_is_read_when_rows_come_above(host):
    table = Watched(COLUMNS)
    table.holds_lines = True
    async with host(table).run_test(size=(60, 10)) as pilot:
        table.update([node(number) for number in range(10, 40)])
        table.move_to("k12")
        await pilot.pause()
        table.forget()
        table.update([node(number) for number in range(8, 40)])
        await pilot.pause()
        assert (table.top, table.cursor_index, table.cursor) == (2, 4, "k12")
        assert not table.regions, "nothing is repainted"


async def test_how_many_pass_a_filter_is_not_told_before_it_is_known(host):
    table = LineTable(COLUMNS)
    async with host(table).run_test(size=(80, 24)) as pilot:
        table.update([node(number) for number in range(5_000)])
        while table.busy:
            await pilot.pause(0.01)
        assert not table.filtering
        table.filter_by(lambda row: row.key.endswith("7"))
        assert table.filtering, "the rows are still those of before"
        while table.busy:
            await pilot.pause(0.01)
        assert (table.filtering, table.line_count) == (False, 500)
