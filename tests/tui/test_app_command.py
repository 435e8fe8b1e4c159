"""The `:` line, the marks and the order: everything by keys, and every verb the way of its key."""

from backends.model.node import Service


async def nodes_view(one, pilot):
    await one.until(pilot, "gpu001", "live")
    await pilot.press("5")
    await one.until(pilot, "gpu008")


def first_column(one):
    return [line.split()[0].lstrip("*●✓>") for line in one.lines()[2:-1] if "gpu0" in line]


async def test_a_line_goes_where_it_says(bench):
    one = bench(pods=2)
    one.scheduler.run_job("77", "gpu001")
    async with one.on_screen(100, 24) as pilot:
        await one.until(pilot, "gpu001", "live")
        await pilot.press("colon", *"jo", "enter")
        await one.until(pilot, "jobs or job")
        await pilot.press(*"bs", "enter")
        await one.until(pilot, "jobs  1", "train")
        await pilot.press("colon", *"gpu004", "enter")
        await one.until(pilot, "node gpu004")
        await pilot.press("colon", *"pod lab3", "enter")
        await one.until(pilot, "no pod 'lab3'; did you mean lab?")
        await pilot.press("backspace", "2", "enter")
        await one.until(pilot, "lab2   triage")
        await pilot.press("colon", *"frob", "enter")
        await one.until(pilot, "no command 'frob'")
        await pilot.press("escape")
        await pilot.press("colon", "up", "up")
        await one.until(pilot, ":pod lab2")
        await pilot.press("escape")


async def test_tab_completes_commands_names_and_fields(bench):
    one = bench()
    async with one.on_screen(100, 24) as pilot:
        await nodes_view(one, pilot)
        await pilot.press("colon", *"dr", "tab")
        await one.until(pilot, ":drain")
        await pilot.press("space", "g", "tab", "7")
        await one.until(pilot, ":drain gpu007")
        await pilot.press("comma", "at", "tab", "2")
        await one.until(pilot, ":drain gpu007,@rack:r2")
        await pilot.press("escape", "slash", *"gpu.t", "tab")
        await one.until(pilot, "/gpu.temp")
        await pilot.press(*">80 & rea", "tab")
        await one.until(pilot, "/gpu.temp>80 & reason")
        await pilot.press("escape")


async def test_a_verb_asks_what_its_key_asks_but_for_what_was_said(bench):
    one = bench()
    async with one.on_screen(100, 30) as pilot:
        await nodes_view(one, pilot)
        await pilot.press("colon", *"drain gpu009", "enter")
        await one.until(pilot, "gpu009: no such node")
        await pilot.press("escape")
        await pilot.press("colon", *"drain gpu00[2-3] leak in tray 2", "enter")
        await one.until(pilot, "leak in tray 2", "drain gpu[002-003]")
        assert one.scheduler.facts["gpu002"].service is Service.IDLE
        await pilot.press("y")
        await one.until(pilot, "drained")
        assert one.scheduler.facts["gpu003"].reason.text.endswith(": leak in tray 2")


async def test_for_a_read_only_pod_no_verb_exists(bench):
    one = bench(read_only=True)
    async with one.on_screen(120, 24) as pilot:
        await nodes_view(one, pilot)
        await pilot.press("colon", *"dra", "tab")
        assert ":drain" not in one.text
        await pilot.press(*"in gpu001 x", "enter")
        await one.until(pilot, "no drain here: pod lab is read-only")
        assert one.scheduler.facts["gpu001"].service is Service.IDLE


async def test_marks_by_filter_by_name_and_by_range(bench):
    one = bench()
    one.scheduler.run_job("77", "gpu001", "gpu002")
    async with one.on_screen(100, 24) as pilot:
        await nodes_view(one, pilot)
        await pilot.press("slash", *"state=allocated", "enter", "asterisk")
        await one.until(pilot, "2 marked")
        await pilot.press("escape", "escape")
        await one.until(pilot, "gpu008")
        assert "marked" not in one.text
        await pilot.press("plus", *"gpu[5-", "enter")
        await one.until(pilot, "not a node set")
        await pilot.press("escape", "plus", *"@rack:r2!gpu008", "enter")
        await one.until(pilot, "3 marked")
        await pilot.press("escape", "home", "space", "down", "down", "m")
        await one.until(pilot, "4 marked")
        for view in ("2", "3"):
            await pilot.press(view, "colon", *"mark gpu[2-4]", "enter")
            await one.until(pilot, "gpu[2-4]: no such node")
            await pilot.press("escape", "colon", *"mark gpu00[2-4]", "enter")
            await one.until(pilot, "3 marked")


async def test_a_name_is_gone_to_while_it_is_typed(bench):
    one = bench()
    async with one.on_screen(100, 24) as pilot:
        await nodes_view(one, pilot)
        await pilot.press("apostrophe", "6")
        await one.until(pilot, "go to 6")
        assert one.app.screen.table.cursor == "gpu006"
        await pilot.press("x")
        await one.until(pilot, "no such name here", "gpu001")
        await pilot.press("backspace", "enter", "enter")
        await one.until(pilot, "node gpu006")
        await pilot.press("escape", "2", "apostrophe", *"gpu007", "enter")
        await one.until(pilot, "gpu007 ──")


async def test_any_column_is_an_order(bench):
    one = bench()
    one.scheduler.run_job("77", "gpu003", "gpu006")
    async with one.on_screen(100, 24) as pilot:
        await nodes_view(one, pilot)
        await pilot.press("greater_than_sign", "greater_than_sign")
        await one.until(pilot, "gpu003", "gpu001")
        assert first_column(one)[:2] == ["gpu003", "gpu006"]
        await pilot.press("minus")
        assert first_column(one)[-2:] == ["gpu006", "gpu003"]
        await pilot.press("colon", *"sort node desc", "enter")
        await one.until(pilot, "gpu008")
        assert first_column(one) == [f"gpu00{number}" for number in range(8, 0, -1)]
        await pilot.press("colon", *"sort nod", "enter")
        await one.until(pilot, "no column 'nod'; did you mean node?")
