"""A confirmed plan on its way: begun, handed to a worker, and looked on at for as long as the caller wants."""

import argparse
import asyncio
from contextlib import aclosing

from msgspec.structs import replace

from console.config import Config
from console.exit import Exit
from console.headless import output
from console.headless.bar import Bar
from console.headless.diagnostics import Stop, say
from console.headless.form import Form
from console.headless.journal_place import found, of_config, opened
from console.headless.progress import Progress, line_of, node_line
from console.operations.detached import Detached
from console.operations.operation import Operation
from console.operations.plan import Plan, digest
from console.operations.result import NodeResult, Outcome, Result, sum_up
from console.operations.worker import last_words
from console.state.clock import SystemClock, within
from console.targets import fold


async def carry_out(plan: Plan, config: Config, arguments: argparse.Namespace) -> Exit:
    """Begin a confirmed plan, and look on: until its effects are there, or with `wait` to its end.

    A worker carries it: what ends this process ends the looking on, and nothing else.
    """
    wait = arguments.wait or arguments.timeout_s is not None
    if plan.empty and not (wait and plan.follow):
        return _finish(_nothing(plan), arguments.form)
    clock, where = SystemClock(), of_config(config)
    if clock.now() >= plan.expires_at:
        raise Stop(Exit.REFUSED, f"{plan.operation}: the plan is too old to run; make it again")
    journal = opened(where)
    try:
        detached = Detached(where, journal, clock)
        await asyncio.to_thread(detached.begin, plan, config.path)
        return await within(clock, arguments.timeout_s, _follow(detached, plan, arguments, wait=wait))
    except TimeoutError:
        say(f"the deadline passed; {plan.verb} {plan.targets} lives on as {plan.operation}: {_later(plan)}")
        _print(found(journal, plan.operation).result, arguments.form)
        return Exit.DEADLINE
    except asyncio.CancelledError:
        say(f"detached; {plan.verb} {plan.targets} lives on as {plan.operation}: {_later(plan)}")
        raise
    finally:
        journal.close()


async def _follow(detached: Detached, plan: Plan, arguments: argparse.Namespace, *, wait: bool) -> Exit:
    last = await _looked_on(detached, plan, wait=wait)
    return _finish(last.result, arguments.form) if last.ended else _leave(last, arguments.form)


async def _looked_on(detached: Detached, plan: Plan, *, wait: bool) -> Operation:
    """The operation once it has ended, or begun where nobody waits for more. A bar on a terminal, else a line a step.

    Raises Stop where its worker is lost.
    """
    progress, clock = Progress(), SystemClock()
    latest: Operation | None = None
    async with (
        Bar(lambda: line_of(latest, clock.now()) if latest else f"{plan.verb} {plan.targets}") as bar,
        aclosing(detached.look_on(plan.operation)) as sights,
    ):
        async for seen in sights:
            latest = seen.operation
            bar.draw()
            news = progress.news(latest, clock.now())
            if news and not bar.on and not (latest.ended and latest.result.exit is not Exit.DONE):
                say(news)  # a bad end is said once, with its id, when it is over
            if seen.lost:
                words = last_words(detached.place, plan.operation)
                raise Stop(Exit.FAILED, f"{seen.advice}{f' (its last words: {words})' if words else ''}")
            if latest.ended or (not wait and _begun(latest)):
                return latest
    raise Stop(Exit.FAILED, f"{plan.operation} is not in the journal")


def _begun(operation: Operation) -> bool:
    """Whether every effect is there, or will never be: what is left is waiting."""
    return all(_settled(operation, node.node) for node in operation.nodes)


def _settled(operation: Operation, name: str) -> bool:
    outcome = operation.node(name).outcome
    if outcome.ended and outcome is not Outcome.DONE:
        return True
    plan = operation.plan
    first = {step.id for lane in plan.phases[0].lanes for step in lane.steps}
    writes = (step for step in plan.course[name] if step.do.writes and (step.id in first or not plan.long))
    rows = (operation.progress(step.id, name) for step in writes)
    return all(row is not None and row.outcome is Outcome.DONE for row in rows)


def _leave(operation: Operation, how: Form) -> Exit:
    """What was asked for is there. The code is that of the effects: nodes that only wait have got so far."""
    result = operation.result
    _print(result, how)
    begun = tuple(
        replace(node, outcome=Outcome.DONE) if node.outcome is Outcome.WORKING else node for node in result.nodes
    )
    say(f"{operation.plan.verb} {operation.plan.targets} goes on as {operation.id}: {_later(operation.plan)}")
    return replace(result, nodes=begun, outcome=sum_up(node.outcome for node in begun)).exit


def _later(plan: Plan) -> str:
    return f"`megapod ops watch {plan.operation}`"


def _nothing(plan: Plan) -> Result:
    """The result of a plan with nothing to change."""
    aside = tuple(
        NodeResult(node=skip.nodes, outcome=Outcome.DONE if skip.wanted else Outcome.SKIPPED, detail=skip.why)
        for skip in plan.skipped
        if skip.nodes != fold(plan.follow)  # those on their way are told as such
    )
    waiting = tuple(NodeResult(node=name, outcome=Outcome.WORKING, detail="on its way already") for name in plan.follow)
    outcome = sum_up(node.outcome for node in aside)
    return Result(
        operation=plan.operation,
        verb=plan.verb,
        pod=plan.pod,
        targets=plan.targets,
        outcome=outcome,
        text=f"{plan.verb} {plan.targets}: nothing to change",
        nodes=(*aside, *waiting),
    )


def _finish(result: Result, how: Form) -> Exit:
    _print(result, how)
    if result.exit is not Exit.DONE:
        say(f"{result.text} ({result.operation})")
    return result.exit


def _print(result: Result, how: Form) -> None:
    if how.name != "table":
        output.write_document(document_of("Result", result), how)
    else:
        output.write("".join(f"{node_line(node)}\n" for node in result.nodes))


def document_of(kind: str, value: Plan | Result | Operation) -> dict[str, object]:
    """A value as the JSON document of its kind."""
    fields = {name: getattr(value, name) for name in value.__struct_fields__}
    return {"apiVersion": output.API_VERSION, "kind": kind, **fields}


def plan_document(plan: Plan) -> dict[str, object]:
    """A plan as `megapod apply` takes it: signed with its digest, so that it is what somebody has looked at."""
    return {**document_of("Plan", plan), "digest": digest(plan)}
