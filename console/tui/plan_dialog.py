"""A plan as the question it asks: what it hits first, what was asked for last, the finger on No."""

from datetime import datetime

from msgspec.structs import replace

from console.actions import Action, Dial
from console.operations.plan import Obstacle, Plan
from console.operations.request import Options
from console.views.plan import lines
from widgets.dialog import Choice, Question
from widgets.dialog_body import DialogLine

_NONE = Options()
_OVERRULES: dict[Obstacle | None, str] = {Obstacle.FOREIGN: "Take over", Obstacle.BUSY: "End its jobs"}


def question(plan: Plan, now: datetime, choices: tuple[Choice, ...] = ()) -> Question:
    """Whether to run it, or first to turn one of its choices. A large one wants its count typed."""
    return Question(
        title=f"{plan.verb} {plan.targets}?",
        body=_body(plan, now),
        count=plan.count_to_type,
        yes=plan.verb.capitalize(),
        danger=True,
        choices=choices,
    )


def refusal(plan: Plan, now: datetime, choices: tuple[Choice, ...] = ()) -> Question:
    """Why it may not run. What a person may overrule is offered, and asked about once more."""
    title, body = f"{plan.verb} {plan.targets}", _body(plan, now)
    offer = _OVERRULES.get(_only_obstacle(plan), "") if overruled(plan, _NONE) else ""
    if offer:
        return Question(title=f"{title}?", body=body, yes=offer, danger=True, choices=choices)
    return Question(title=f"{title}: refused", body=body, yes="", no="Close", choices=choices)


def choices_of(action: Action, options: Options) -> tuple[Choice, ...]:
    """What can be turned before the answer, and how it stands."""
    return tuple(Choice(dial.key, dial.said(options)) for dial in action.dials if dial.mode in ("", options.mode))


def turned(action: Action, options: Options, dial: Dial) -> Options:
    """The next of a dial's words; what belongs to another mode then stands as at first."""
    at = dial.words.index(getattr(options, dial.ask.option))
    options = replace(options, **{dial.ask.option: dial.words[(at + 1) % len(dial.words)]})
    others = (one.ask.option for one in action.dials if one.mode not in ("", options.mode))
    return replace(options, **{name: getattr(_NONE, name) for name in others})


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
