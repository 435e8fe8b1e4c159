"""`megapod ops`: the operations of this host: who does what, how far it is, and a word to it."""

import argparse
import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from datetime import datetime

from msgspec import Struct

from console.exit import Exit
from console.headless import loop, ops_word, output
from console.headless.diagnostics import Stop, say
from console.headless.journal_place import chosen, found, opened
from console.headless.listing import Part, write
from console.headless.progress import Progress, node_line, summary
from console.operations.detached import Detached
from console.operations.eta import clear_at
from console.operations.event import Actor
from console.operations.journal import Journal
from console.operations.lock import Holder, carried
from console.operations.operation import Operation
from console.operations.operation import Progress as StepProgress
from console.operations.place import Place
from console.operations.plan import Plan
from console.operations.result import NodeResult, Outcome
from console.operations.worker import last_words, log_of
from console.state.clock import SystemClock, within
from console.views import operations as views


class OperationList(Struct, frozen=True, kw_only=True):
    """Operations in short. `unreadable` are those that a newer megapod began."""

    apiVersion: str = output.API_VERSION  # noqa: N815 - the wire's spelling
    kind: str = "OperationList"
    items: tuple[views.OperationItem, ...]
    unreadable: tuple[str, ...]


class OperationDocument(Struct, frozen=True, kw_only=True):
    """One operation whole. `steps` has a row for each step and node; `log` is where its worker writes.

    `among` are the nodes that a retry was for, where it named some.
    """

    apiVersion: str = output.API_VERSION  # noqa: N815 - as above
    kind: str = "Operation"
    id: str
    plan: Plan
    config: str
    take: tuple[str, ...]
    begun_at: datetime
    begun_by: Actor
    by: Actor
    state: str
    why: str
    tripped: str
    steps: dict[str, dict[str, StepProgress]]
    among: tuple[str, ...]
    outcome: Outcome
    text: str
    ended_at: datetime | None
    seq: int
    told_at: datetime
    lost: bool
    carrier: Holder | None
    nodes: tuple[NodeResult, ...]
    log: str


MOST_RECENT = 1_000_000
"""More than a journal is read for, and a number that SQLite takes."""


def run(arguments: argparse.Namespace) -> Exit:
    """Run the sub-verb."""
    identity = getattr(arguments, "operation", "op")
    if not identity.replace("-", "").isalnum():
        raise Stop(Exit.USAGE, f"{identity!r} is no operation's id; they look like op-7f3k9x")
    words = {"list": _list, "show": _show, "watch": _watch, **ops_word.WORDS}
    return words[arguments.word](arguments)


def _list(arguments: argparse.Namespace) -> Exit:
    place, now = chosen(arguments), SystemClock().now()
    journal = opened(place)
    try:
        names = journal.open_ids()
        if arguments.all:
            names = tuple(dict.fromkeys((*journal.recent_ids(min(arguments.limit, MOST_RECENT)), *reversed(names))))
        seen = [_carried(place, journal, name) for name in names]
    finally:
        journal.close()
    rows = [one for one in seen if one is not None]
    for name, one in zip(names, seen, strict=True):
        if one is None:
            say(f"{name}: begun by a newer megapod; it cannot be shown here")
    items = tuple(views.item(one) for one in rows)
    newer = tuple(name for name, one in zip(names, seen, strict=True) if one is None)
    write(arguments.form, Part("", views.view(rows, now), items), OperationList(items=items, unreadable=newer))
    if not rows and not arguments.form.whole:
        say("no operation" if arguments.all else "no operation is open")
    return Exit.DONE


def _show(arguments: argparse.Namespace) -> Exit:
    place, now = chosen(arguments), SystemClock().now()
    journal = opened(place)
    try:
        holder = carried(place, arguments.operation)  # before the journal: one that lets go has written its end
        operation = found(journal, arguments.operation)
    finally:
        journal.close()
    one = views.Carried(operation=operation, holder=holder)
    if arguments.form.name == "table":
        output.write("".join(f"{line}\n" for line in _head(one, place)))
        output.write_table(views.steps(operation, now))
        output.write("".join(f"{node_line(node)}\n" for node in operation.result.nodes))
    else:
        output.write_document(_whole(one, place), arguments.form)
    return operation.result.exit


def _watch(arguments: argparse.Namespace) -> Exit:
    return loop.run(_watching(arguments))


async def _watching(arguments: argparse.Namespace) -> Exit:
    place, clock = chosen(arguments), SystemClock()
    journal = opened(place)
    try:
        found(journal, arguments.operation)
        detached = Detached(place, journal, clock)
        return await within(clock, arguments.timeout_s, _while_read(_look_on(detached, arguments)))
    except TimeoutError:
        say(f"the deadline passed; {arguments.operation} goes on")
        return Exit.DEADLINE
    finally:
        journal.close()


async def _while_read(looking: Coroutine[None, None, Exit]) -> Exit:
    """Look on, but not longer than anybody reads what is told: then it is over, and well."""
    tasks = (asyncio.create_task(looking), asyncio.create_task(output.left()))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return tasks[0].result() if tasks[0].done() else Exit.DONE
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _look_on(detached: Detached, arguments: argparse.Namespace) -> Exit:
    progress, clock, lost = Progress(), SystemClock(), False
    async with aclosing(detached.look_on(arguments.operation)) as sights:
        async for seen in sights:
            operation = seen.operation
            if seen.lost and not lost:
                say(seen.advice)
                words = last_words(detached.place, operation.id)
                say(f"its worker's last words: {words}" if words else "its worker has left no word")
            lost = seen.lost
            if arguments.output == "table":
                if news := progress.news(operation, clock.now()):
                    output.write(f"{operation.told_at:%H:%M:%SZ} {news}\n")
            elif arguments.output == "jsonl" or operation.ended:
                holder = carried(detached.place, operation.id)
                item = views.item(views.Carried(operation=operation, holder=holder))
                output.write_json(item, indent=arguments.output == "json")
            if operation.ended:
                return operation.result.exit
    raise Stop(Exit.USAGE, f"no operation {arguments.operation}")


def _carried(place: Place, journal: Journal, name: str) -> views.Carried | None:
    holder = carried(place, name)  # before the journal: one that lets go has written its end
    operation = journal.operation(name)
    return views.Carried(operation=operation, holder=holder) if operation else None


def _head(one: views.Carried, place: Place) -> list[str]:
    operation = one.operation
    plan, begun = operation.plan, operation.begun_by
    lines = [
        f"{operation.id}: {summary(operation)}",
        f"state: {one.state}{f', carried by {one.holder}' if one.holder else ''}",
        f"begun: {operation.begun_at:%Y-%m-%d %H:%M:%SZ} by {begun.user}@{begun.host} {begun.origin}".rstrip(),
    ]
    if operation.by.user != begun.user:
        lines.append(f"adopted: by {operation.by.user}@{operation.by.host}")
    if plan.reason:
        lines.append(f"reason: {plan.reason}")
    if plan.deadline_at:
        lines.append(f"deadline: {plan.deadline_at:%Y-%m-%d %H:%M:%SZ}")
    if latest := clear_at(operation):
        lines.append(f"clear by: {latest:%Y-%m-%d %H:%M:%SZ} at the latest, by the time limits of its jobs")
    if operation.ended_at:
        lines.append(f"ended: {operation.ended_at:%Y-%m-%d %H:%M:%SZ}")
    elif one.holder is None:
        words = last_words(place, operation.id)
        lines.append(f"interrupted: `megapod ops adopt {operation.id}`{f' ({words})' if words else ''}")
    return [*lines, ""]


def _whole(one: views.Carried, place: Place) -> OperationDocument:
    operation: Operation = one.operation
    known = set(OperationDocument.__struct_fields__)
    told = {name: getattr(operation, name) for name in operation.__struct_fields__ if name in known}
    more = {
        "state": one.state,
        "carrier": one.holder,
        "nodes": operation.nodes,
        "log": str(log_of(place, operation.id)),
    }
    return OperationDocument(**{**told, **more})
