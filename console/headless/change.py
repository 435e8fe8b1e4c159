"""The way of every write without a screen: plan, preview, confirm, apply, follow. The screen goes the same way."""

import argparse
import asyncio
import sys
from collections.abc import Mapping

from msgspec.structs import replace

from backends.model.snapshot import Snapshot
from console.actions import Action
from console.config import Config, load
from console.exit import Exit
from console.headless import document, loop, options, output
from console.headless.diagnostics import Stop, say
from console.operations.draft import draft
from console.operations.plan import Plan
from console.operations.result import Outcome, Result
from console.operations.runner import Runner
from console.state.session import Session
from console.targets import TargetError, Targets, resolve
from console.views.plan import lines
from console.words import count

LOOK_WITHIN_S = 30.0


def configure(parser: argparse.ArgumentParser, action: Action) -> None:
    """Declare what every write takes."""
    parser.add_argument(
        "nodes", nargs="?", default="", metavar="NODES", help="a node set: gpu[001-004], @rack:r1, @job:1234"
    )
    if action.reason:
        parser.add_argument("--reason", default="", help="why; written to the scheduler beside your name")
    parser.add_argument("--dry-run", action="store_true", help="print the plan and change nothing")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument("--wait", action="store_true", help="wait until it is done, not only begun")
    options.add_timeout(parser, None, "give up waiting after this (implies --wait); what was begun stands")
    options.add_config(parser)
    options.add_output(parser)


def run(arguments: argparse.Namespace, action: Action) -> Exit:
    """Run the verb."""
    config = load(arguments.config).only(arguments.pod)
    if not arguments.nodes.strip():
        raise TargetError(
            f"{action.verb} what? Name nodes, as in `megapod {action.verb} gpu[001-004]`; there is no default"
        )
    if action.reason and not arguments.reason.strip():
        raise Stop(Exit.USAGE, f"{action.verb} needs --reason: the next operator will want to know why")
    return loop.run(_change(arguments, action, scheduler_only(config)))


def scheduler_only(config: Config) -> Config:
    """The config without the Redfish endpoints of pods that have a scheduler: a write to it need not wait for BMCs."""
    return replace(
        config, pods={name: replace(pod, redfish=() if pod.ssh else pod.redfish) for name, pod in config.pods.items()}
    )


async def _change(arguments: argparse.Namespace, action: Action, config: Config) -> Exit:
    async with Session(config) as session:
        snapshots = await session.look(LOOK_WITHIN_S)
        targets = targets_of(arguments.nodes, snapshots)
        reason = arguments.reason.strip() if action.reason else ""
        plan = draft(session, action, targets, reason, take_over=getattr(arguments, "take_over", False))
        if arguments.dry_run:
            return _print_plan(plan, arguments.output, session)
        if plan.refused:
            return _refuse(plan)
        if not plan.empty:
            _confirm(plan, session, yes=arguments.yes)
        return await _apply(session, plan, arguments)


def targets_of(expression: str, snapshots: Mapping[str, Snapshot]) -> Targets:
    """Resolve, but never call a node unknown while the scheduler that would know it does not answer."""
    try:
        return resolve(expression, snapshots)
    except TargetError:
        for pod, snapshot in snapshots.items():
            status = snapshot.sources.get("slurm.nodes")
            if status is not None and not status.trusted:
                raise Stop(Exit.PARTIAL, document.problem(pod, status)) from None
        raise


def _print_plan(plan: Plan, how: str, session: Session) -> Exit:
    if how == "json":
        output.write_json({"apiVersion": output.API_VERSION, "kind": "Plan", **_fields(plan)})
    else:
        output.write("".join(f"{line.text}\n" for line in lines(plan, session.clock.now())))
    return plan.blockers[0].obstacle.exit if plan.refused else Exit.DONE


def _fields(value: Plan | Result) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__struct_fields__}


def _refuse(plan: Plan) -> Exit:
    for blocker in plan.blockers:
        say(f"{plan.verb} refused ({blocker.obstacle.value}): {blocker.text}")
    return plan.blockers[0].obstacle.exit


def _confirm(plan: Plan, session: Session, *, yes: bool) -> None:
    """Show the plan and ask; raises Stop where the answer is no, or where nobody can answer."""
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Stop(
            Exit.UNCONFIRMED, f"{plan.verb} {plan.targets} needs a yes: give --yes, or look first with --dry-run"
        )
    for line in lines(plan, session.clock.now()):
        say(line.text)
    wanted = str(plan.count_to_type or "y")
    question = f"type {wanted} to go on: " if plan.count_to_type else "go on? [y/N] "
    sys.stderr.write(question)
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() != wanted:
        raise Stop(Exit.UNCONFIRMED, "not confirmed; nothing was changed")


async def _apply(session: Session, plan: Plan, arguments: argparse.Namespace) -> Exit:
    watching = asyncio.create_task(session.watch())
    wait = arguments.wait or arguments.timeout_s is not None
    try:
        result = await Runner(session, plan).run(wait=wait, timeout_s=arguments.timeout_s, progress=_progress)
    except asyncio.CancelledError:
        say(f"interrupted; {plan.verb} {plan.targets} ({plan.operation}) stands as far as it got")
        raise
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return _finish(result, arguments.output)


def _progress(result: Result) -> None:
    busy = [node for node in result.nodes if node.outcome is Outcome.WORKING]
    if busy:
        jobs = sorted({job for node in busy for job in node.jobs})
        still = f"; still running: {', '.join(jobs)}" if jobs else ""
        states = ", ".join(sorted({node.service for node in busy}))
        say(f"{result.verb} {result.targets}: {count(len(busy), 'node')} {states}{still}")
    else:
        say(result.text)


def _finish(result: Result, how: str) -> Exit:
    if how == "json":
        output.write_json({"apiVersion": output.API_VERSION, "kind": "Result", **_fields(result)})
    else:
        output.write("".join(f"{node.node} {node.service}{_detail(node.detail)}\n" for node in result.nodes))
    if result.exit is not Exit.DONE:
        say(f"{result.text} ({result.operation})")
    return result.exit


def _detail(text: str) -> str:
    return f" ({text})" if text else ""
