"""Triage: who is on a finding, notes for the next shift, what rests, the advised plan, and what has changed lately."""

from msgspec.structs import replace

from backends.model.node import Service
from console.operations.event import Attended


def break_node(one, name="gpu003", reason="Not responding"):
    one.scheduler.facts[name] = replace(
        one.scheduler.facts[name], state=("DOWN",), service=Service.DOWN, responding=False, reason=None
    )
    one.poke()


def said(one):
    journal = one.app.operations.attending._carrier._journal
    return [entry.event for entry in journal.kept if isinstance(entry.event, Attended)]


async def opened(one, pilot):
    await one.until(pilot, "gpu008")
    break_node(one)
    await pilot.press("1")
    await one.until(pilot, "ON IT", "gpu003", "Critical")


async def test_who_is_on_it_is_shown_and_let_go_by_the_same_key(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await opened(one, pilot)
        await pilot.press("a")
        await one.until(pilot, "noted: you are on it", "ann <1m")
        await pilot.press("a")
        text = await one.until(pilot, "nobody is on it now")
        assert "ann <1m" not in text
    assert [event.care.value for event in said(one)] == ["ack", "unack"]


async def test_a_note_waits_for_the_next_shift_and_an_empty_one_is_none(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await opened(one, pilot)
        await pilot.press("n")
        await one.until(pilot, "note for the next shift:")
        await pilot.press("enter")
        await one.until(pilot, "an empty note tells nobody anything")
        await pilot.press(*"cable swapped", "enter")
        await one.until(pilot, "cable swapped (ann, <1m ago)", "1 note")
    assert [event.text for event in said(one)] == ["cable swapped"]


async def test_what_rests_is_dim_and_still_there(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await opened(one, pilot)
        await pilot.press("z")
        await one.until(pilot, "let it rest for: 1h")
        await pilot.press("backspace", "backspace", *"soon", "enter")
        await one.until(pilot, "'soon' is not a time")
        await pilot.press(*["backspace"] * 4, *"30m", "enter")
        await one.until(pilot, "ann rests 30m", "~Critical", "gpu003")
        one.clock.pass_s(1801)
        one.poke()
        text = await one.until(pilot, " Critical")
        assert "~Critical" not in text


async def test_marks_are_taken_together(bench):
    one = bench()
    async with one.on_screen(100, 30) as pilot:
        await opened(one, pilot)
        break_node(one, "gpu005")
        await one.until(pilot, "gpu005")
        await pilot.press("home", "space", "space", "a")
        await one.until(pilot, "you are on it")
    assert len({event.finding for event in said(one)}) == 2


async def test_another_operators_word_comes_by_itself(bench, monkeypatch):
    monkeypatch.setattr("console.tui.attending.EVERY_S", 0.05)
    one = bench()
    async with one.on_screen() as pilot:
        await opened(one, pilot)
        (finding,) = one.session.store["lab"].findings
        journal = one.app.operations.attending._carrier._journal
        journal.append("triage", Attended(pod="lab", finding=finding.id, care="ack", severity=finding.severity))
        await one.until(pilot, "ann <1m")


async def test_the_plan_that_is_advised_is_one_key_away(bench):
    one = bench()
    one.scheduler.run_job("77", "gpu002")
    async with one.on_screen() as pilot:
        await opened(one, pilot)
        await pilot.press("x")
        await one.until(pilot, "no action of ours is advised")


async def test_what_changed_lately_is_beside_the_findings(bench):
    one = bench()
    async with one.on_screen(140, 40) as pilot:
        await opened(one, pilot)
        text = await one.until(pilot, "what changed in the last 30m", "gpu003 idle -> down", "watched since")
        one.scheduler.facts["gpu003"] = replace(
            one.scheduler.facts["gpu003"], state=("IDLE",), service=Service.IDLE, responding=True
        )
        one.poke()
        text = await one.until(pilot, "over after", "gpu003 down -> idle", "nothing wrong that megapod can see")
        one.clock.pass_s(2000)
        one.poke()
        text = await one.until(pilot, "0 changes", "nothing")
        assert "gpu003 down -> idle" not in text


async def test_narrow_it_takes_the_place_of_the_evidence(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await opened(one, pilot)
        await one.until(pilot, "since")
        await pilot.press("c")
        await one.until(pilot, "what changed in the last 30m", "gpu003 idle -> down")
        await pilot.press("c")
        await one.until(pilot, "evidence")


async def test_a_journal_that_fails_is_said_once_and_the_findings_stay(bench, monkeypatch):
    from console.operations.journal_error import JournalError

    one = bench()

    def fails(*_):
        raise JournalError("/j: no room left on the disk; nothing was written")

    async with one.on_screen() as pilot:
        await opened(one, pilot)
        monkeypatch.setattr(one.app.operations.attending._carrier._journal, "append", fails)
        await pilot.press("a")
        await one.until(pilot, "no room left on the disk", "gpu003")
