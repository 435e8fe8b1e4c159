"""The one dialog: a plan or a question read in full, then Yes or No, with No under the finger.

It shows ready-made lines and returns what was typed; it knows nothing of plans. Yes is possible only once everything
asked for is there: a reason that the validator lets through, and the count typed out where it is large.
"""

from collections.abc import Callable, Iterable
from typing import ClassVar

from msgspec import Struct
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from widgets.dialog_body import DialogBody, DialogLine
from widgets.glyphs import UNICODE, GlyphSet
from widgets.line_input import LineInput


class Choice(Struct, frozen=True):
    """A key that changes what is asked, and what it stands at now."""

    key: str
    label: str


class Question(Struct, frozen=True, kw_only=True):
    """What a dialog asks. `prompt` empty: no reason wanted. `count` None: nothing to type out.

    `check` says what is wrong with the reason, or nothing. `yes` empty: there is only something to read. A key of the
    `choices` ends it unanswered: who asked asks again, with that changed.
    """

    title: str
    body: tuple[DialogLine, ...] = ()
    prompt: str = ""
    value: str = ""
    check: Callable[[str], str] | None = None
    count: int | None = None
    yes: str = "Yes"
    no: str = "No"
    danger: bool = False
    choices: tuple[Choice, ...] = ()


class Answer(Struct, frozen=True):
    """What came of it. `text` is the reason, stripped; it is kept on No, so that nothing typed is lost.

    `choice` is the key of what is to be changed before it is asked again; "" for an answer.
    """

    confirmed: bool
    text: str = ""
    choice: str = ""


class Dialog(ModalScreen[Answer]):
    """Asks a `Question`, dismisses with an `Answer`. Escape is No, always."""

    AUTO_FOCUS = ""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: transparent; }
    Dialog > .box { width: 76; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
        border: round $primary; background: $surface; border-title-color: $primary; border-title-style: bold; }
    Dialog.-ascii > .box { border: ascii $primary; }
    Dialog.-danger > .box { border: round $error; border-title-color: $error; }
    Dialog.-danger.-ascii > .box { border: ascii $error; }
    Dialog DialogBody { background: $surface; }
    Dialog .ask { height: 1; margin: 1 0 0 0; }
    Dialog .ask > Static { width: auto; height: 1; text-style: bold; }
    Dialog .ask > Input { width: 1fr; height: 1; border: none; padding: 0 0 0 1; background: $panel;
        text-style: underline; }
    Dialog .ask > Input:focus { border: none; text-style: none; }
    Dialog .problem { height: 1; color: $error; text-style: bold; }
    Dialog .buttons { height: 1; align-horizontal: right; }
    Dialog .choices { width: 1fr; height: 1; }
    Dialog Button { width: auto; min-width: 10; height: 1; border: none; margin: 0 0 0 2; padding: 0 1;
        background: $panel; color: $foreground; text-style: none; }
    Dialog Button:focus { text-style: bold reverse; background: $panel; border: none; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", show=False),
        Binding("n,escape", "no", "No", show=False),
        Binding("left,right", "swap", "Other button", show=False),
        Binding("up,k", "body(-1)", "up", show=False),
        Binding("down,j", "body(1)", "down", show=False),
        Binding("pageup", "body(-8)", "page up", show=False),
        Binding("pagedown", "body(8)", "page down", show=False),
    ]

    def __init__(self, question: Question, *, glyphs: GlyphSet = UNICODE) -> None:
        super().__init__()
        self._question = question
        self._glyphs = glyphs
        self.set_class(question.danger, "-danger")
        self.set_class(glyphs.name == "ascii", "-ascii")

    def compose(self) -> ComposeResult:
        """Title, body, what is asked, what is wrong, buttons."""
        asked = self._question
        with Vertical(classes="box") as box:
            box.border_title = Text(asked.title)
            yield DialogBody(asked.body, glyphs=self._glyphs, beside=_beside(asked))
            if asked.prompt:
                yield from self._ask(asked.prompt, asked.value, "reason")
            if asked.count is not None:
                yield from self._ask(f"Type {asked.count} to go on", "", "count")
            if asked.prompt or asked.count is not None:
                yield Static(classes="problem")
            with Horizontal(classes="buttons"):
                if asked.choices:
                    yield Static(_choices(asked.choices), classes="choices")
                if asked.yes:
                    yield Button(Text(f"{asked.yes} (y)"), id="yes", compact=True)
                yield Button(Text(f"{asked.no} (n)"), id="no", compact=True)

    def on_mount(self) -> None:
        """No is under the finger; a reason that is wanted and empty comes before it."""
        asked = self._question
        if asked.prompt and not asked.value:
            self.query_one("#reason", Input).focus()
        else:
            self.query_one("#no", Button).focus()
        self._explain()

    def problem(self) -> str:
        """Why Yes is not possible yet; empty when it is."""
        asked = self._question
        if asked.prompt:
            text = self._typed("reason")
            if asked.check is not None and (wrong := asked.check(text)):
                return wrong
        if asked.count is not None and self._typed("count") != str(asked.count):
            return f"type {asked.count} to confirm"
        return ""

    def on_key(self, event: Key) -> None:
        """What no field has taken for itself: a key of the choices."""
        if any(one.key == event.key for one in self._question.choices):
            event.stop()
            self.dismiss(Answer(confirmed=False, text=self._typed("reason"), choice=event.key))

    def action_yes(self) -> None:
        """Confirm, if everything asked for is there; otherwise go to what is missing."""
        if not self._question.yes:
            return
        if self.problem():
            self._explain()
            self._to_missing()
            return
        self.dismiss(Answer(confirmed=True, text=self._typed("reason")))

    def action_no(self) -> None:
        """Leave without doing anything."""
        self.dismiss(Answer(confirmed=False, text=self._typed("reason")))

    def action_swap(self) -> None:
        """To the other button."""
        buttons = list(self.query(Button))
        other = next((button for button in buttons if not button.has_focus), buttons[0])
        other.focus()

    def action_body(self, lines: int) -> None:
        """Scroll the body, whatever has the focus."""
        self.query_one(DialogBody).action_scroll(lines)

    @on(Input.Changed)
    def _on_changed(self) -> None:
        self._explain()

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on: to the next field, then to No. It never confirms by itself."""
        event.stop()
        if event.input.id == "reason" and self._question.count is not None:
            self.query_one("#count", Input).focus()
        elif self.problem():
            self._to_missing()
        else:
            self.query_one("#no", Button).focus()

    @on(Button.Pressed)
    def _on_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "yes":
            self.action_yes()
        else:
            self.action_no()

    def _ask(self, label: str, value: str, name: str) -> ComposeResult:
        with Horizontal(classes="ask"):
            yield Static(Text(label))
            field = LineInput(value, id=name, compact=True, select_on_focus=False)
            field.cursor_blink = False
            yield field

    def _typed(self, name: str) -> str:
        fields = self.query(f"#{name}").results(Input)
        return next((field.value.strip() for field in fields), "")

    def _explain(self) -> None:
        for line in self.query(".problem").results(Static):
            line.update(Text(self.problem()))

    def _to_missing(self) -> None:
        asked = self._question
        wrong = asked.prompt and asked.check is not None and asked.check(self._typed("reason"))
        if asked.prompt and (wrong or asked.count is None):
            self.query_one("#reason", Input).focus()
        elif asked.count is not None:
            self.query_one("#count", Input).focus()


def _choices(choices: Iterable[Choice]) -> Text:
    return Text("  ").join(Text.assemble((one.key, "bold underline"), f" {one.label}") for one in choices)


_BORDER, _ASK, _PROBLEM, _BUTTONS = 2, 2, 1, 1


def _beside(asked: Question) -> int:
    """Lines of a dialog that are not its body: a body longer than the rest of the screen scrolls."""
    asks = (1 if asked.prompt else 0) + (1 if asked.count is not None else 0)
    return _BORDER + asks * _ASK + (_PROBLEM if asks else 0) + _BUTTONS
