"""Dialog: what it shows, and that only a deliberate Yes with everything asked for confirms."""

import pytest
from textual.widgets import Button

from widgets.dialog import Answer, Choice, Dialog, Question
from widgets.dialog_body import DialogLine
from widgets.glyphs import ASCII


def line(text: str) -> DialogLine:
    return DialogLine(((text, "text"),))


def required(text: str) -> str:
    return "" if text else "a reason is required"


async def ask(pilot, question: Question, **kwargs) -> list[Answer | None]:
    answers: list[Answer | None] = []
    pilot.app.push_screen(Dialog(question, **kwargs), answers.append)
    await pilot.pause()
    return answers


@pytest.mark.parametrize(("key", "confirmed"), [("y", True), ("n", False), ("escape", False), ("enter", False)])
async def test_no_is_under_the_finger(host, key, confirmed):
    async with host().run_test(size=(60, 20)) as pilot:
        answers = await ask(pilot, Question(title="Resume 2 nodes"))
        assert pilot.app.focused is pilot.app.screen.query_one("#no", Button)
        await pilot.press(key)
        await pilot.pause()
        assert answers == [Answer(confirmed)]


async def test_a_key_of_its_choices_ends_it_unanswered_but_not_while_something_is_typed(host, grid):
    async with host().run_test(size=(80, 24)) as pilot:
        question = Question(title="Drain", prompt="Reason", check=required, choices=(Choice("m", "mode finish"),))
        answers = await ask(pilot, question)
        assert any("m mode finish" in row and "Yes (y)" in row for row in grid(pilot.app))
        await pilot.press("m", "enter")
        assert answers == [], "the letter is the reason's"
        await pilot.press("m")
        await pilot.pause()
        assert answers == [Answer(confirmed=False, text="m", choice="m")]


async def test_a_reason_and_a_count_are_asked_for(host, grid):
    async with host().run_test(size=(60, 20)) as pilot:
        question = Question(title="Drain", prompt="Reason", check=required, count=36)
        answers = await ask(pilot, question)
        assert any("a reason is required" in row for row in grid(pilot.app))
        await pilot.press(*"yes", "enter")  # the letters are the reason's, not Yes
        assert any("type 36 to confirm" in row for row in grid(pilot.app))
        await pilot.press("3", "enter", "tab", "y")
        assert answers == []
        await pilot.press("6", "enter")
        assert answers == []  # enter in a field never confirms
        await pilot.press("y")
        await pilot.pause()
        assert answers == [Answer(confirmed=True, text="yes")]


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_a_long_body_keeps_the_buttons_on_screen(host, grid, size):
    async with host().run_test(size=size) as pilot:
        body = tuple(line(f"step {number} [b]x[/b]") for number in range(60))
        await ask(pilot, Question(title="Plan [x]", body=body, prompt="Reason", check=required, count=40))
        await pilot.pause()
        shown = "\n".join(grid(pilot.app))
        for text in ("Plan [x]", "step 0 [b]x[/b]", "more lines", "Reason", "Type 40 to go on", "Yes (y)", "No (n)"):
            assert text in shown, text
        await pilot.press(*["pagedown"] * 8)
        await pilot.pause()
        assert "step 59" in "\n".join(grid(pilot.app))


async def test_a_long_line_is_wrapped_not_cut(host, grid):
    async with host().run_test(size=(60, 20)) as pilot:
        command = "scontrol update NodeName=" + ",".join(f"node{number}" for number in range(12)) + " State=DRAIN"
        await ask(pilot, Question(title="Drain", body=(line(command),)))
        await pilot.pause()
        inside = [row.strip(" │") for row in grid(pilot.app)]
        assert command.replace(" ", "") in "".join(inside).replace(" ", "")


async def test_ascii(host, grid):
    async with host().run_test(size=(60, 20)) as pilot:
        await ask(pilot, Question(title="Drain", body=(line("one"),)), glyphs=ASCII)
        await pilot.pause()
        assert "".join(grid(pilot.app)).isascii()
