"""A write from its key to the runner: look, ask why, show the plan, ask again, go. Nothing here waits for a pod."""

from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from console.actions import Action, Ask
from console.operations.draft import draft
from console.operations.hold import Hold
from console.operations.journal_error import JournalError
from console.operations.plan import Plan
from console.operations.request import Options
from console.state.session import Session
from console.targets import Targets
from console.tui import plan_dialog
from widgets.dialog import Answer, Question


class Wish(Struct, frozen=True, kw_only=True):
    """What an operator asks for: an action on nodes, why and how. `holds` are the journal's."""

    action: Action
    targets: Targets
    reason: str = ""
    options: Options = Options()
    holds: Mapping[str, Hold] = {}


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

    async def holds(self, pod: str) -> Mapping[str, Hold]:
        """The nodes that are held, as the journal has it. Raises JournalError."""
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
    try:
        wish = replace(wish, holds=await asker.holds(wish.targets.pod))
    except JournalError as error:
        asker.say(str(error), "critical")
        return
    asked = await _asked(asker, session, wish, wanted=True)
    plan = make(session, asked) if asked else None
    if asked and plan and not plan.refused and not plan.empty:
        asked = await _explained(asker, session, asked)
        plan = make(session, asked) if asked else None
    if asked is None or plan is None:
        asker.say("nothing was changed")
        return
    while plan.refused or not plan.empty:
        asks = plan_dialog.refusal if plan.refused else plan_dialog.question
        answer = await asker.show(asks(plan, session.clock.now(), plan_dialog.choices_of(asked.action, asked.options)))
        if answer.choice:
            asked = await _turned(asker, session, asked, answer.choice)
        elif not plan.refused:
            if answer.confirmed:
                asker.begin(session, plan)
            else:
                asker.say("nothing was changed")
            return
        else:
            options = plan_dialog.overruled(plan, asked.options)
            if not answer.confirmed or options is None:
                return
            asked = replace(asked, options=options)
        plan = make(session, asked)
    why = "; ".join(f"{skip.nodes} {skip.why}" for skip in plan.skipped)
    asker.say(f"nothing to do: {why or plan.targets}")


async def _turned(asker: Asker, session: Session, wish: Wish, key: str) -> Wish:
    """The wish with what that key of the dialog changes; as it was, where the operator thinks better of it."""
    dial = next(one for one in wish.action.dials if one.key == key)
    if dial.words:
        return replace(wish, options=plan_dialog.turned(wish.action, wish.options, dial))
    prompt = f"{wish.action.verb} {wish.targets.node_set}, {dial.ask.prompt}"
    text = await asker.ask_line(prompt, partial(_wrong, dial.ask, (), session.clock.now()))
    if text is None:
        return wish
    value = dial.ask.read(text, session.clock.now()) if text else getattr(Options(), dial.ask.option)
    return replace(wish, options=replace(wish.options, **{dial.ask.option: value}))


async def _explained(asker: Asker, session: Session, wish: Wish) -> Wish | None:
    """The wish with its reason, and with what else its action asks; None where the operator leaves."""
    policy = session.config.pods[wish.targets.pod].policy
    wanted = wish.action.reason or policy.wants_reason(wish.action.verb, wish.options.power)
    if wanted and not wish.reason:
        reason = await asker.ask_line(f"{wish.action.verb} {wish.targets.node_set}, reason: ", missing_reason)
        if reason is None:
            return None
        wish = replace(wish, reason=reason)
    return await _asked(asker, session, wish, wanted=False)


async def _asked(asker: Asker, session: Session, wish: Wish, *, wanted: bool) -> Wish | None:
    """The wish with the options that must be there (`wanted`) or may be; None where the operator leaves."""
    for one in wish.action.asks:
        if wanted and getattr(wish.options, one.option) != getattr(Options(), one.option):
            continue  # said already
        names = tuple(getattr(session.config, one.table)) if one.table else ()
        if one.wanted is not wanted or (one.many and len(wish.targets.nodes) == 1) or (one.table and not names):
            continue
        asks = f"{one.prompt} ({', '.join(names)}): " if names else one.prompt
        prompt = f"{wish.action.verb} {wish.targets.node_set}, {asks}"
        text = await asker.ask_line(prompt, partial(_wrong, one, names, session.clock.now()))
        if text is None:
            return None
        if text:
            value = one.read(text, session.clock.now())
            wish = replace(wish, options=replace(wish.options, **{one.option: value}))
    return wish


def _wrong(ask: Ask, names: tuple[str, ...], now: datetime, text: str) -> str:
    """What is wrong with an answer; empty when nothing is. `names` are those it may be, where it is one of a table."""
    if not text.strip():
        return "this is needed" if ask.wanted else ""
    if names and text.strip() not in names:
        close = get_close_matches(text.strip(), names, n=1)
        return f"did you mean {close[0]}?" if close else f"{text.strip()!r} is none of {', '.join(names)}"
    try:
        ask.read(text.strip(), now)
    except ValueError as error:
        return str(error)
    return ""


def make(session: Session, wish: Wish) -> Plan:
    """The plan of a wish over what is known now."""
    return draft(session, wish.action, wish.targets, wish.reason, wish.options, holds=wish.holds)


def missing_reason(text: str) -> str:
    """What is wrong with a reason; empty when nothing is."""
    return "" if text.strip() else "a reason is needed"
