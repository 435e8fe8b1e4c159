"""Drain and resume from the screen: asked, previewed, confirmed, followed to their end, or refused with a reason."""

from datetime import UTC, datetime

from msgspec.structs import replace

from backends.model.node import Service
from backends.model.reason import Reason
from console.operations.event import Begun


async def drain(one, pilot, *typed):
    await pilot.press("D")
    await one.until(pilot, "reason:")
    await pilot.press(*typed, "enter")


async def test_drain_is_followed_from_draining_to_drained(bench):
    one = bench()
    one.scheduler.run_job("77", "gpu002", name="llama")
    async with one.on_screen() as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu008")
        await pilot.press("down")
        await drain(one, pilot, *"leak")
        await one.until(pilot, "drain gpu002?", "77 llama (ada)", "left in service: 7 nodes", "scontrol update")
        assert one.app.screen.focused.id == "no"
        assert "DRAIN" not in one.scheduler.facts["gpu002"].state
        await pilot.press("y")
        text = await one.until(pilot, "1 op", "1 draining", "job 77 runs")
        assert "drained" not in text
        await pilot.press("o")
        await one.until(pilot, "draining; job 77 runs")
        one.scheduler.end_job("77")
        one.poke()
        text = await one.until(pilot, "drain gpu002: done", "drained; reported by the scheduler")
        assert "1 op" not in text
    mark = one.scheduler.facts["gpu002"].reason.mark
    assert mark is not None
    assert mark.text == "leak"


async def test_no_is_under_the_finger(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu008")
        await drain(one, pilot, *"x")
        await one.until(pilot, "drain gpu001?", "hits no job")
        await pilot.press("enter")
        await one.until(pilot, "nothing was changed")
    assert one.scheduler.facts["gpu001"].service is Service.IDLE


async def test_a_reason_is_wanted_and_esc_leaves(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu008")
        await drain(one, pilot, "space")
        await one.until(pilot, "a reason is needed")
        await pilot.press("escape")
        await one.until(pilot, "nothing was changed")
        await pilot.press("down")
        await pilot.press("D")
        await one.until(pilot, "drain gpu002, reason:")


async def test_marks_are_the_targets_then_resume_brings_them_back(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu008")
        await pilot.press("space", "space")
        await one.until(pilot, "2 marked")
        await drain(one, pilot, *"x")
        await one.until(pilot, "drain gpu[001-002]?")
        await pilot.press("y")
        await one.until(pilot, "drain gpu[001-002]: done")
        await pilot.press("home", "U")
        await one.until(pilot, "resume gpu001?")
        await pilot.press("y")
        await one.until(pilot, "resume gpu001: done")
    assert one.scheduler.facts["gpu001"].service is Service.IDLE
    assert one.scheduler.facts["gpu002"].service is Service.DRAINED


async def test_a_rack_under_the_cursor_is_a_target(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu008")
        await pilot.press("up")
        await drain(one, pilot, *"pump")
        await one.until(pilot, "drain gpu[001-004]?")
        await pilot.press("n")


async def test_a_read_only_pod_has_no_drain_and_says_so(bench):
    one = bench(read_only=True)
    async with one.on_screen() as pilot:
        text = await one.until(pilot, "gpu001", "READ-ONLY", "live")
        assert "read-only: no drain" in text.splitlines()[-1]
        await pilot.press("D")
        await one.until(pilot, "no drain here: pod lab is read-only")
        await pilot.press("question_mark")
        text = await one.until(pilot, "keys: topology", "is read-only")
        assert "keep new work away" not in text


async def test_anothers_drain_is_not_ours(bench):
    one = bench()
    one.scheduler.facts["gpu001"] = replace(
        one.scheduler.facts["gpu001"],
        state=("IDLE", "DRAIN"),
        service=Service.DRAINED,
        reason=Reason("bob: swapping fans", "bob", datetime(2026, 11, 22, tzinfo=UTC)),
    )
    async with one.on_screen() as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu008")
        await pilot.press("D")
        await one.until(pilot, "drain gpu001: refused", "refused (foreign)", "bob: swapping fans", "Close")
        await pilot.press("escape")
        await pilot.press("U")
        await one.until(pilot, "not yours to resume", "Take over")
        await pilot.press("enter")
        assert one.scheduler.facts["gpu001"].service is Service.DRAINED
        await pilot.press("U")
        await one.until(pilot, "Take over")
        await pilot.press("y")
        await one.until(pilot, "resume gpu001 (1 node)")
        await pilot.press("y")
        await one.until(pilot, "resume gpu001: done")
    assert one.scheduler.facts["gpu001"].service is Service.IDLE


async def test_a_drain_that_is_there_already_does_nothing(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu008")
        await pilot.press("U")
        await one.until(pilot, "nothing to do: gpu001 in service already")


async def test_many_nodes_want_their_count_typed(bench):
    one = bench()
    for number in range(9, 21):
        one.scheduler.facts[f"gpu{number:03d}"] = one.scheduler.facts["gpu001"]
    async with one.on_screen(80, 40) as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu020")
        await pilot.press(*["space"] * 20)
        await one.until(pilot, "20 marked")
        await drain(one, pilot, *"x")
        await one.until(pilot, "Type 20 to go on")
        await pilot.press("y")
        await pilot.pause()
        assert one.scheduler.facts["gpu001"].service is Service.IDLE
        await pilot.press("2", "0", "enter", "y")
        await one.until(pilot, "drain gpu[001-020]: done")


async def test_y_hands_the_command_to_the_clipboard_and_says_so(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu008")
        await pilot.press("5", "y")
        await one.until(pilot, "sent to your clipboard: megapod get nodes --pod lab")
        assert one.app.clipboard == "megapod get nodes --pod lab"
        one.app.desk.clipboard = False
        await pilot.press("6", "y")
        await one.until(pilot, "in a script: megapod get jobs --pod lab")
        assert one.app.clipboard == "megapod get nodes --pod lab"


async def test_a_dot_repeats_what_was_begun_on_what_is_selected_now(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu008")
        await pilot.press("full_stop")
        await one.until(pilot, "nothing to repeat")
        await drain(one, pilot, *"leak")
        await one.until(pilot, "drain gpu001?")
        await pilot.press("y")
        await one.until(pilot, "drain gpu001: done")
        await pilot.press("down", "full_stop")
        await one.until(pilot, "drain gpu002?", "leak")
        assert one.scheduler.facts["gpu002"].service is Service.IDLE
        await pilot.press("y")
        await one.until(pilot, "drain gpu002: done")


async def test_what_is_selected_lights_up_in_the_next_view(bench):
    one = bench()
    one.scheduler.run_job("77", "gpu002")
    one.scheduler.run_job("78", "gpu003")
    async with one.on_screen() as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu008")
        await pilot.press("down", "6")
        await one.until(pilot, "train")
        assert one.app.screen.lit() == {"77"}
        await pilot.press("down", "2")
        await one.until(pilot, "topology")
        assert one.app.screen.map._highlighted == {"gpu003"}


async def test_y_says_it_in_commands(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu008")
        await drain(one, pilot, *"x")
        await one.until(pilot, "drain gpu001?")
        await pilot.press("y")
        await one.until(pilot, "drain gpu001: done")
        await pilot.press("Y")
        await one.until(pilot, "megapod get nodes --pod lab", "scontrol update nodename=gpu001 state=drain")


async def test_the_drain_dialog_turns_mode_grace_and_pace_by_keys_and_shows_the_plan_that_they_make(bench):
    one = bench()
    one.scheduler.run_job("77", "gpu001", name="llama")
    async with one.on_screen() as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu008")
        await pilot.press("space", "space")
        await one.until(pilot, "2 marked")
        await drain(one, pilot, *"leak")
        text = await one.until(pilot, "drain gpu[001-002]?", "m mode finish")
        assert "grace" not in text, "it goes with a requeue alone"
        await pilot.press("m")
        await one.until(pilot, "m mode requeue  g grace none  p parallel all", "back into the queue")
        assert one.app.screen.focused.id == "no"
        await pilot.press("g")
        await one.until(pilot, "grace (10m, or nothing)")
        await pilot.press(*"soon", "enter")
        await one.until(pilot, "'soon' is not a time")
        await pilot.press(*["backspace"] * 4, *"10m", "enter")
        await one.until(pilot, "grace 10m00s", "drain gpu[001-002]?", "goes back into the queue 10m00s later")
        await pilot.press("p")
        await one.until(pilot, "at a time (4, or nothing)")
        await pilot.press("1", "enter")
        await one.until(pilot, "grace 10m00s  p parallel 1")
        await pilot.press("p")
        await one.until(pilot, "at a time (4, or nothing)")
        await pilot.press("escape")
        await one.until(pilot, "parallel 1")
        await pilot.press("m")
        text = await one.until(pilot, "m mode finish")
        assert "back into the queue" not in text
        await pilot.press("m")
        await one.until(pilot, "grace none  p parallel all")
        await pilot.press("p")
        await one.until(pilot, "at a time (4, or nothing)")
        await pilot.press("1", "enter")
        await one.until(pilot, "parallel 1")
        await pilot.press("y")
        await one.until(pilot, "draining")
    (begun,) = [kept.event for kept in one.journal.kept if isinstance(kept.event, Begun)]
    assert [phase.at_once for phase in begun.plan.phases] == [None, 1]
    assert "requeue/gpu001" in [step.id for step in begun.plan.steps]
