"""The line at the bottom that `/` and `:` open: a prompt, an input, and what is wrong with it."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from widgets.messages import FilterChanged, FilterClosed, FilterSubmitted


class FilterBar(Horizontal):
    """Posts every change, enter and escape. Hidden until `open`; the screen decides what the text means."""

    DEFAULT_CSS = """
    FilterBar { height: 1; display: none; background: $panel; }
    FilterBar.-open { display: block; }
    FilterBar > .prompt { width: auto; height: 1; color: $accent; text-style: bold; }
    FilterBar > Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
    FilterBar > Input:focus { border: none; background: $panel; }
    FilterBar > .problem { width: auto; max-width: 50%; height: 1; color: $error; text-style: bold; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", show=False)]

    def __init__(self, prompt: str = "/", *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._prompt = prompt

    def compose(self) -> ComposeResult:
        """Prompt, input, problem."""
        yield Static(Text(self._prompt), classes="prompt")
        field = Input(compact=True, select_on_focus=False)
        field.cursor_blink = False
        yield field
        yield Static(classes="problem")

    @property
    def is_open(self) -> bool:
        """Whether it is on screen."""
        return self.has_class("-open")

    @property
    def text(self) -> str:
        """What is in it."""
        return self.query_one(Input).value

    def open(self, text: str = "", *, prompt: str | None = None) -> None:
        """Show it with a text, and take the focus."""
        if prompt is not None:
            self.query_one(".prompt", Static).update(Text(prompt))
        self.add_class("-open")
        field = self.query_one(Input)
        field.value = text
        field.cursor_position = len(text)
        field.focus()

    def shut(self) -> None:
        """Hide it. Where the focus goes is the screen's decision."""
        self.remove_class("-open")
        self.explain("")

    def explain(self, problem: str) -> None:
        """Say what is wrong with the text; empty when nothing is."""
        self.query_one(".problem", Static).update(Text(f" {problem} " if problem else ""))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Passed on under our own name."""
        event.stop()
        if self.is_open:
            self.post_message(FilterChanged(self, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Passed on under our own name."""
        event.stop()
        self.post_message(FilterSubmitted(self, event.value))

    def action_close(self) -> None:
        """Escape."""
        self.post_message(FilterClosed(self))
