"""A retry begins where a node stopped: what is so stays so, what it cannot go on without is done again."""

import pytest
from msgspec.structs import replace

from console.operations import event as ev
from console.operations.operation import fold
from console.operations.result import Outcome
from console.operations.step import Do, Lane, Phase, Step

COURSE = ("boot-from", "power-off", "power-on", "booted", "boot-normally", "joined")


@pytest.fixture
def begun(tell, clock):
    """`begun(nodes)`: an operation of these, and `after(*events)` folds events onto it."""

    def make(*nodes):
        close = Step(id="close", do=Do.CLOSE, nodes=nodes, args={"reason": "leak"}, undo=Do.RESUME)
        lanes = tuple(
            Lane(
                tuple(
                    Step(id=f"{word}/{name}", do=Do(word), nodes=(name,), again=f"boot-from/{name}" if n < 4 else "")
                    for n, word in enumerate(COURSE)
                )
            )
            for name in nodes
        )
        phases = (Phase(name="claim", lanes=(Lane((close,)),)), Phase(name="start", lanes=lanes))
        plan = replace(tell.plan(nodes=nodes), phases=phases)
        events = [ev.Begun(plan=plan, config="", take=plan.nodes)]
        return Told(clock, events)

    return make


class Told:
    def __init__(self, clock, events):
        self.clock = clock
        self.events = events

    def end(self, step, node, outcome=Outcome.DONE):
        self.events.append(ev.Intended(step=step, nodes=(node,)))
        self.events.append(ev.Ended(step=step, ends=(ev.NodeEnd(node, outcome, ""),)))

    def say(self, event):
        self.events.append(event)

    @property
    def state(self):
        who = ev.Actor(user="ann", host="head", pid=1)
        entries = [
            ev.Entry(seq=n, at=self.clock.now(), operation="op-aaa111", actor=who, event=event)
            for n, event in enumerate(self.events, 1)
        ]
        return fold(entries)

    def rows(self, node):
        return [step for step, rows in self.state.steps.items() if node in rows]


def test_what_failed_to_boot_starts_anew_and_what_failed_later_goes_on_there(begun):
    told = begun("n1", "n2", "n3")
    for name in ("n1", "n2", "n3"):
        told.end("close", name)
        for word in COURSE[:3]:
            told.end(f"{word}/{name}", name)
    told.end("booted/n1", "n1", Outcome.TIMED_OUT)
    told.end("boot-normally/n1", "n1")
    for name in ("n2", "n3"):
        told.end(f"booted/{name}", name)
        told.end(f"boot-normally/{name}", name)
    told.end("joined/n2", "n2", Outcome.FAILED)
    told.end("joined/n3", "n3")
    told.say(ev.Closed(outcome=Outcome.FAILED, text=""))
    told.say(ev.Retried(nodes=("n1", "n2")))
    assert told.rows("n1") == ["close"], "the whole boot again, but it is closed already"
    assert told.rows("n2") == ["close", *(f"{word}/n2" for word in COURSE[:5])]
    assert told.rows("n3") == ["close", *(f"{word}/n3" for word in COURSE)]
    assert (told.state.ended, told.state.outcome) == (False, Outcome.WORKING)


def test_what_a_cancel_took_back_is_not_so_any_more(begun):
    told = begun("n1", "n2")
    for name in ("n1", "n2"):
        told.end("close", name)
        told.end(f"boot-from/{name}", name, Outcome.CANCELLED)
    told.say(ev.Cancelling(why="wrong rack"))
    for name in ("n1", "n2"):
        told.end("undo/close", name)
    told.say(ev.Closed(outcome=Outcome.CANCELLED, text=""))
    told.say(ev.Retried(nodes=("n1",)))
    assert told.rows("n1") == [], "it was given back: it must be closed anew"
    assert told.rows("n2") == ["close", "boot-from/n2", "undo/close"], "and the other still knows that it was"
    told.say(ev.Retried(nodes=("n2",)))
    assert told.rows("n2") == []
