"""A plan as the question it asks: what it hits first, what was asked for last, the finger on No."""

from datetime import datetime

from console.operations.plan import Obstacle, Plan
from console.views.plan import lines
from widgets.dialog import Question
from widgets.dialog_body import DialogLine


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
    """Why it may not run. Where only somebody else's drain stands in the way of a resume, taking it over is offered."""
    if may_take_over(plan):
        return Question(title=f"{plan.verb} {plan.targets}?", body=_body(plan, now), yes="Take over", danger=True)
    return Question(title=f"{plan.verb} {plan.targets}: refused", body=_body(plan, now), yes="", no="Close")


def may_take_over(plan: Plan) -> bool:
    """Whether a person may overrule what forbids it: another's drain, and only by giving back."""
    return plan.verb == "resume" and all(blocker.obstacle is Obstacle.FOREIGN for blocker in plan.blockers)


def _body(plan: Plan, now: datetime) -> tuple[DialogLine, ...]:
    said = [DialogLine(((line.text, line.style),)) for line in lines(plan, now)]
    stale = [f"{relied.source} never answered" for relied in plan.relied_on if relied.observed_at is None]
    return (*said, *(DialogLine(((f"note: {text}", "warning"),)) for text in stale))
