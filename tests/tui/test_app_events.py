"""Events: what happened is kept, newest first, with whose word it is; toasts are read again; enter goes there."""

from msgspec.structs import replace

from backends.errors import Unreachable
from backends.model.node import Service
from backends.model.severity import Severity
from backends.model.stream import Event
from backends.ports import Hint


def down(one, *names):
    for name in names:
        one.scheduler.facts[name] = replace(one.scheduler.facts[name], state=("DOWN",), service=Service.DOWN)
    one.poke()


def rows(one, word):
    return [line for line in one.lines() if word in line]


async def test_what_happened_is_newest_first_and_toasts_can_be_read_again(bench):
    one = bench()
    async with one.on_screen(120, 30) as pilot:
        await one.until(pilot, "gpu008")
        await pilot.press("8")
        await one.until(pilot, "nothing has happened since megapod looks")
        await pilot.press("r")
        one.clock.pass_s(5)
        down(one, "gpu002", "gpu003")
        text = await one.until(pilot, "gpu[002-003] idle -> down", "asking every source now")
        assert text.index("idle -> down") < text.index("megapod")
        line = rows(one, "idle -> down")[0]  # once more below, in full, while the cursor is on it
        assert "Critical" in line
        assert "slurm.nodes" in line


async def test_the_cursor_goes_with_the_newest_until_one_reads_further_down(bench):
    one = bench()
    async with one.on_screen(120, 30) as pilot:
        await one.until(pilot, "gpu008")
        await pilot.press("8")
        for name in ("gpu002", "gpu003"):
            one.clock.pass_s(1)
            down(one, name)
            await one.until(pilot, ", following", f"{name} idle -> down")
            assert one.app.screen.entity() == f"node:{name}"
        await pilot.press("down")
        table = one.app.screen.table
        key, before = table.cursor, table.line_count
        one.clock.pass_s(1)
        down(one, "gpu004")
        while table.line_count == before:
            await pilot.pause(0.02)
        assert table.cursor == key
        assert "following" not in one.text


async def test_a_source_that_goes_and_comes_is_told_both_times(bench):
    one = bench()
    async with one.on_screen(120, 30) as pilot:
        await one.until(pilot, "gpu008", "live")
        await pilot.press("8")
        one.scheduler.error = Unreachable("connection refused", where="head1")
        one.poke()
        await one.until(pilot, "slurm.nodes failed: head1: connection refused")
        one.clock.pass_s(61)
        one.scheduler.error = None
        one.poke()
        await one.until(pilot, "slurm.nodes answers again after 1m0")


async def test_work_that_comes_and_goes_is_no_event(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu008")
        one.scheduler.run_job("77", "gpu001")
        one.poke()
        await pilot.press("6")
        await one.until(pilot, "train")
        await pilot.press("8")
        await one.until(pilot, "nothing has happened")


async def test_a_controllers_word_is_told_as_its_word(bench):
    one = bench()
    async with one.on_screen(120, 30) as pilot:
        await one.until(pilot, "gpu008")
        await pilot.press("8")
        hint = Hint(severity=Severity.WARNING, origin="/redfish/v1/Chassis/r1/Fan3", message="Fan 3 stalls")
        told = one.session.pods["lab"].events.add("redfish", hint, one.clock.now())
        assert isinstance(told, Event)
        await one.until(pilot, "Fan 3 stalls")


async def test_enter_goes_to_the_node_it_is_about(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu008")
        down(one, "gpu003")
        await pilot.press("8")
        await one.until(pilot, "idle -> down")
        await pilot.press("slash", *"idle", "enter", "enter")
        await one.until(pilot, "node gpu003")
        await pilot.press("escape")
        await one.until(pilot, "idle -> down")


async def test_an_operation_begins_and_ends_among_the_events(bench):
    one = bench()
    async with one.on_screen(120, 30) as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu008")
        await pilot.press("D")
        await one.until(pilot, "reason:")
        await pilot.press(*"leak", "enter")
        await one.until(pilot, "drain gpu001?")
        await pilot.press("y")
        await one.until(pilot, "drain gpu001: done")
        await pilot.press("8")
        await one.until(pilot, "began drain gpu001: leak", "ann@desk", "idle -> drained")


async def test_the_fleet_is_a_row_a_pod_and_enter_goes_there(bench):
    one = bench(pods=2)
    async with one.on_screen(110, 24) as pilot:
        await one.until(pilot, "gpu008")
        down(one, "gpu003")
        await pilot.press("0")
        await one.until(pilot, "FINDINGS", "DRAIN", "DOWN", "0/64", "read-write")
        await pilot.press("down", "enter")
        text = await one.until(pilot, "triage", "gpu003 is down")
        assert text.startswith(" lab2")


async def test_a_fleet_that_has_not_answered_is_unknown_and_not_well(bench):
    one = bench(pods=2)
    one.scheduler.gate.clear()
    async with one.on_screen(110, 24) as pilot:
        await pilot.press("0")
        text = await one.until(pilot, "lab2", "slurm pending")
        assert "none" not in text
        one.scheduler.gate.set()
        await one.until(pilot, "3 ok")
