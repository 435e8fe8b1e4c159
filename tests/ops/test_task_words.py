"""What a service says of the task that a write became is kept, beside the evidence of its step."""

from datetime import timedelta

from backends.errors import Rejected
from console.operations import event as ev
from console.operations.deeds.side_by_side import side_by_side
from console.operations.operation import fold
from console.views.audit import told
from console.views.operations import steps

WORDS = "Completed; The task has completed."


async def test_it_is_gathered_node_by_node_beside_the_errors():
    async def one(name):
        if name == "n3":
            raise Rejected("no power")
        return ("Completed", "The task has completed.") if name == "n1" else None

    effect = await side_by_side(("n1", "n2", "n3"), one)
    assert effect.said == {"n1": WORDS}
    assert [str(error) for error in effect.errors.values()] == ["no power"]


def test_it_stands_with_its_step_once_that_has_ended_and_in_the_audit(journal, tell, clock):
    journal.append("op-aaa111", tell.begun())
    journal.append("op-aaa111", ev.Intended(step="close", nodes=("n1", "n2")))
    journal.append("op-aaa111", ev.Applied(step="close", nodes=("n1", "n2"), said={"n1": WORDS}))
    ends = tuple(ev.NodeEnd(name, "done", "On") for name in ("n1", "n2"))
    journal.append("op-aaa111", ev.Ended(step="close", ends=ends))
    entries = journal.entries("op-aaa111")
    rows = steps(fold(entries), clock.now() + timedelta(seconds=1)).rows
    assert [row.cells[-1].text for row in rows] == [f"On; task: {WORDS}", "On"]
    assert told(entries[2].event).result == f"accepted; task: {WORDS}"
