"""The line at the bottom that `/` and `:` open: a prompt, an input, and what is wrong with it."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from widgets.line_input import LineInput
from widgets.messages import FilterChanged, FilterClosed, FilterSubmitted

_SHOWN = 6


class FilterBar(Horizontal):
    """Posts every change, enter and escape. Hidden until `open`; the screen decides what the text means."""

    DEFAULT_CSS = """
    FilterBar { height: 1; display: none; background: $panel; }
    FilterBar.-open { display: block; }
    FilterBar > .prompt { width: auto; height: 1; color: $accent; text-style: bold; }
    FilterBar > Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
    FilterBar > Input:focus { border: none; background: $panel; }
    FilterBar > .offers { width: auto; max-width: 60%; height: 1; color: $text-muted; }
    FilterBar > .problem { width: auto; max-width: 75%; height: 1; color: $error; text-style: bold; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False),
        Binding("tab", "complete(1)", "Complete", show=False, priority=True),
        Binding("shift+tab", "complete(-1)", "Complete", show=False, priority=True),
        Binding("up", "recall(-1)", "Earlier", show=False),
        Binding("down", "recall(1)", "Later", show=False),
    ]

    def __init__(self, prompt: str = "/", *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._prompt = prompt
        self._offers: tuple[str, ...] = ()
        self._walked: tuple[str, ...] = ()
        self._history: list[str] = []
        self._recalled: int | None = None

    def compose(self) -> ComposeResult:
        """Prompt, input, problem."""
        yield Static(Text(self._prompt), classes="prompt")
        field = LineInput(compact=True, select_on_focus=False)
        field.cursor_blink = False
        yield field
        yield Static(classes="offers")
        yield Static(classes="problem")

    @property
    def is_open(self) -> bool:
        """Whether it is on screen."""
        return self.has_class("-open")

    @property
    def text(self) -> str:
        """What is in it."""
        return self.query_one(Input).value

    def open(self, text: str = "", *, prompt: str | None = None, history: list[str] | None = None) -> None:
        """Show it with a text, and take the focus. `history` are earlier lines, the latest last; enter adds to it."""
        self._history = [] if history is None else history
        self._recalled = None
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
        self.offer(())

    def explain(self, problem: str) -> None:
        """Say what is wrong with the text; empty when nothing is."""
        self.query_one(".problem", Static).update(Text(f" {problem} " if problem else ""))

    def offer(self, lines: Sequence[str]) -> None:
        """The lines this one could become: tab goes through them. Their last words are shown beside it."""
        self._offers = tuple(lines)
        if self.text not in self._walked:
            self._walked = ()
        typed = self.text
        words = [line[len(_stem(typed)) :] for line in self._walked or self._offers if line != typed or self._walked]
        self.query_one(".offers", Static).update(Text(f" {'  '.join(words[:_SHOWN])} " if words else ""))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Passed on under our own name."""
        event.stop()
        if self.is_open:
            self.post_message(FilterChanged(self, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Passed on under our own name."""
        event.stop()
        if event.value.strip() and event.value not in self._history[-1:]:
            self._history.append(event.value)
        self.post_message(FilterSubmitted(self, event.value))

    def action_complete(self, step: int) -> None:
        """As far as all offers agree; then one after the other."""
        typed, walked = self.text, self._walked
        if typed in walked:
            self._put(walked[(walked.index(typed) + step) % len(walked)])
            return
        if not self._offers:
            return
        agreed = _agreed(self._offers)
        if len(agreed) > len(typed):
            self._put(agreed)
        else:
            self._walked = self._offers
            self._put(self._walked[0 if step > 0 else -1])

    def action_recall(self, step: int) -> None:
        """An earlier line, or a later one; after the latest an empty one."""
        at = len(self._history) if self._recalled is None else self._recalled
        at = max(0, min(at + step, len(self._history)))
        self._recalled = at
        self._put(self._history[at] if at < len(self._history) else "")

    def _put(self, text: str) -> None:
        field = self.query_one(Input)
        field.value = text
        field.cursor_position = len(text)

    def action_close(self) -> None:
        """Escape."""
        self.post_message(FilterClosed(self))


def _stem(text: str) -> str:
    """What stands before the word at the end."""
    return text[: max((text.rfind(sign) for sign in " ,&|(!"), default=-1) + 1]


def _agreed(lines: Sequence[str]) -> str:
    """What all of them begin with."""
    first, last = min(lines), max(lines)
    at = next((at for at, signs in enumerate(zip(first, last, strict=False)) if signs[0] != signs[1]), len(first))
    return first[:at]
