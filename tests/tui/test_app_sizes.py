"""Every view from 60x20 to 300x100 and back, with a screen over it or not: chrome stays, nothing is drawn outside."""

import pytest
from rich.cells import cell_len

from widgets.table import LineTable

SIZES = ((60, 20), (80, 24), (110, 60), (160, 48), (300, 100), (61, 21))
WALKS = {
    "views": ("1", "2", "3", "4", "5", "6", "7", "8", "0"),
    "drills": ("5 enter", "escape l", "escape i", "escape escape 2 e", "escape z", "6 enter", "escape b"),
    "bars": ("5 question_mark", "escape slash", "escape colon", "escape D", "escape ctrl+p", "escape semicolon"),
}


@pytest.mark.parametrize("walk", WALKS)
async def test_no_size_breaks_a_view(bench, walk):
    one = bench(pods=3)
    one.scheduler.run_job("77", "gpu001", "gpu002", name="a" * 80)
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu001")
        for keys in WALKS[walk]:
            await pilot.press(*keys.split())
            for width, height in SIZES:
                await pilot.resize_terminal(width, height)
                await pilot.pause()
                lines = one.lines()
                assert len(lines) == height, (keys, width, height)
                assert max(map(cell_len, lines)) <= width, (keys, width, height)
                assert "lab" in lines[0] or walk == "bars", (keys, width, height, one.text)
                assert lines[-1], (keys, width, height, one.text)
                for table in one.app.screen.query(LineTable):
                    shown = "".join(line[table.region.x :] for line in lines[table.region.y + 1 : table.region.bottom])
                    assert shown.strip() or not table.page, (keys, width, height, one.text)


async def test_a_broad_screen_tells_of_the_node_under_the_cursor_beside_the_table(bench):
    one = bench()
    async with one.on_screen(200, 60, first="5") as pilot:
        text = await one.until(pilot, "gpu001", "stands in")
        assert "gpu001 ─" in text
        await pilot.press("down")
        assert "gpu002 ─" in await one.until(pilot, "gpu002 ─")
        await pilot.resize_terminal(160, 48)
        await pilot.pause()
        assert "stands in" not in one.text
