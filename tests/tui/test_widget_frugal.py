"""FrugalApp: what leaves for the terminal is the changed cell alone."""

from widgets.column import Column
from widgets.frugal import CroppedUpdate
from widgets.row import Row
from widgets.table import LineTable


async def test_a_changed_cell_is_sent_without_its_line(host):
    table = LineTable((Column("node", "NODE", width=8), Column("temp", "TEMP", width=6), Column("job", "JOB")))
    async with host(table).run_test(size=(60, 20)) as pilot:
        table.update([Row("a", ("n1", "40", "train")), Row("b", ("n2", "大模", "train"))])
        await pilot.pause()
        compositor = pilot.app.screen._compositor
        table.patch([Row("b", ("n2", "77", "train"))])
        compositor.update_widgets({table})
        stock = compositor.render_update()
        cropped = CroppedUpdate(stock).render_segments(pilot.app.console)
        assert "n2" in stock.render_segments(pilot.app.console)  # why this is needed at all
        assert "77    " in cropped
        assert "n2" not in cropped
        assert "train" not in cropped
        assert cropped.startswith("\x1b[3;12H")
