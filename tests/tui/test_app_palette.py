"""The palette and jump mode: everything by its name, and everywhere by a letter."""

from widgets.jump_spots import labels


async def test_the_palette_finds_commands_by_their_letters_and_does_them(bench):
    one = bench()
    async with one.on_screen(first="5") as pilot:
        await one.until(pilot, "gpu008")
        await pilot.press("ctrl+p")
        await one.until(pilot, "palette", "drain", "keep new work away")
        await pilot.press(*"jobs")
        text = await one.until(pilot, "go there")
        assert "keep new work away" not in text
        await pilot.press("enter")
        await one.until(pilot, "jobs", "NODE SET")
        await pilot.press("ctrl+p", *"gpu006", "enter")
        await one.until(pilot, "node gpu006")
        await pilot.press("ctrl+p", *"cdn")
        await one.until(pilot, "cordon")
        await pilot.press("escape", "ctrl+p", *"xyzzy")
        await one.until(pilot, "nothing is called so")
        await pilot.press("enter")
        await one.until(pilot, "node gpu006")


async def test_a_verb_from_the_palette_asks_as_its_key_does(bench):
    one = bench()
    async with one.on_screen(first="5") as pilot:
        await one.until(pilot, "gpu008")
        await pilot.press("down", "ctrl+p", *"drain", "enter")
        await one.until(pilot, "drain gpu002, reason:")


async def test_the_palette_has_no_verb_where_nothing_may_be_written(bench):
    one = bench(read_only=True)
    async with one.on_screen(first="5") as pilot:
        await one.until(pilot, "gpu008")
        await pilot.press("ctrl+p")
        text = await one.until(pilot, "palette", "triage")
        assert "keep new work away" not in text


async def test_jump_mode_puts_the_cursor_where_its_letter_stands(bench):
    one = bench()
    async with one.on_screen(first="5") as pilot:
        await one.until(pilot, "gpu008")
        await pilot.press("semicolon")
        await one.until(pilot, "a gpu001", "s gpu002", "f gpu004")
        await pilot.press("f")
        await one.until(pilot, "  gpu001")
        assert one.app.screen.table.cursor == "gpu004"
        await pilot.press("semicolon", "1")
        assert one.app.screen.table.cursor == "gpu004"


async def test_jump_mode_reaches_each_pane_and_each_cell(bench):
    one = bench()
    async with one.on_screen(first="2") as pilot:
        await one.until(pilot, "gpu008")
        view = one.app.screen
        before = view.map.cursor
        await pilot.press("semicolon")
        await pilot.pause()
        on_map = [label for label, spot in one.app.screen._places.items() if spot.go.args[1] == "gpu007"]
        await pilot.press(*on_map[-1])
        assert view.map.cursor == "gpu007" != before
        assert view.map.has_focus


def test_labels_are_all_different_and_none_begins_another():
    for number in (3, 26, 27, 400):
        made = labels(number)
        assert len(set(made)) == number
        assert len({len(label) for label in made}) == 1
