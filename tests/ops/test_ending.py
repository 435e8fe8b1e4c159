"""A cancel in the last moment: what can be taken back is, and what is done otherwise is not called cancelled."""

import pytest

from console.operations import event as ev
from console.operations.cordon import plan_cordon
from console.operations.detached import Detached, TooLate
from console.operations.drain import plan_drain
from console.operations.lock import carried
from console.operations.result import Outcome
from console.operations.resume import plan_resume


@pytest.fixture
async def pod(start_pod):
    return await start_pod()


def cancel_at(pod, wanted):
    """Have it cancelled together with the first event for which this holds."""
    append, said = pod.journal.append, []

    def cancelled(operation, event):
        entry = append(operation, event)
        if not said and wanted(event):
            said.append(event)
            append(operation, ev.Cancelling(why="wrong rack"))
        return entry

    pod.journal.append = cancelled


async def test_with_its_last_step_ended_what_can_be_taken_back_is(pod):
    cancel_at(pod, lambda event: isinstance(event, ev.Ended))
    result = await pod.run(plan_cordon, "n1")
    assert (result.outcome, result.text) == (Outcome.CANCELLED, "cancelled: wrong rack; n1 as before")
    assert pod.scheduler.written == [("drain", ("n1",)), ("resume", ("n1",))]


async def test_with_its_last_step_ended_and_nothing_to_take_back_it_is_done_and_who_cancelled_is_told(pod, make, clock):
    pod.scheduler.set("n1", "IDLE+DRAIN", make.mark(operation="op-older0"))
    await clock.advance(3)
    cancel_at(pod, lambda event: isinstance(event, ev.Ended))
    result = await pod.run(plan_resume, "n1")
    assert result.outcome is Outcome.DONE
    assert result.text == "resume n1: done; the cancel came too late to stop any of it"
    assert pod.scheduler.written == [("resume", ("n1",))]


async def test_before_its_last_step_has_ended_it_is_cancelled_though_nothing_is_taken_back(pod, make, clock):
    pod.scheduler.set("n1", "IDLE+DRAIN", make.mark(operation="op-older0"))
    await clock.advance(3)
    cancel_at(pod, lambda event: isinstance(event, ev.Applied))
    result = await pod.run(plan_resume, "n1")
    assert (result.outcome, result.text) == (Outcome.CANCELLED, "cancelled: wrong rack; n1 stopped at resume")


async def test_before_its_first_effect_nothing_is_done_and_that_is_said(pod):
    cancel_at(pod, lambda event: isinstance(event, ev.Started))
    result = await pod.run(plan_drain, "n1", "n2")
    assert (result.outcome, result.text) == (Outcome.CANCELLED, "cancelled: wrong rack; n[1-2] not begun")
    assert pod.scheduler.written == []


async def test_a_word_that_comes_after_the_end_is_not_taken_for_heard(place, journal, tell, clock):
    """Between the look of who cancels and his word, it has ended."""
    journal.append("op-aaa111", tell.begun())
    seen = journal.operation("op-aaa111")
    journal.append("op-aaa111", tell.closed())
    with pytest.raises(TooLate, match=r"^op-aaa111 had ended before that was said: "):
        await Detached(place, journal, clock).say(seen, ev.Cancelling(why="wrong rack"))
    assert journal.operation("op-aaa111").ended
    assert carried(place, "op-aaa111") is None, "nobody is started for what is over"
