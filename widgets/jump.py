"""Jump mode: every line and cell on screen gets a letter; pressing it is being there."""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from widgets.jump_spots import Spot, labels
from widgets.palette import Palette


class Jump(ModalScreen[None]):
    """Shows the labels over the screen below, and goes where the letters say; any other key leaves."""

    AUTO_FOCUS = ""

    DEFAULT_CSS = """
    Jump { background: transparent; }
    Jump > Static { width: auto; height: 1; overlay: screen; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, places: Sequence[Spot]) -> None:
        super().__init__()
        self._places = dict(zip(labels(len(places)), places, strict=False))
        self._typed = ""

    def compose(self) -> ComposeResult:
        """A label a place."""
        palette = Palette(self.app.theme_variables)
        styles = (palette["badge"], palette["mark"] + Style(reverse=True))  # by turns: on a map they touch each other
        for at, (label, spot) in enumerate(self._places.items()):
            sign = Static(Text(label, style=styles[at % 2]))
            sign.styles.offset = (spot.x, spot.y)
            sign.styles.position = "absolute"
            yield sign

    def action_leave(self) -> None:
        """Stay where one was."""
        self.dismiss(None)

    def on_key(self, event: events.Key) -> None:
        """A letter of a label; with the last one we are there."""
        if event.key == "escape":
            return
        event.stop()
        event.prevent_default()
        self._typed += event.character or " "
        if self._typed in self._places:
            self.dismiss(None)
            self._places[self._typed].go()
        elif not any(label.startswith(self._typed) for label in self._places):
            self.dismiss(None)
