"""What changed between two snapshots, told once, together, and never for work that only comes and goes."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from backends.model.finding import Finding
from backends.model.severity import Severity
from backends.model.source import SourceState
from backends.model.stream import Event
from console.insight.changes import changes
from console.operations.attention import KEPT, STANDS, Attention, fold
from console.operations.event import Actor, Attended, Care, Entry
from console.state.chronicle import Chronicle
from console.views.happenings import lately, of_change, of_event


def told(before, after):
    return [(one.severity, one.text) for one in changes(before, after)]


def wrong(make, severity=Severity.WARNING, **more):
    return Finding(id="f:n1", rule="f", severity=severity, entity="node:n1", title="n1 is hot", since=make.at, **more)


def test_nodes_that_did_the_same_are_told_together_with_their_reason(make):
    before = make.snapshot([make.node(name, "IDLE") for name in ("n1", "n2", "n3")])
    after = make.snapshot([make.node("n1", "DOWN"), make.node("n2", "DOWN"), make.node("n3", "IDLE+DRAIN")])
    assert set(told(before, after)) == {
        (Severity.CRITICAL, "n[1-2] idle -> down"),
        (Severity.WARNING, "n3 idle -> drained"),
    }


@pytest.mark.parametrize("state", ["MIXED", "ALLOCATED"])
def test_work_that_comes_and_goes_is_no_change(make, state):
    assert told(make.snapshot([make.node("n1", "IDLE")]), make.snapshot([make.node("n1", state)])) == []


def test_a_finding_begins_gets_worse_and_ends(make):
    healthy = make.snapshot([make.node("n1")])
    warned = replace(healthy, findings=(wrong(make),))
    worse = replace(healthy, findings=(wrong(make, Severity.CRITICAL),))
    assert told(healthy, warned) == [(Severity.WARNING, "n1 is hot")]
    assert told(warned, worse) == [(Severity.CRITICAL, "now Critical: n1 is hot")]
    ((severity, text),) = told(worse, healthy)
    assert severity is Severity.OK
    assert text.startswith("over after ")
    assert text.endswith(": n1 is hot")


def test_a_source_is_told_when_it_goes_and_when_it_comes_and_not_when_it_first_answers(make):
    def heard(state, error=""):
        source = replace(make.source("redfish", state), error=error)
        return replace(make.snapshot([]), sources={"redfish": source})

    pending, well = heard(SourceState.PENDING), heard(SourceState.OK)
    lost = heard(SourceState.FAILED, "timed out")
    assert told(pending, well) == []
    assert told(well, lost) == [(Severity.WARNING, "redfish failed: timed out")]
    ((severity, text),) = told(lost, well)
    assert severity is Severity.OK
    assert text.startswith("redfish answers again")


def test_the_chronicle_forgets_the_oldest_and_never_a_number(make):
    chronicle = Chronicle(kept=2)
    before, after = make.snapshot([make.node("n1", "IDLE")]), make.snapshot([make.node("n1", "DOWN")])
    for _ in range(3):
        chronicle.add(changes(before, after))
    assert [one.number for one in chronicle.happenings] == [2, 3]


def test_lately_says_since_when_it_has_looked(make):
    chronicle = Chronicle()
    chronicle.add(changes(make.snapshot([make.node("n1", "IDLE")]), make.snapshot([make.node("n1", "DOWN")])))
    (one,) = map(of_change, chronicle.happenings)
    half = timedelta(minutes=30)
    section = lately([one], one.at + timedelta(minutes=1), half, since=one.at)
    assert (section.note, len(section.facts)) == (f"watched since {one.at:%H:%M}", 1)
    section = lately([one], one.at + timedelta(minutes=31), half, since=one.at - half)
    assert (section.note, section.facts[0].value) == ("0 changes", "nothing")


def test_what_a_controller_says_of_part_after_part_stands_once_and_is_counted(make):
    heard = [
        Event(
            number=number,
            received_at=make.at,
            source="redfish",
            origin=f"/redfish/v1/Systems/n{number}",
            severity=Severity.CRITICAL,
            text=f"GPU {number} of '/redfish/v1/Systems/n{number}' is too hot",
        )
        for number in (1, 2, 3)
    ]
    told = [of_event(one, {one.origin: f"n{one.number}"}) for one in heard]
    section = lately(told, make.at, timedelta(minutes=30), since=make.at)
    assert [fact.value for fact in section.facts] == [
        "redfish: GPU 1 of n1 is too hot (and 2 like it, on n[1-3])",
    ]


# -- attention: a fold over the journal -------------------------------------------------------------------------------


def entries(make, *words):
    return [
        Entry(
            seq=number,
            at=make.at + timedelta(minutes=number),
            operation="triage",
            actor=Actor(user, "desk", 1),
            event=Attended(pod="p", finding="f:n1", care=care, severity=Severity.WARNING, **more),
        )
        for number, (user, care, more) in enumerate(words)
    ]


def test_who_took_it_has_it_until_a_day_has_passed_or_it_gets_worse(make):
    attention = fold(entries(make, ("ann", Care.ACK, {})))["f:n1"]
    assert attention.taken(wrong(make), make.at + timedelta(hours=1))
    assert not attention.taken(wrong(make, Severity.CRITICAL), make.at + timedelta(hours=1))
    assert not attention.taken(wrong(make), make.at + STANDS + timedelta(minutes=1))


def test_what_rests_rests_until_its_time_and_not_when_it_gets_worse(make):
    until = make.at + timedelta(days=3)
    attention = fold(entries(make, ("ann", Care.SNOOZE, {"until": until})))["f:n1"]
    assert attention.rests(wrong(make), until - timedelta(seconds=1))
    assert attention.taken(wrong(make), until - timedelta(seconds=1))
    assert not attention.rests(wrong(make), until)
    assert not attention.rests(wrong(make, Severity.CRITICAL), make.at)


def test_the_last_word_counts_and_notes_stay(make):
    words = [("ann", Care.ACK, {}), ("ben", Care.NOTE, {"text": "spare at 6"}), ("ann", Care.UNACK, {})]
    attention = fold(entries(make, *words))["f:n1"]
    assert not attention.taken(wrong(make), make.at)
    assert [(note.by, note.text) for note in attention.notes] == [("ben", "spare at 6")]
    many = [("ann", Care.NOTE, {"text": str(number)}) for number in range(KEPT + 3)]
    assert len(fold(entries(make, *many))["f:n1"].notes) == KEPT
    assert fold([]) == {}
    assert not Attention().taken(wrong(make), make.at)
