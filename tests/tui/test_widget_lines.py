"""The smaller widgets: status line, filter bar, facts; and themes, palette and glyphs."""

import pytest
from rich.cells import cell_len
from rich.style import Style

from backends.model.node import Service
from backends.model.severity import Severity
from widgets.describe import SPARK, Describe, Fact, Section
from widgets.filterbar import FilterBar
from widgets.glyphs import ASCII, LETTERS, UNICODE, glyph_set
from widgets.messages import FilterChanged, FilterClosed, FilterSubmitted
from widgets.paint import clip, clip_middle, strip_of, width_of
from widgets.palette import FALLBACKS, Palette
from widgets.statusline import Segment, StatusLine
from widgets.themes import THEMES
from widgets.wrap import lines_of


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (50, "austin  72 nodes  READ-ONLY        ? help  4 req/s"),
        (40, "austin  72 nodes  READ-ONLY       ? help"),
        (30, "austin  READ-ONLY       ? help"),
        (10, "au… ? help"),
    ],
)
async def test_status_line_drops_what_matters_least(host, grid, width, expected):
    status = StatusLine()
    async with host(status).run_test(size=(width, 3)) as pilot:
        status.show_segments(
            [Segment("austin", "title"), Segment("72 nodes", "", 2), Segment("READ-ONLY", "badge")],
            [Segment("help", key="?"), Segment("4 req/s", "muted", 3)],
        )
        await pilot.pause()
        assert grid(pilot.app)[0] == expected.rstrip()


async def test_filter_bar(host, grid):
    bar = FilterBar()
    async with host(bar).run_test(size=(60, 20)) as pilot:
        assert not any(grid(pilot.app))
        bar.open("state")
        await pilot.pause()
        await pilot.press("=", "d")
        bar.explain("no such field [x]")
        await pilot.pause()
        assert grid(pilot.app)[0].startswith("/state=d")
        assert grid(pilot.app)[0].endswith("no such field [x]")
        await pilot.press("enter", "escape")
        await pilot.pause()
        posted = [(type(message), getattr(message, "text", None)) for message in pilot.app.posted]
        assert posted[-3:] == [(FilterChanged, "state=d"), (FilterSubmitted, "state=d"), (FilterClosed, None)]
        bar.shut()
        await pilot.pause()
        assert not any(grid(pilot.app))


async def test_filter_bar_completes_and_recalls(host, grid):
    bar, history = FilterBar(":"), ["nodes", "drain gpu001"]
    async with host(bar).run_test(size=(60, 20)) as pilot:
        bar.open("drain g", history=history)
        bar.offer(("drain gpu001", "drain gpu002"))
        await pilot.press("tab")
        assert bar.text == "drain gpu00"
        await pilot.pause()
        assert grid(pilot.app)[0].split()[-2:] == ["gpu001", "gpu002"]
        await pilot.press("tab", "tab")
        assert bar.text == "drain gpu002"
        await pilot.press("tab")
        assert bar.text == "drain gpu001"
        await pilot.press("shift+tab")
        assert bar.text == "drain gpu002"
        await pilot.press("enter", "up", "up", "up", "up")
        assert bar.text == "nodes"
        assert history == ["nodes", "drain gpu001", "drain gpu002"]
        await pilot.press("down", "down", "down")
        assert bar.text == ""


async def test_facts_stand_with_their_age_and_wrap(host, grid):
    facts = Describe()
    async with host(facts).run_test(size=(40, 9)) as pilot:
        facts.update(
            [
                Section(
                    "slurm", (Fact("state", "MIXED+DRAIN", "1s", "draining"), Fact("why", "a reason " * 6, "1s")), "1s"
                ),
                Section("redfish", (Fact("power", "On", "4m12s", stale=True),), "stale 4m12s", "warning"),
            ]
        )
        await pilot.pause()
        assert grid(pilot.app) == [
            "slurm ─────────────────────────────── 1s",
            "  state MIXED+DRAIN                   1s",
            "  why   a reason a reason a reason    1s",
            "        a reason a reason a reason",
            "",
            "redfish ──────────────────── stale 4m12s",
            "  power On                        ~4m12s",
            "",
            "",
        ]


async def test_what_moves_is_a_graph_with_its_bounds_where_the_pane_has_the_lines(host, grid):
    rise = tuple((float(20 * at), 100.0 + at) for at in range(31))
    still = tuple((40.0 * at, 18.0) for at in range(SPARK))
    facts = (Fact("flow", "130 l/min", history=rise), Fact("supply", "18 °C", history=still))
    pane = Describe()
    async with host(pane).run_test(size=(60, 10)) as pilot:
        pane.update([Section("readings", facts)])
        await pilot.pause()
        roomy = grid(pilot.app)
        assert [roomy[at].split("│")[0].strip() for at in range(2, 6)] == ["130", "", "", "100"]
        assert roomy[5].endswith("10m")
        assert roomy[6].endswith("▁▁"), "what stands still is a line of bars, once it is whole"
        pane.turn()
        await pilot.pause()
        assert grid(pilot.app)[1].endswith("▇██"), "none, where none is wanted"


async def test_where_not_all_graphs_fit_what_is_beyond_its_limit_has_one(host, grid):
    rise = tuple((float(20 * at), 100.0 + at) for at in range(31))
    facts = (Fact("heat", "3 kW", history=rise), Fact("flow", "130 l/min", style="critical", history=rise))
    pane = Describe()
    async with host(pane).run_test(size=(60, 6)) as pilot:
        pane.update([Section("readings", facts)])
        await pilot.pause()
        shown = grid(pilot.app)
        assert shown[1].endswith("▇██")
        assert [shown[at].split("│")[0].strip() for at in range(2, 6)] == ["flow 130 l/min", "130", "", "100"]
        pane.turn()
        await pilot.pause()
        assert [line.split("│")[0].strip() for line in grid(pilot.app)[1:4]] == ["heat 3 kW", "130", "100"]


async def test_a_pane_says_how_much_does_not_fit(host, grid):
    pane = Describe()
    async with host(pane).run_test(size=(60, 5)) as pilot:
        pane.update([Section("readings", tuple(Fact(f"r{at}", str(at)) for at in range(9)))])
        await pilot.pause()
        assert grid(pilot.app)[4].strip() == "▼ 6 more"
        pane.action_edge(1)
        await pilot.pause()
        assert grid(pilot.app)[4].strip() == "r8 8"


async def test_a_title_too_long_for_its_line_goes_on_below(host, grid):
    pane = Describe()
    async with host(pane).run_test(size=(60, 20)) as pilot:
        title = "slurm failed: 10.1.2.3: connection refused (is sshd running there, is the port right?)"
        pane.update([Section(title, (Fact("since", "19s"),), "Warning")])
        await pilot.pause()
        lines = grid(pilot.app)
        assert lines[0].endswith(" Warning")
        assert " ".join(line.rstrip("─ ").removesuffix(" Warning").rstrip("─ ").strip() for line in lines[:2]) == title
        assert lines[2].strip().startswith("since")


def variables_of(name: str) -> dict[str, str]:
    return {**THEMES[name].to_color_system().generate(), **THEMES[name].variables}


@pytest.mark.parametrize("name", THEMES)
def test_every_theme_names_every_style(name):
    variables = variables_of(name)
    assert {f"status-{style}" for style in FALLBACKS} <= variables.keys()
    palette = Palette(variables)
    assert palette["critical"] != palette["ok"]
    assert palette["no such style"].color is None
    assert palette.cursor.bgcolor is not None or palette.cursor.reverse


@pytest.mark.parametrize("name", ["ansi16", "mono"])
def test_the_frugal_themes_send_no_rgb(name):
    palette = Palette(variables_of(name))
    for style in (*(palette[name] for name in FALLBACKS), palette.cursor, palette.cursor_blurred):
        for colour in (style.color, style.bgcolor):
            assert colour is None or colour.triplet is None


def test_mono_has_no_colour_at_all():
    palette = Palette(variables_of("mono"))
    assert all(palette[name].color is None and palette[name].bgcolor is None for name in FALLBACKS)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_states_differ_in_shape_and_are_one_column(glyphs):
    for mapping, kind in ((glyphs.service, Service), (glyphs.severity, Severity)):
        assert set(mapping) == set(kind)
        assert len(set(mapping.values())) == len(mapping)
        assert all(cell_len(sign) == 1 for sign in mapping.values())
    assert len(set(LETTERS.values())) == len(Severity)
    assert [glyphs.level(value) for value in (None, float("nan"), -1.0, 0.0, 1.0, 7.0)] == [
        *"??",
        *glyphs.levels[0] * 2,
        *glyphs.levels[-1] * 2,
    ]
    assert glyph_set(glyphs.name) is glyphs


def test_clip_measures_columns():
    assert [clip("大模型", width, "…") for width in (6, 5, 4, 1, 0)] == ["大模型", "大模…", "大…", "…", ""]
    assert width_of("a大") == 3


def test_a_long_name_keeps_its_end():
    name = "Compute tray austin-r1-t01"
    assert [clip_middle(name, width, "…") for width in (26, 16, 4)] == [name, "Compu…tin-r1-t01", "Com…"]
    assert all(width_of(clip_middle("大模型" * 9, width, "…")) <= width for width in range(30))


def test_what_joins_two_values_goes_with_the_second():
    assert lines_of("1001 train (ada) · 25m03s left", 22) == ["1001 train (ada)", "· 25m03s left"]


def test_the_blanks_around_an_underlined_text_are_not_underlined():
    line = Style(underline=True)
    strip = strip_of([("a ", Style()), ("  183!! ", line)], 10, Style())
    assert [text for text, style, _ in strip if style and style.underline] == ["183!!"]
    assert all(style.underline for _, style, _ in strip_of([("  row ", line)], 6, Style()) if style)
