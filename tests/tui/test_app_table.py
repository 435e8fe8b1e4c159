"""A table on screen and the table of `megapod get` are the same, cell for cell."""

import re

import pytest
from msgspec.structs import replace

from backends.model.node import Service
from backends.model.reason import Reason
from console.headless import listing
from console.headless.table import Table
from console.tui.screens.jobs import JobsView
from console.tui.screens.nodes import NodesView
from console.tui.screens.pods import PodsView
from console.tui.screens.table_view import TableView


def cells(line):
    return re.split(r" {2,}", line.strip())


@pytest.mark.parametrize(
    ("key", "kind", "view", "large"),
    [
        ("5", "nodes", NodesView, 2000),
        ("5", "nodes", NodesView, 0),
        ("6", "jobs", JobsView, 2000),
        ("0", "pods", PodsView, 2000),
    ],
)
async def test_screen_and_script_say_the_same_cell_for_cell(
    bench, monkeypatch, key, kind, view: type[TableView], large
):
    monkeypatch.setattr("console.tui.screens.nodes.LARGE", large)  # from there on rows are made in a thread
    one = bench()
    one.scheduler.run_job("77", "gpu001", "gpu002", name="träin 東京 [red]x[/red]")
    facts = one.scheduler.facts["gpu003"]
    reason = Reason("megapod:op-7f3k9x ann: leak", "root", one.clock.now())
    one.scheduler.facts["gpu003"] = replace(facts, state=("IDLE", "DRAIN"), service=Service.DRAINED, reason=reason)
    async with one.on_screen(260, 40) as pilot:
        await pilot.press(key)
        await one.until(
            pilot, *(("gpu008", "leak") if kind == "nodes" else ("77",) if kind == "jobs" else ("MODE",)), "live"
        )
        snapshot = one.session.store["lab"]
        script = listing.part(kind, snapshot, one.clock.now()).view
        left_out = [index for index, column in enumerate(script.columns) if column.key in view.LEAVE_OUT]
        head, *rows = [cells(line) for line in Table(None).lines(script)]
        wanted = [[cell for index, cell in enumerate(row) if index not in left_out] for row in (head, *rows)]
        drawn = [cells(line.partition("│")[0]) for line in one.lines()]  # the pane beside the table aside
        begin = drawn.index(wanted[0])
        assert drawn[begin : begin + len(wanted)] == wanted
