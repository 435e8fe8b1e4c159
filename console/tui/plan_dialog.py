"""A plan as the question it asks: what it hits first, what was asked for last, the finger on No."""

from datetime import datetime

from msgspec.structs import replace

from console.operations.plan import Obstacle, Plan
from console.operations.request import Options
from console.views.plan import lines
from widgets.dialog import Question
from widgets.dialog_body import DialogLine

_NONE = Options()
_OVERRULES: dict[Obstacle | None, str] = {Obstacle.FOREIGN: "Take over", Obstacle.BUSY: "End its jobs"}


def question(plan: Plan, now: datetime) -> Question:
    """Whether to run it. A large one wants its count typed."""
    return Question(
        title=f"{plan.verb} {plan.targets}?",
        body=_body(plan, now),
        count=plan.count_to_type,
        yes=plan.verb.capitalize(),
        danger=True,
    )


def refusal(plan: Plan, now: datetime) -> Question:
    """Why it may not run. What a person may overrule is offered, and asked about once more."""
    offer = _OVERRULES.get(_only_obstacle(plan), "") if overruled(plan, _NONE) else ""
    if offer:
        return Question(title=f"{plan.verb} {plan.targets}?", body=_body(plan, now), yes=offer, danger=True)
    return Question(title=f"{plan.verb} {plan.targets}: refused", body=_body(plan, now), yes="", no="Close")


def overruled(plan: Plan, options: Options) -> Options | None:
    """The options that get past what forbids it; None where a person may not.

    Another's drain or hold, by giving back; running work, by power: then the count of its jobs must be typed.
    """
    obstacle = _only_obstacle(plan)
    if obstacle is Obstacle.FOREIGN and plan.verb in ("resume", "release") and not options.take_over:
        return replace(options, take_over=True)
    if obstacle is Obstacle.BUSY and not options.force_busy:
        return replace(options, force_busy=True)
    return None


def _only_obstacle(plan: Plan) -> Obstacle | None:
    found = {blocker.obstacle for blocker in plan.blockers}
    return found.pop() if len(found) == 1 else None


def _body(plan: Plan, now: datetime) -> tuple[DialogLine, ...]:
    said = [DialogLine(((line.text, line.style),)) for line in lines(plan, now)]
    stale = [f"{relied.source} never answered" for relied in plan.relied_on if relied.observed_at is None]
    return (*said, *(DialogLine(((f"note: {text}", "warning"),)) for text in stale))
