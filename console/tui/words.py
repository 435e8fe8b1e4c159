"""What is said to an operation from the screen: the questions asked first, in the words of `megapod ops`."""

from datetime import datetime

from console.operations import event as ev
from console.operations.operation import Operation, State
from console.operations.result import Outcome
from console.targets import fold
from console.tui.operations import where
from console.words import age, count
from widgets.dialog import Question
from widgets.dialog_body import DialogLine

_GONE = (
    "Its worker is gone: a reboot, or a kill. Nothing is lost: whoever carries it on looks first, and goes on from "
    "its last effect."
)


def offer(operations: list[Operation], now: datetime) -> Question:
    """Whether to carry on what an earlier console had begun and nobody carries any more."""
    body = [DialogLine(((_begun(one, now), "text"),)) for one in operations]
    body += [DialogLine(((text, "muted"),)) for text in (_GONE, "Later is fine, too: `7`, then `a`.")]
    what = "it" if len(operations) == 1 else f"these {count(len(operations), 'operation')}"
    return Question(
        title=f"interrupted: carry on {what}?",
        body=tuple(body),
        yes="Carry on",
        no="Later",
    )


def adopting(operation: Operation, user: str, now: datetime) -> Question:
    """Whether to carry on this one: nobody's, or another's, who lets go of it then."""
    body = [DialogLine(((_begun(operation, now), "text"),))]
    if operation.lost:
        body.append(DialogLine(((_GONE, "muted"),)))
    else:
        who = "you, in a worker that is well" if operation.by.user == user else operation.by.user
        body.append(DialogLine(((f"It is carried by {who}; that one lets go after its effect.", "warning"),)))
    return Question(title=f"carry on {operation.id} as yours?", body=tuple(body), yes="Carry on", danger=True)


def too_late(operation: Operation, word: str) -> str:
    """Why a word makes no sense now, in one line; empty where it does."""
    if word == "retry" and not operation.ended:
        return f"{operation.id} has not ended yet"
    if word == "retry" and not left(operation):
        return f"{operation.id}: every node got there"
    if word != "retry" and operation.ended:
        return f"{operation.id} has ended: {operation.result.outcome.value}"
    if word in ("pause", "adopt") and operation.state is State.CANCELLING:
        return f"{operation.id} is being cancelled"
    return ""


def left(operation: Operation) -> tuple[str, ...]:
    """The nodes that did not get there, and may begin again."""
    return tuple(node.node for node in operation.nodes if node.outcome is not Outcome.DONE)


def pausing(operation: Operation) -> tuple[ev.Event, str]:
    """Pause it, or go on; and how that is said."""
    if operation.state is State.PAUSED:
        return ev.Continued(), f"{operation.id} goes on"
    return ev.Paused(), f"{operation.id} is paused: no further effect until it goes on"


def again(operation: Operation) -> Question:
    """Whether those that did not get there begin again."""
    nodes = left(operation)
    rows = [node for node in operation.nodes if node.node in nodes]
    body = tuple(DialogLine(((f"{node.node} {node.outcome.value}: {node.detail}", "text"),)) for node in rows)
    return Question(title=f"begin again with {fold(nodes)}?", body=body, yes="Begin again", danger=True)


def _begun(operation: Operation, now: datetime) -> str:
    plan = operation.plan
    return f"{plan.verb} {plan.targets} ({operation.id}), begun {age(operation.begun_at, now)} ago: {where(operation)}"
