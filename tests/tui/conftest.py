"""What tests of the screen share: the screen as plain text, and a host app for one widget."""

import os
from collections.abc import Callable

os.environ["TEXTUAL_ANIMATIONS"] = "none"  # read when textual is imported
os.environ.pop("NO_COLOR", None)

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.message import Message
from textual.widget import Widget

from widgets.messages import (
    CellHighlighted,
    CellSelected,
    FilterChanged,
    FilterClosed,
    FilterSubmitted,
    ItemHighlighted,
    ItemSelected,
    MarksChanged,
    RowHighlighted,
    RowSelected,
)
from widgets.themes import THEMES


class Host(App[None]):
    """An app around some widgets, in a theme of ours, that keeps what they post."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *widgets: Widget, theme: str = "dark") -> None:
        super().__init__()
        self._widgets = widgets
        self.posted: list[Message] = []
        for one in THEMES.values():
            self.register_theme(one)
        self.theme = THEMES[theme].name

    def compose(self) -> ComposeResult:
        yield from self._widgets

    @on(RowHighlighted)
    @on(RowSelected)
    @on(CellHighlighted)
    @on(CellSelected)
    @on(ItemHighlighted)
    @on(ItemSelected)
    @on(MarksChanged)
    @on(FilterChanged)
    @on(FilterSubmitted)
    @on(FilterClosed)
    def keep(self, message: Message) -> None:
        self.posted.append(message)

    def keys_of(self, kind: type[Message]) -> list[str | None]:
        return [message.key for message in self.posted if isinstance(message, kind)]


@pytest.fixture
def host() -> type[Host]:
    return Host


@pytest.fixture
def grid() -> Callable[[App[None]], list[str]]:
    """The lines of the screen as text, trailing blanks cut. The one place that looks into Textual's compositor."""

    def lines(app: App[None]) -> list[str]:
        return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]

    return lines
