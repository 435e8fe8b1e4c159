"""HeatMap: where cells stand, how the cursor walks, what is repainted."""

import pytest
from textual.geometry import Region

from widgets.glyphs import ASCII, UNICODE
from widgets.heat_grid import HeatCell, HeatGroup
from widgets.heat_layout import Group, HeatLayout
from widgets.heatmap import HeatMap, LegendEntry
from widgets.messages import CellHighlighted, CellSelected


def rack(number: int, count: int = 9, glyph: str = "o") -> HeatGroup:
    return HeatGroup(f"rack {number}", tuple(HeatCell(f"r{number}n{n}", glyph, "idle") for n in range(count)))


LEGEND = [LegendEntry("o", "idle", "idle"), LegendEntry("X", "down", "down")]


class Watched(HeatMap):
    """Notes what is repainted."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.regions: list[Region] = []
        self.whole = 0

    def refresh(self, *regions, **kwargs):
        self.regions.extend(regions)
        self.whole += not regions
        return super().refresh(*regions, **kwargs)


@pytest.mark.parametrize("glyphs", [ASCII, UNICODE])
async def test_grid(host, grid, glyphs):
    heat = HeatMap(glyphs=glyphs)
    async with host(heat).run_test(size=(40, 10)) as pilot:
        heat.update([rack(1), rack(2, 7), rack(3, 3)])
        heat.set_legend(LEGEND)
        heat.toggle_mark("r1n1")
        await pilot.pause()
        assert grid(pilot.app) == [
            "rack 1        rack 2        rack 3",
            f"o o{glyphs.mark}o o o o   o o o o o o   o o o",
            "o o o         o",
            "",
            "o idle  X down",
            *[""] * 5,
        ]


async def test_wraps_to_a_narrow_width(host, grid):
    heat = HeatMap()
    async with host(heat).run_test(size=(13, 8)) as pilot:
        heat.update([rack(1), rack(2, 2)])
        await pilot.pause()
        assert grid(pilot.app) == ["rack 1", "o o o o o o", "o o o", "", "rack 2", "o o", "", ""]


async def test_the_cursor_walks_in_two_dimensions(host):
    heat = HeatMap()
    async with host(heat).run_test(size=(40, 10)) as pilot:
        heat.update([rack(1), rack(2), rack(3)])
        heat.focus()
        path = []
        for key in ("right", "down", "up", "down", "right", "right", "right", "left", "end", "k", "home", "enter"):
            await pilot.press(key)
            path.append(heat.cursor)
        assert path == ["r1n1", "r1n7", "r1n1", "r1n7", "r1n8", "r2n6", "r2n7", "r2n6", "r3n8", "r3n2", "r1n0", "r1n0"]
        await pilot.pause()
        assert pilot.app.keys_of(CellSelected) == ["r1n0"]
        assert pilot.app.keys_of(CellHighlighted)[-1] == "r1n0"


async def test_only_changed_cells_are_repainted(host, grid):
    heat = Watched()
    async with host(heat).run_test(size=(40, 10)) as pilot:
        heat.update([rack(1), rack(2)])
        await pilot.pause()
        heat.regions.clear()
        heat.whole = 0
        cells = list(rack(2).cells)
        cells[7] = HeatCell("r2n7", "X", "down")
        heat.update([rack(1), HeatGroup("rack 2", tuple(cells))])
        await pilot.pause()
        assert (heat.regions, heat.whole) == ([Region(16, 2, 2, 1)], 0)
        assert grid(pilot.app)[2] == "o o o         o X o"
        heat.regions.clear()
        heat.highlight(["r1n0"])
        heat.highlight(["r1n0"])
        assert (heat.regions, heat.whole) == ([Region(0, 1, 2, 1)], 0)


async def test_cursor_and_marks_stay_on_their_keys(host):
    heat = HeatMap()
    async with host(heat).run_test(size=(40, 10)) as pilot:
        heat.update([rack(1), rack(2)])
        heat.move_to("r2n3")
        heat.toggle_mark()
        heat.toggle_mark("r1n1")
        heat.update([rack(2), rack(3)])
        await pilot.pause()
        assert (heat.cursor, heat.marks) == ("r2n3", {"r2n3"})


async def test_many_cells_scroll(host, grid):
    heat = HeatMap(cell_width=1)
    async with host(heat).run_test(size=(80, 24)) as pilot:
        heat.update([rack(number, 72) for number in range(400)])
        heat.focus()
        await pilot.press("end")
        await pilot.pause()
        assert heat.cursor == "r399n71"
        assert any("rack 399" in line for line in grid(pilot.app))
        await pilot.press("pageup")
        assert heat.cursor != "r399n71"
        await pilot.press("home")
        await pilot.pause()
        assert grid(pilot.app)[0].startswith("rack 0")


async def test_highlight_is_seen_without_colour(host):
    heat = HeatMap()
    async with host(heat, theme="mono").run_test(size=(40, 10)) as pilot:
        heat.update([rack(1)])
        heat.highlight(["r1n4"])
        await pilot.pause()
        styles = [segment.style for segment in heat.render_line(1) if segment.text.startswith("o")]
        assert any(style.reverse and not style.bold for style in styles)  # the highlighted one; the cursor is bold too


@pytest.mark.parametrize("counts", [(18, 18), (18, 7, 18), (1, 2, 3), (72,), (5, 40, 5, 5)])
@pytest.mark.parametrize("width", [20, 44, 116])
def test_where_a_cell_stands_is_where_it_is_found(counts, width):
    layout = HeatLayout([Group(f"r{at}", count) for at, count in enumerate(counts)], width, 2)
    cells = range(sum(counts))
    assert [layout.cell_at(*layout.place_of(cell)) for cell in cells] == list(cells)


async def test_a_cell_below_the_first_line_is_painted_anew_when_it_changes(host, grid):
    def racks(sign):
        return [
            HeatGroup(f"r{rack}", tuple(HeatCell(f"r{rack}n{at}", sign if at == 9 else ".", "ok") for at in range(18)))
            for rack in (1, 2)
        ]

    heat = HeatMap()
    app = host(heat)
    async with app.run_test(size=(44, 8)) as pilot:
        heat.update(racks("."))
        await pilot.pause()
        assert "#" not in "".join(grid(app))
        heat.update(racks("#"))
        await pilot.pause()
        assert "".join(grid(app)).count("#") == 2
