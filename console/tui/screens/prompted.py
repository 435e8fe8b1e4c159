"""What a view asks the operator: the filter, one line of text, a dialog. Nothing here knows what it is for."""

import asyncio
import re
from collections.abc import Callable

from textual import on

from console.select.error import SelectError
from console.tui.desk import Desk
from console.tui.filter import ALL, Filter, plain
from console.tui.operations import Operations
from console.tui.screens.frame import Frame
from widgets.dialog import Answer, Dialog, Question
from widgets.filterbar import FilterBar
from widgets.messages import FilterChanged, FilterClosed, FilterSubmitted, MarksChanged

_STARTED = re.compile(r"[=<>~].*[\s&|(!]")
"""A comparison, and the beginning of another word."""


class Prompted(Frame):
    """A frame whose bottom line can be typed into."""

    def __init__(self, desk: Desk, operations: Operations) -> None:
        super().__init__(desk, operations)
        self._check: Callable[[str], str] = str
        self._line: asyncio.Future[str | None] | None = None
        self.filter = ALL

    def action_filter(self) -> None:
        """Open the filter line."""
        self.query_one("#filter", FilterBar).open(self.filter_text, history=self.desk.filters)

    def read_filter(self, text: str) -> Filter:
        """What a filter's text means here. Raises SelectError, with the column."""
        return plain(text)

    def offered(self, text: str) -> tuple[str, ...]:  # noqa: ARG002 - where there are no fields
        """What a filter could become."""
        return ()

    @on(FilterChanged, "#filter")
    def _filter_changed(self, event: FilterChanged) -> None:
        """The table follows each key; what cannot be read yet is said in the bar, and the table stays as it was.

        So it does while a further field is typed: `state=drain & gpu.t` has not said yet what it asks.
        """
        begun = self.offered(event.text)
        self.query_one("#filter", FilterBar).offer(begun)
        if not (begun and _STARTED.search(event.text)):
            self._say_filter(event.text)

    @on(FilterSubmitted, "#filter")
    def _filter_submitted(self, event: FilterSubmitted) -> None:
        if self._say_filter(event.text):
            self._close_bars()

    @on(FilterClosed, "#filter")
    def _filter_closed(self) -> None:
        self._close_bars()
        self._filter("")

    def jump_to(self, text: str) -> bool:  # noqa: ARG002 - where nothing is listed
        """Put the cursor on the next thing whose name has this in it; whether there is one."""
        return False

    def action_jump(self) -> None:
        """Go to a name as it is typed; nothing is hidden."""
        self.query_one("#jump", FilterBar).open()

    @on(FilterChanged, "#jump")
    def _jump_typed(self, event: FilterChanged) -> None:
        found = not event.text.strip() or self.jump_to(event.text.strip().casefold())
        self.query_one("#jump", FilterBar).explain("" if found else "no such name here")

    @on(FilterSubmitted, "#jump")
    @on(FilterClosed, "#jump")
    def _jump_ended(self) -> None:
        self._close_bars()

    @on(MarksChanged)
    def _marks_changed(self) -> None:
        self.redraw_chrome()

    def _say_filter(self, text: str) -> bool:
        """Filter, or say in the bar why not; whether it could be read."""
        bar = self.query_one("#filter", FilterBar)
        try:
            self._filter(text)
        except SelectError as error:
            bar.explain(str(error))
            return False
        bar.explain("")
        return True

    def _filter(self, text: str) -> None:
        """Filter from now on. Raises SelectError, and then leaves everything as it was."""
        wanted = self.read_filter(text)
        if text != self.filter_text:
            self.filter, self.filter_text = wanted, wanted.text
            self.redraw(force=True)

    def _close_bars(self) -> None:
        for bar in self.query(FilterBar):
            bar.shut()
        self.first_pane().focus()

    async def show(self, question: Question) -> Answer:
        """Ask in a dialog."""
        return await self.app.push_screen_wait(Dialog(question, glyphs=self.desk.glyphs))

    async def ask_line(self, prompt: str, check: Callable[[str], str], text: str = "") -> str | None:
        """Ask for one line of text that `check` finds nothing wrong with; None where the operator leaves.

        `text` is what it begins with.
        """
        self._check = check
        line: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._line = line
        self.query_one("#ask", FilterBar).open(text, prompt=prompt)
        try:
            return await line
        finally:
            self._line = None
            if self.is_attached:
                self._close_bars()

    @on(FilterChanged, "#ask")
    def _line_changed(self, event: FilterChanged) -> None:
        if event.text:
            self.query_one("#ask", FilterBar).explain("")

    @on(FilterSubmitted, "#ask")
    def _line_submitted(self, event: FilterSubmitted) -> None:
        wrong = self._check(event.text)
        if wrong:
            self.query_one("#ask", FilterBar).explain(wrong)
        elif self._line is not None and not self._line.done():
            self._line.set_result(event.text.strip())

    @on(FilterClosed, "#ask")
    def _line_closed(self) -> None:
        if self._line is not None and not self._line.done():
            self._line.set_result(None)

    def _read(self, question: Question) -> None:
        self.app.push_screen(Dialog(question, glyphs=self.desk.glyphs))
