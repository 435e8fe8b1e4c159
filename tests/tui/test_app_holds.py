"""Hold, release and cordon from the screen: each by its key, through the planner that scripts use."""

from msgspec.structs import replace

from backends.model.node import Service
from backends.model.reason import Reason
from console.operations.event import Held, Released


async def nodes_view(one, pilot):
    await pilot.press("5")
    await one.until(pilot, "gpu008")


async def test_c_closes_and_leaves_the_job_alone(bench):
    one = bench()
    one.scheduler.run_job("77", "gpu001", name="llama")
    async with one.on_screen() as pilot:
        await nodes_view(one, pilot)
        await pilot.press("C")
        await one.until(pilot, "cordon gpu001, reason:")
        await pilot.press(*"leak", "enter")
        await one.until(pilot, "cordon gpu001?", "runs there and goes on", "77 llama (ada)")
        await pilot.press("y")
        await one.until(pilot, "cordon gpu001: done")
    assert one.scheduler.facts["gpu001"].service is Service.DRAINING


async def test_h_holds_with_ticket_and_end_and_r_releases(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await nodes_view(one, pilot)
        await pilot.press("H")
        await one.until(pilot, "hold gpu001, reason:")
        await pilot.press(*"dimm", "enter")
        await one.until(pilot, "ticket, or nothing:")
        await pilot.press(*"OPS-1", "enter")
        await one.until(pilot, "until (8h, 3d")
        await pilot.press(*"soon", "enter")
        await one.until(pilot, "'soon' is not a time")
        await pilot.press(*["backspace"] * 4, "3", "d", "enter")
        await one.until(pilot, "hold gpu001?", "OPS-1: dimm")
        await pilot.press("y")
        await one.until(pilot, "hold gpu001: done")
        text = one.scheduler.facts["gpu001"].reason.mark.text
        assert text.startswith("hold until 2026-11-26T03:00Z ticket OPS-1: dimm")
        await pilot.press("U")
        await one.until(pilot, "resume gpu001: refused", "refused (held)", "dimm")
        await pilot.press("escape", "R")
        await one.until(pilot, "release gpu001?", "still out: dimm")
        await pilot.press("y")
        await one.until(pilot, "release gpu001: done")
        assert one.scheduler.facts["gpu001"].service is Service.DRAINED
        await pilot.press("U")
        await one.until(pilot, "resume gpu001?")
        await pilot.press("y")
        await one.until(pilot, "resume gpu001: done")
    kinds = [type(entry.event) for entry in one.journal.kept if isinstance(entry.event, Held | Released)]
    assert kinds == [Held, Released]


async def test_esc_at_any_question_changes_nothing(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await nodes_view(one, pilot)
        await pilot.press("H")
        await one.until(pilot, "reason:")
        await pilot.press("x", "enter")
        await one.until(pilot, "ticket, or nothing:")
        await pilot.press("escape")
        await one.until(pilot, "nothing was changed")
    assert one.scheduler.facts["gpu001"].service is Service.IDLE
    assert one.journal.kept == []


async def test_without_a_controller_there_is_no_power_and_the_help_says_so(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await nodes_view(one, pilot)
        await pilot.press("P")
        await one.until(pilot, "no power here: nothing of pod lab can do it")
        await pilot.press("question_mark")
        text = await one.until(pilot, "keep out until released", "lift a hold", "close to new work")
        assert "switch on, off" not in text


async def test_another_s_hold_known_by_its_mark_is_released_by_taking_it_over(bench):
    one = bench()
    facts = one.scheduler.facts["gpu001"]
    mark = Reason("megapod:op-far001 bob: hold ticket OPS-9: loud fan", "root", None)
    one.scheduler.facts["gpu001"] = replace(facts, state=("IDLE", "DRAIN"), service=Service.DRAINED, reason=mark)
    async with one.on_screen() as pilot:
        await nodes_view(one, pilot)
        await one.until(pilot, "held by bob [OPS-9]")
        await pilot.press("U")
        await one.until(pilot, "resume gpu001: refused", "loud fan")
        await pilot.press("escape", "R")
        await one.until(pilot, "held by bob [OPS-9]: loud fan", "Take over")
        await pilot.press("y")
        await one.until(pilot, "released op-far001", "Release (y)")
        await pilot.press("y")
        await one.until(pilot, "release gpu001: done")
    assert one.scheduler.facts["gpu001"].reason.mark.text == "released op-far001, still out: loud fan"
