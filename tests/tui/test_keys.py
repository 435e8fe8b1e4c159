"""The help is made from bindings: whatever has a key has a name there, and does something."""

import pytest
from textual import events
from textual.binding import Binding

from console.tui.app import VIEWS, MegapodApp
from console.tui.screens.describe import DescribeView
from console.tui.screens.elevation import ElevationView
from console.tui.screens.logs import LogsView
from console.tui.screens.raw import RawView
from widgets.describe import Describe
from widgets.heatmap import HeatMap
from widgets.line_input import pasted
from widgets.table import LineTable
from widgets.tree import LineTree

SCREENS = (*VIEWS.values(), DescribeView, ElevationView, LogsView, RawView)
PANES = (LineTable, LineTree, HeatMap, Describe)


@pytest.mark.parametrize("kind", [*SCREENS, *PANES], ids=lambda kind: kind.__name__)
def test_every_key_has_a_name_in_the_help_and_an_action(kind):
    ours = [
        one
        for base in kind.__mro__
        if base.__module__.split(".")[0] in {"console", "widgets"}
        for one in vars(base).get("BINDINGS", ())
    ]
    assert ours
    for binding in ours:
        assert isinstance(binding, Binding)
        assert binding.description, binding.key
        name = binding.action.partition("(")[0]
        where, method = (MegapodApp, name.removeprefix("app.")) if name.startswith("app.") else (kind, name)
        assert callable(getattr(where, f"action_{method}", None)), (binding.key, binding.action)


@pytest.mark.parametrize("kind", SCREENS, ids=lambda kind: kind.__name__)
def test_no_key_of_a_screen_means_two_things(kind):
    keys = [
        (key, base)
        for base in kind.__mro__
        for one in vars(base).get("BINDINGS", ())
        if base.__module__.startswith("console")
        for key in one.key.split(",")
    ]
    assert len({key for key, _ in keys}) == len(keys), sorted(key for key, _ in keys)


def test_a_paste_is_one_line_of_text_whatever_is_in_it():
    assert pasted("gpu001\r\n gpu002\n\n") == "gpu001 gpu002"
    assert pasted("\x1b[31mleak\x1b[0m in\ttray\x07 \x1b]52;c;YQ==\x07\x9b2J2") == "leak in tray 2J2"
    assert pasted("träin 東京") == "träin 東京"


async def test_what_is_pasted_into_a_prompt_never_reaches_the_terminal_as_escapes(bench):
    one = bench()
    async with one.on_screen(first="5") as pilot:
        await one.until(pilot, "gpu001")
        one.app.post_message(events.Paste("drain gpu001\nq\n"))  # no prompt is open: it is no keys either
        await pilot.press("D")
        one.app.post_message(events.Paste("\x1b[31mleak\nin tray 2\x9b"))
        await one.until(pilot, "reason: leak in tray 2")
        assert one.text.replace("\n", "").isprintable()
