"""A write from its key to the runner: look, ask why, show the plan, ask again, go. Nothing here waits for a pod."""

from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from console.actions import Action
from console.operations.draft import draft
from console.operations.plan import Plan
from console.operations.request import Options
from console.state.session import Session
from console.targets import Targets
from console.tui import plan_dialog
from widgets.dialog import Answer, Question


class Wish(Struct, frozen=True, kw_only=True):
    """What an operator asks for: an action on nodes, why, and whether another's drain may be undone."""

    action: Action
    targets: Targets
    reason: str = ""
    take_over: bool = False


class Asker(Protocol):
    """The screen as a write sees it."""

    async def ask_line(self, prompt: str, check: "Check") -> str | None:
        """One line of text, None where the operator leaves."""
        ...

    async def show(self, question: Question) -> Answer:
        """A dialog's answer."""
        ...

    def say(self, text: str, style: str = "accent") -> None:
        """A line to the operator."""
        ...

    def begin(self, session: Session, plan: Plan) -> None:
        """Run a confirmed plan."""
        ...


class Check(Protocol):
    """Says what is wrong with a text, or nothing."""

    def __call__(self, text: str, /) -> str:
        """One line, or empty."""
        ...


async def write(asker: Asker, session: Session, wish: Wish) -> None:
    """Ask until there is a yes, then begin. What is refused says so before anything has to be typed."""
    plan = make(session, wish)
    if wish.action.reason and not plan.refused and not plan.empty:
        prompt = f"{wish.action.verb} {wish.targets.node_set}, reason: "
        reason = await asker.ask_line(prompt, missing_reason)
        if reason is None:
            asker.say("nothing was changed")
            return
        wish = replace(wish, reason=reason)
        plan = make(session, wish)
    if plan.refused:
        answer = await asker.show(plan_dialog.refusal(plan, session.clock.now()))
        if not (answer.confirmed and plan_dialog.may_take_over(plan)):
            return
        plan = make(session, replace(wish, take_over=True))
    if plan.empty:
        why = "; ".join(f"{skip.nodes} {skip.why}" for skip in plan.skipped)
        asker.say(f"nothing to do: {why or plan.targets}")
        return
    answer = await asker.show(plan_dialog.question(plan, session.clock.now()))
    if answer.confirmed:
        asker.begin(session, plan)
    else:
        asker.say("nothing was changed")


def make(session: Session, wish: Wish) -> Plan:
    """The plan of a wish over what is known now."""
    return draft(session, wish.action, wish.targets, wish.reason, Options(take_over=wish.take_over))


def missing_reason(text: str) -> str:
    """What is wrong with a reason; empty when nothing is."""
    return "" if text.strip() else "a reason is needed"
