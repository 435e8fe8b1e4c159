"""The way of every write without a screen: plan, preview, confirm, apply, follow. The screen goes the same way."""

import argparse
from datetime import datetime
from pathlib import Path

from msgspec import json

from backends.ports import Capability
from console.actions import Action
from console.config import Config, load
from console.deadline import patience_s
from console.exit import Exit
from console.headless import loop, output, targeting
from console.headless.asking import answer, can_ask
from console.headless.diagnostics import Stop, say
from console.headless.following import carry_out, plan_document
from console.headless.form import Form
from console.headless.journal_place import of_config, opened
from console.headless.looking import LOOK_WITHIN_S, aimed_at, scheduler_only, tell_unasked
from console.operations.draft import draft
from console.operations.hold import Hold
from console.operations.place import Place
from console.operations.plan import Plan
from console.operations.request import Options
from console.plain_file import put
from console.state.session import Session
from console.views.plan import lines
from console.words import count

_BY_CONTROLLERS = frozenset({Capability.POWER, Capability.PROVISION})


def run(arguments: argparse.Namespace, action: Action) -> Exit:
    """Run the verb."""
    config = load(arguments.config).only(arguments.pod)
    targeting.aimed(arguments, action.verb)
    if action.reason and not arguments.reason.strip():
        raise Stop(Exit.USAGE, f"{action.verb} needs --reason: the next operator will want to know why")
    if getattr(arguments, "waive", None) is not None and not arguments.waive.strip():
        raise Stop(Exit.USAGE, "--waive needs a reason: it is on record")
    if arguments.form.path is not None:  # before anything is done, and not when its result is to be printed
        from console.headless.path_check import refuse as refuse_path  # every kind there is

        refuse_path(arguments.form, "Plan" if arguments.dry_run or arguments.plan_out else "Result")
    looks_at_hardware = action.needs in _BY_CONTROLLERS or targeting.needs_controllers(arguments)
    return loop.run(_change(arguments, action, config if looks_at_hardware else scheduler_only(config)))


async def _change(arguments: argparse.Namespace, action: Action, config: Config) -> Exit:
    async with Session(config) as session:
        snapshots = await session.look(patience_s(LOOK_WITHIN_S))
        targets = aimed_at(arguments, snapshots, session.clock.now())
        tell_unasked(targets, snapshots)
        reason = arguments.reason.strip()
        policy = session.config.pods[targets.pod].policy
        if not reason and policy.wants_reason(action.verb, getattr(arguments, "power", "")):
            at = f"[pods.{targets.pod}.policy]"
            raise Stop(
                Exit.USAGE, f"{action.verb} needs --reason: {targets.pod}'s policy says so (reason_for under {at})"
            )
        kept = holds(of_config(config), targets.pod)
        plan = draft(session, action, targets, reason, _options(arguments), holds=kept)
        if arguments.plan_out:
            save(plan, Path(arguments.plan_out))
        if arguments.dry_run or arguments.plan_out:
            return _print_plan(plan, arguments.form, session)
        if plan.refused:
            return refuse(plan)
        if not plan.empty:
            await confirm(plan, session.clock.now(), yes=arguments.yes, expect=arguments.expect)
    return await carry_out(plan, config, arguments)


def _options(arguments: argparse.Namespace) -> Options:
    """What of the options this verb takes; the others are as they are by default."""
    given = {name: getattr(arguments, name, None) for name in Options.__struct_fields__}
    return Options(**{name: value for name, value in given.items() if value is not None})


def holds(where: Place, pod: str) -> dict[str, Hold]:
    """The nodes of a pod that are held, as the journal of a place has it. One that is not there yet holds nothing."""
    if not where.journal.exists():
        return {}
    journal = opened(where)
    try:
        return journal.holds(pod)
    finally:
        journal.close()


def save(plan: Plan, path: Path) -> None:
    """Write a plan for `megapod apply`, whole or not at all. Raises Stop."""
    data = json.format(json.encode(plan_document(plan)), indent=2) + b"\n"
    try:
        put(path, data)
    except OSError as error:
        raise Stop(Exit.FAILED, f"cannot write {path}: {error.strerror}") from error


def _print_plan(plan: Plan, how: Form, session: Session) -> Exit:
    if how.name != "table":
        output.write_document(plan_document(plan), how)
    else:
        output.write("".join(f"{line.text}\n" for line in lines(plan, session.clock.now())))
    return plan.blockers[0].obstacle.exit if plan.refused else Exit.DONE


def refuse(plan: Plan) -> Exit:
    """Say what forbids it; the code of the first."""
    for blocker in plan.blockers:
        say(f"{plan.verb} refused ({blocker.obstacle.value}): {blocker.text}")
    return plan.blockers[0].obstacle.exit


async def confirm(plan: Plan, now: datetime, *, yes: bool, expect: int | None = None) -> None:
    """Show the plan and ask; raises Stop where the answer is no, or where nobody can answer.

    Where work is ended, or many nodes are changed, `yes` is not enough: the count must be there, typed or as `expect`.
    """
    ends, counted = plan.typed_jobs and bool(plan.blast.jobs), plan.count_to_type is not None
    number = len(plan.blast.jobs) if ends else len(plan.nodes)
    does = f"{plan.verb} {plan.targets} {'ends' if ends else 'changes'} {count(number, 'job' if ends else 'node')}"
    if expect is not None and expect != number:
        raise Stop(Exit.UNCONFIRMED, f"{does}, not {expect}; nothing was changed")
    if expect is not None or (yes and not counted):
        return
    if counted and (yes or not can_ask()):
        raise Stop(Exit.UNCONFIRMED, f"{does}: give --expect {number}; --yes is not enough")
    if not can_ask():
        raise Stop(
            Exit.UNCONFIRMED, f"{plan.verb} {plan.targets} needs a yes: give --yes, or look first with --dry-run"
        )
    for line in lines(plan, now):
        say(line.text)
    wanted = str(plan.count_to_type or "y")
    question = f"type {wanted} to go on: " if plan.count_to_type else "go on? [y/N] "
    if (await answer(question)).lower() != wanted:
        raise Stop(Exit.UNCONFIRMED, "not confirmed; nothing was changed")
